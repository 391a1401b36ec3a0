import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildGateway, buildNaive, withRejectedCodeCache } from './bundles.ts';
import { startEndpoints } from './endpoints.ts';
import type { Endpoints } from './endpoints.ts';
import { association, createEvent, functionEnvironment, tinyCreateEvent } from './events.ts';
import { onCore, runProcess } from './process.ts';

/**
 * What is started. `rejected` is the gateway of a package that was built with another Node.js or
 * architecture, `awsCli` is `aws eks create-pod-identity-association`, the same call without a
 * gateway.
 */
type Subject = 'empty' | 'tiny' | 'contract' | 'gateway' | 'rejected' | 'awsCli' | `build:${string}`;

/** One start, in milliseconds. */
export interface ColdStart {
  /**
   * From the start of the process to the answer of the first mutation. For the AWS CLI, to the end
   * of the process.
   */
  readonly answeredMs: number;
  /** From the start of the process until the bundle is initialized. */
  readonly importMs: number | null;
  /** The first request. */
  readonly firstRequestMs: number | null;
  /**
   * Processor time of all threads until the answer: it depends less on what else the machine does.
   */
  readonly cpuMs: number | null;
  /** From the start of the process to its end. */
  readonly processMs: number;
}

/** The starts of one subject, in the order of the rounds. */
export interface MeasuredColdStart {
  readonly subject: Subject;
  readonly cores: 1 | 2;
  readonly starts: readonly ColdStart[];
}

/** What to measure. */
export interface ColdSettings {
  /** For bundles and certificates. */
  readonly folder: string;
  readonly runs: number;
  /** Other builds of the gateway to compare with, as paths of `graphql.cjs`. */
  readonly builds: readonly string[];
}

/** What is not known of a process that is not a function. */
const none = { importMs: null, firstRequestMs: null, cpuMs: null };

const awsCli = '/usr/bin/aws';
const harness = join(import.meta.dirname, 'harness.cjs');

/**
 * Whether V8 must reject the code cache of a subject, without which its row would be that of
 * another.
 */
const mustReject: Readonly<Partial<Record<Subject, boolean>>> = { gateway: false, rejected: true };

/**
 * Measures cold starts on one core and on two, in turns, so that a busy machine slows all subjects
 * alike.
 */
export async function measureColdStarts({ folder, runs, builds }: ColdSettings): Promise<MeasuredColdStart[]> {
  const gateway = await buildGateway(folder);
  const bundles = new Map<Subject, string>([
    ['empty', await buildNaive(folder, 'empty')],
    ['tiny', await buildNaive(folder, 'tiny')],
    ['contract', await buildNaive(folder, 'contract')],
    ['gateway', gateway],
    ['rejected', await withRejectedCodeCache(gateway)],
    ...builds.map((path) => [`build:${path}`, path] as const),
  ]);
  const measured: MeasuredColdStart[] = [];
  for (const cores of [1, 2] as const) {
    // With one core for the subject, the other one is for the servers.
    const endpoints = await startEndpoints({ folder, core: cores === 1 ? 0 : null });
    const core = cores === 1 ? 1 : null;
    const starts = new Map<Subject, ColdStart[]>();
    // The first round fills the file cache and is not counted.
    for (let round = 0; round <= runs; round += 1) {
      for (const subject of [...bundles.keys(), 'awsCli'] as const) {
        await endpoints.clear();
        const bundle = bundles.get(subject);
        const start = await (bundle === undefined
          ? startAwsCli(endpoints, core)
          : startBundle(endpoints, core, folder, bundle, subject === 'tiny', mustReject[subject]));
        if (round > 0) starts.set(subject, [...(starts.get(subject) ?? []), start]);
      }
    }
    endpoints.stop();
    for (const [subject, times] of starts) measured.push({ subject, cores, starts: times });
  }
  return measured;
}

/**
 * Starts a bundle in a new process, which answers one create. Throws an Error if V8 does not reject
 * its code cache as it must; not checked without `isRejected`.
 */
async function startBundle(
  endpoints: Endpoints,
  core: number | null,
  folder: string,
  bundle: string,
  isTiny: boolean,
  isRejected?: boolean,
): Promise<ColdStart> {
  const eventFile = join(folder, 'event.json');
  await writeFile(eventFile, JSON.stringify(await (isTiny ? tinyCreateEvent() : createEvent())));
  const command = onCore(core, [process.execPath, harness, bundle, eventFile]);
  const { startedAt, totalMs, report } = await runProcess(command, functionEnvironment(endpoints, bundle));
  const { importedAt, answeredAt, cpuMs, cacheRejected, answer } = JSON.parse(report) as {
    readonly importedAt: number;
    readonly answeredAt: number;
    readonly cpuMs: number;
    readonly cacheRejected?: boolean;
    readonly answer: { readonly body: string };
  };
  const { data } = JSON.parse(answer.body) as { data?: { create?: { status?: string } } };
  if (data?.create?.status !== 'SUCCEEDED') throw new Error(`${bundle} answers ${answer.body}`);
  if (isRejected !== undefined && cacheRejected !== isRejected)
    throw new Error(`${bundle}: cache rejected: ${cacheRejected}.`);
  return {
    answeredMs: answeredAt - startedAt,
    importMs: importedAt - startedAt,
    firstRequestMs: answeredAt - importedAt,
    cpuMs,
    processMs: totalMs,
  };
}

async function startAwsCli({ eks, certificate }: Endpoints, core: number | null): Promise<ColdStart> {
  const { clusterName, namespace, serviceAccount, roleArn } = association;
  const command = onCore(core, [
    ...([awsCli, 'eks', 'create-pod-identity-association', '--endpoint-url', eks, '--region', 'eu-central-1'] as const),
    ...['--cluster-name', clusterName, '--namespace', namespace, '--service-account', serviceAccount],
    ...['--role-arn', roleArn, '--tags', 'team=payments'],
  ]);
  const { totalMs } = await runProcess(command, {
    PATH: process.env.PATH ?? '',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_CA_BUNDLE: certificate,
    AWS_PAGER: '',
  });
  return { ...none, answeredMs: totalMs, processMs: totalMs };
}
