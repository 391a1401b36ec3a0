import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FleetGateway } from './fleet-gateway.ts';

const executable = join(import.meta.dirname, '../packages/operator/src/main.ts');

/** What one new rule would hit, and the command's time and memory. */
export interface Impact {
  readonly seconds: number;
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
export async function impactOfOneRule({ policies, folder, file }: FleetGateway): Promise<Impact> {
  const changed = join(folder, 'changed-policies');
  cpSync(policies, changed, { recursive: true });
  const guardrails = join(changed, 'guardrails.cedar');
  writeFileSync(guardrails, readFileSync(guardrails, 'utf8') + rule);
  const startedAt = performance.now();
  const args = ['policies', 'impact', changed, '--against', policies, '--output', 'json'];
  const env = { ...process.env, LEDGER_FILE: file };
  const child = spawn(process.execPath, ['--no-warnings', executable, ...args], { env, stdio: 'pipe' });
  const resident: number[] = [];
  const timer = setInterval(() => resident.push(residentOf(child.pid)), 100);
  let [output, problems] = ['', ''];
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (problems += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  clearInterval(timer);
  // 2: something would be decided otherwise.
  if (code !== 2) throw new Error(`policies impact ended with ${code}: ${problems}`);
  const { counts } = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Pick<Impact, 'counts'>;
  const at = (share: number) => resident[Math.floor(resident.length * share)] ?? 0;
  return {
    seconds: (performance.now() - startedAt) / 1_000,
    counts,
    resident: [at(1 / 3), at(2 / 3), Math.max(...resident)],
  };
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
