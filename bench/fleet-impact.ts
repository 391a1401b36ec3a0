import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FleetGateway } from './fleet-gateway.ts';

/** What one new rule would hit, and the memory of the command. */
export interface Impact {
  readonly counts: Readonly<Record<string, number>>;
  /**
   * Resident memory of the command, after a third of its time, two thirds, and at most. Megabytes.
   */
  readonly resident: readonly [number, number, number];
}

const rule = `
@id("bench-no-roles-of-team-4")
@message("The namespace has no roles.")
@advice("Use another namespace.")
forbid (principal, action == PodIdentity::Action::"CreatePodIdentityAssociation", resource)
when { resource.namespace.name == "team-4" };
`;

/**
 * Judges all observed associations by the policies of the fleet and one rule more, with
 * `policies impact`.
 */
export async function impactOfOneRule({ policies, folder, operate }: FleetGateway): Promise<Impact> {
  const changed = join(folder, 'changed-policies');
  cpSync(policies, changed, { recursive: true });
  const guardrails = join(changed, 'guardrails.cedar');
  writeFileSync(guardrails, readFileSync(guardrails, 'utf8') + rule);
  const resident: number[] = [];
  let timer: ReturnType<typeof setInterval> | undefined;
  const watchMemory = (pid?: number) => {
    timer = setInterval(() => resident.push(residentOf(pid)), 100);
  };
  const args = ['policies', 'impact', changed, '--against', policies, '--output', 'json'];
  // 2: something would be decided otherwise.
  const output = await operate(args, 2, watchMemory).finally(() => clearInterval(timer));
  const { counts } = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Pick<Impact, 'counts'>;
  const seen = resident.filter((megabytes) => megabytes > 0);
  const at = (share: number) => seen[Math.floor(seen.length * share)] ?? 0;
  return { counts, resident: [at(1 / 3), at(2 / 3), Math.max(...seen)] };
}

/** Resident memory of a process, in megabytes; 0 once it has ended. Linux only. */
function residentOf(pid: number | undefined): number {
  try {
    const [, kilobytes = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return (Number(kilobytes) * 1_024) / 1e6;
  } catch {
    return 0;
  }
}
