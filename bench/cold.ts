import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildGateway, buildNaive, withRejectedCodeCache } from './bundles.ts';
import { startEndpoints } from './endpoints.ts';
import type { Endpoints } from './endpoints.ts';
import { association, createEvent, functionEnvironment, tinyCreateEvent } from './events.ts';
import { onCore, runProcess } from './process.ts';

/**
 * What is started. `awsCli` is `aws eks create-pod-identity-association`, the same call without a
 * gateway.
 */
type Program = 'empty' | 'tiny' | 'contract' | 'gateway' | 'awsCli' | `build:${string}`;

/**
 * What a gateway starts without: with its code cache rejected, as of a package that was built with
 * another Node.js or architecture, or with the native code of Cedar off.
 */
type Condition = 'code cache rejected' | 'native code off';

/** What is measured. */
export interface Subject {
  readonly program: Program;
  /** Null: as it was built. */
  readonly condition: Condition | null;
}

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
export interface MeasuredColdStart extends Subject {
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

/** A subject, and the bundle that is started; null: the AWS CLI. */
interface Start extends Subject {
  readonly bundle: string | null;
}

/** A build of the gateway, in each condition. */
async function startsOfGateway(program: Program, bundle: string): Promise<Start[]> {
  return [
    { program, condition: null, bundle },
    { program, condition: 'code cache rejected', bundle: await withRejectedCodeCache(bundle) },
    { program, condition: 'native code off', bundle },
  ];
}

/**
 * Measures cold starts on one core and on two, in turns, so that a busy machine slows all subjects
 * alike.
 */
export async function measureColdStarts({ folder, runs, builds }: ColdSettings): Promise<MeasuredColdStart[]> {
  const naive = (['empty', 'tiny', 'contract'] as const).map(async (program): Promise<Start> => ({
    program,
    condition: null,
    bundle: await buildNaive(folder, program),
  }));
  const gateways: readonly (readonly [Program, string])[] = [
    ['gateway', await buildGateway(folder)],
    ...builds.map((path) => [`build:${path}`, path] as const),
  ];
  const starts = gateways.map(([program, bundle]) => startsOfGateway(program, bundle));
  const subjects: readonly Start[] = [
    ...(await Promise.all(naive)),
    ...(await Promise.all(starts)).flat(),
    { program: 'awsCli', condition: null, bundle: null },
  ];
  const measured: MeasuredColdStart[] = [];
  for (const cores of [1, 2] as const) {
    // With one core for the subject, the other one is for the servers.
    const endpoints = await startEndpoints({ folder, core: cores === 1 ? 0 : null });
    const core = cores === 1 ? 1 : null;
    const found = subjects.map((): ColdStart[] => []);
    // The first round fills the file cache and is not counted.
    for (let round = 0; round <= runs; round += 1) {
      for (const [index, subject] of subjects.entries()) {
        await endpoints.clear();
        const start = await (subject.bundle === null
          ? startAwsCli(endpoints, core)
          : startBundle(endpoints, core, folder, subject, subject.bundle));
        if (round > 0) found[index]?.push(start);
      }
    }
    endpoints.stop();
    for (const [index, { program, condition }] of subjects.entries())
      measured.push({ program, condition, cores, starts: found[index] ?? [] });
  }
  return measured;
}

/**
 * Starts a bundle in a new process, which answers one create. Throws an Error if V8 does not take
 * the code cache of this gateway or does not reject it as it must: the row would be that of another
 * subject.
 */
async function startBundle(
  endpoints: Endpoints,
  core: number | null,
  folder: string,
  { program, condition }: Subject,
  bundle: string,
): Promise<ColdStart> {
  const eventFile = join(folder, 'event.json');
  await writeFile(eventFile, JSON.stringify(await (program === 'tiny' ? tinyCreateEvent() : createEvent())));
  const command = onCore(core, [process.execPath, harness, bundle, eventFile]);
  const environment = {
    ...functionEnvironment(endpoints, bundle),
    ...(condition === 'native code off' && { CEDAR_NATIVE_CODE: 'off' }),
  };
  const { startedAt, totalMs, report } = await runProcess(command, environment);
  const { importedAt, answeredAt, cpuMs, cacheRejected, answer } = JSON.parse(report) as {
    readonly importedAt: number;
    readonly answeredAt: number;
    readonly cpuMs: number;
    readonly cacheRejected?: boolean;
    readonly answer: { readonly body: string };
  };
  const { data } = JSON.parse(answer.body) as { data?: { create?: { status?: string } } };
  if (data?.create?.status !== 'SUCCEEDED') throw new Error(`${bundle} answers ${answer.body}`);
  const isRejected = condition === 'code cache rejected';
  if (program === 'gateway' && cacheRejected !== isRejected)
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
