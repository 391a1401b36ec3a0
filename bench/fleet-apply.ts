import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { declaredRole } from './fleet-gateway.ts';
import type { FleetGateway } from './fleet-gateway.ts';
import { clusters, namespaces } from './fleet-world.ts';
import { watch } from './fleet-watch.ts';

const executable = join(import.meta.dirname, '../packages/command/src/main.ts');

/** What a plan of a declaration has, and how long it took. */
export interface Planned {
  readonly file: string;
  readonly changes: number;
  readonly seconds: number;
}

/** Plans a declaration of so many bindings (a multiple of 1,000) in all clusters and namespaces. */
export async function planDeclaration(fleet: FleetGateway, bindings: number): Promise<Planned> {
  const perNamespace = bindings / clusters.length / namespaces.length;
  const serviceAccounts = Array.from({ length: perNamespace }, (_, index) => `declared-${index}`);
  const [source, file] = ['yaml', 'json'].map((type) => join(fleet.folder, `plan-${bindings}.${type}`)) as [
    string,
    string,
  ];
  writeFileSync(
    source,
    `version: 1
name: fleet
bindings:
  - roleArn: arn:aws:iam::{accountId}:role/pods/{namespace}/${declaredRole}
    clusters: [cluster-*]
    namespaces: ${JSON.stringify(namespaces)}
    serviceAccounts: ${JSON.stringify(serviceAccounts)}
    tags: { team: fleet }
`,
  );
  const startedAt = performance.now();
  await fleet.run(['plan', '-f', source, '-o', file]);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { changes } = JSON.parse(readFileSync(file, 'utf8')) as { readonly changes: readonly object[] };
  if (changes.length !== bindings) throw new Error(`${changes.length} changes are planned, not ${bindings}.`);
  return { file, changes: changes.length, seconds };
}

/** How many changes of each kind a plan has, and how long it took. */
export interface PlannedKinds {
  readonly counts: Readonly<Record<'create' | 'update' | 'adopt' | 'delete', number>>;
  readonly seconds: number;
}

/**
 * Plans changes of every kind in all clusters, after the plan of `planDeclaration` was applied: one
 * of its service accounts gets another role and the others are deleted, and one is new; and the
 * adoption of an association in each cluster from a number on. Throws an Error if a kind is absent.
 */
export async function planEveryKind(fleet: FleetGateway, firstUnadopted: number): Promise<PlannedKinds> {
  const source = join(fleet.folder, 'plan-every-kind.yaml');
  const unadopted = clusters.slice(firstUnadopted).map(({ clusterName }) => clusterName);
  const binding = (role: string, names: readonly string[], places: readonly string[], serviceAccounts: string) => `
  - roleArn: arn:aws:iam::{accountId}:role/pods/{namespace}/${role}
    clusters: ${JSON.stringify(names)}
    namespaces: ${JSON.stringify(places)}
    serviceAccounts: ${serviceAccounts}
    tags: { team: fleet }`;
  const bindings = [
    binding('renamed', ['cluster-*'], namespaces.slice(1), '[declared-0, new]'),
    ...(unadopted.length > 0 ? [binding('role-0', unadopted, namespaces.slice(0, 1), '[service-0]')] : []),
  ];
  writeFileSync(source, `version: 1\nname: fleet\nbindings:${bindings.join('')}\n`);
  const startedAt = performance.now();
  const { stdout } = await fleet.run(['plan', '-f', source, '--adopt', '--prune', '--output', 'json']);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { counts } = JSON.parse(stdout) as Pick<PlannedKinds, 'counts'>;
  const isAbsent = counts.create * counts.update * counts.delete === 0 || (unadopted.length > 0 && counts.adopt === 0);
  if (isAbsent) throw new Error(`Not every kind of change is planned: ${JSON.stringify(counts)}`);
  return { counts, seconds };
}

/** How a plan was applied. */
export interface Applied {
  readonly seconds: number;
  /** How many changes had been made at each kill. */
  readonly killedAt: readonly number[];
  /** Effects at EKS, and how many service accounts have one. */
  readonly effects: number;
  readonly distinct: number;
}

/**
 * Applies a plan with two runners at once: each is killed three times, after another tenth of the
 * changes, and then two run to the end. Throws an Error if one of these does not end with all changes done, or if a change
 * has not exactly one effect.
 */
export async function applyWithKills(fleet: FleetGateway, { file, changes }: Planned): Promise<Applied> {
  const { control } = fleet.simulator;
  const before = control.associations().length;
  const killedAt: number[] = [];
  const watched = await watch(fleet.simulator, async () => {
    for (const part of [1, 2, 3]) {
      const isReached = () => control.associations().length - before >= (part * changes) / 10;
      for (const { signal } of await Promise.all([apply(fleet, file, isReached), apply(fleet, file, isReached)])) {
        if (signal !== 'SIGKILL') throw new Error('A runner ended before it was killed.');
      }
      killedAt.push(control.associations().length - before);
    }
    for (const { code, output } of await Promise.all([apply(fleet, file), apply(fleet, file)])) {
      if (code !== 0 || !output.includes(`Done: ${changes} of ${changes}`))
        throw new Error(`A runner ended with ${code}: ${output.slice(-2_000)}`);
    }
  });
  const { effects, seconds } = watched;
  const distinct = new Set(effects).size;
  if (effects.length !== changes || distinct !== changes) {
    throw new Error(`${changes} changes had ${effects.length} effects, ${distinct} different ones.`);
  }
  return { seconds, killedAt, effects: effects.length, distinct };
}

/** How often it is asked whether to kill a runner. Milliseconds. */
const pollMs = 50;

/** Applies the plan in a process of its own, which is killed once a condition holds. */
async function apply({ gateway }: FleetGateway, file: string, isToKill: () => boolean = () => false) {
  const env = {
    ...process.env,
    POD_IDENTITY_ENDPOINT_URL: gateway.url,
    POD_IDENTITY_TOKEN: await gateway.tokenOf('pat'),
  };
  const child = spawn(process.execPath, ['--no-warnings', executable, 'apply', file], { env, stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const timer = setInterval(() => isToKill() && child.kill('SIGKILL'), pollMs);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearInterval(timer);
  return { code, signal, output };
}
