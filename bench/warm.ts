import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { audience, issuer } from '../packages/local-gateway/src/principals.ts';
import { testKeys } from '../test/support/lambda-event.ts';
import { buildCalls, buildGateway, nameOfBuild } from './bundles.ts';
import { startEndpoints } from './endpoints.ts';
import { functionEnvironment } from './events.ts';
import { onCore, runProcess } from './process.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';
import { median, ratiosOf as ratios } from './statistics.ts';

/**
 * Milliseconds of a request in a block of many, and of the processor for it. Garbage collections of
 * the block are in both.
 */
export interface Block {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** What one process measures. Blocks of the same index ran one after the other. */
export interface WarmFigures {
  readonly blocks: Readonly<
    Record<
      'graphqlJs' | 'viewer' | 'verified' | 'bareCalls' | 'create' | 'inSession' | 'replay' | 'denial',
      readonly Block[]
    >
  >;
  /** Creates of each other build, in the order in which they were given. */
  readonly builds: readonly (readonly Block[])[];
  readonly atOnce: readonly {
    readonly concurrency: number;
    readonly create: readonly Block[];
    readonly bareCalls: readonly Block[];
    readonly builds: readonly (readonly Block[])[];
  }[];
  readonly residentMb: number;
  readonly heapMb: number;
}

/**
 * Rounds and the requests of a block. Single requests would flatter: garbage collections fall
 * between them.
 */
const sizes = {
  quick: { blocks: 10, size: 20, slowBlocks: 2 },
  whole: { blocks: 40, size: 50, slowBlocks: 4 },
};

/**
 * Measures warm requests on one core: with answers at once, and with answers as slow as those of
 * AWS.
 *
 * @param builds other builds of the gateway to compare creates with, as paths of their handlers
 */
export async function measureWarm(folder: string, isQuick: boolean, builds: readonly string[]): Promise<Section> {
  const { blocks, size, slowBlocks } = isQuick ? sizes.quick : sizes.whole;
  const [gateway, calls] = [await buildGateway(folder), await buildCalls(folder)];
  // The gateway looks for the issuers beside the policies.
  const withKeys = join(folder, 'with-keys');
  const issuers = join(withKeys, 'issuers.json');
  await mkdir(withKeys);
  await symlink(join(dirname(gateway), 'policies'), join(withKeys, 'policies'));
  await writeFile(issuers, JSON.stringify([{ issuer, audiences: [audience], jwks: await testKeys() }]));
  const measure = async (
    delays: { dynamoDb: number; eks: number; sts: number },
    count: number,
  ): Promise<WarmFigures> => {
    const endpoints = await startEndpoints({ folder, core: 0, delays });
    const child = join(import.meta.dirname, 'warm-process.ts');
    const files = [gateway, calls, issuers, String(count), String(size), ...builds.map((build) => resolve(build))];
    const command = onCore(1, [process.execPath, child, ...files]);
    try {
      const { report } = await runProcess(command, functionEnvironment(endpoints, gateway));
      return JSON.parse(report) as WarmFigures;
    } finally {
      endpoints.stop();
    }
  };
  const immediate = await measure({ dynamoDb: 0, eks: 0, sts: 0 }, blocks);
  const slow = await measure({ dynamoDb: 5, eks: 80, sts: 20 }, slowBlocks);
  const counts = { all: `${blocks} blocks of ${size} requests`, slow: `${slowBlocks} blocks of ${size} requests` };
  return { name: 'warm', tables: tablesOf(immediate, slow, counts, builds) };
}

type Subject = keyof WarmFigures['blocks'];

const subjects: readonly (readonly [label: string, subject: Subject, reference: Subject])[] = [
  ['`execute` of graphql-js, a parsed query', 'graphqlJs', 'graphqlJs'],
  ['the same query through the gateway, logging on', 'viewer', 'graphqlJs'],
  ['the same, where the function verifies tokens', 'verified', 'graphqlJs'],
  ['bare SDK calls', 'bareCalls', 'bareCalls'],
  ['create', 'create', 'bareCalls'],
  ['create with an executor role', 'inSession', 'create'],
  ['replay', 'replay', 'create'],
  ['denial', 'denial', 'create'],
];

const middleOf = (blocks: readonly Block[], time: keyof Block) => median(blocks.map((block) => block[time]));

/** The median ratio of the blocks that ran one after the other, and its quartiles. */
function ratiosOf(blocks: readonly Block[], reference: readonly Block[], time: keyof Block) {
  const [some, others] = [blocks, reference].map((all) => all.map((block) => block[time]));
  return ratios(some ?? [], others ?? []);
}

type Row = readonly [label: string, blocks: readonly Block[], reference: readonly Block[]];

function rowOf([label, some, others]: Row) {
  const times = [middleOf(some, 'wallMs'), middleOf(some, 'cpuMs')];
  return [label, ...times, ratiosOf(some, others, 'wallMs')[0], ratiosOf(some, others, 'cpuMs')[0]];
}

/** Milliseconds of a request to slow services, and its ratio to the bare calls. */
function waitOf({ blocks }: WarmFigures, subject: Subject): [number, number] {
  return [middleOf(blocks[subject], 'wallMs'), ratiosOf(blocks[subject], blocks.bareCalls, 'wallMs')[0]];
}

function tablesOf(
  { blocks, builds: ofBuilds, atOnce, residentMb, heapMb }: WarmFigures,
  slow: WarmFigures,
  counts: { readonly all: string; readonly slow: string },
  builds: readonly string[],
): string {
  const names = builds.map(nameOfBuild);
  const rows = [
    ...subjects.map(([label, subject, reference]) => [
      ...rowOf([label, blocks[subject], blocks[reference]]),
      ...(reference === 'graphqlJs' ? [null, null] : waitOf(slow, subject)),
    ]),
    ...ofBuilds.map((creates, index) => [
      ...rowOf([`create of the build ${names[index]}`, creates, blocks.create]),
      ...[null, null],
    ]),
  ];
  const rates = [{ concurrency: 1, ...blocks, builds: ofBuilds }, ...atOnce];
  const rateOf = (creates: readonly Block[]) => 1_000 / middleOf(creates, 'wallMs');
  const rateRows = rates.map(({ concurrency, create, bareCalls }) => [
    ...[String(concurrency), rateOf(create), rateOf(bareCalls)],
    ratiosOf(create, bareCalls, 'wallMs')[0],
    ratiosOf(create, bareCalls, 'cpuMs')[0],
  ]);
  const buildRows = names.flatMap((name, index) =>
    rates.map(({ concurrency, create, builds: others }) => {
      const other = others[index] ?? [];
      return [name, String(concurrency), rateOf(other), rateOf(create), ...ratiosOf(other, create, 'wallMs')];
    }),
  );
  const ofOthers =
    names.length === 0
      ? []
      : [
          'The same for other builds, and the ratio of the throughput of the gateway to theirs:',
          table(['build', 'at a time', 'its creates a second', 'the gateway', 'ratio', 'quartiles'], buildRows),
        ];
  const head = ['ratio', 'CPU ratio'];
  return [
    `Services answer without delay; medians of ${counts.all}, in milliseconds. A query is compared with graphql-js, a create with its bare calls, the others with a create. The last two columns: DynamoDB answers after 5 ms, STS after 20 ms and EKS after 80 ms; ${counts.slow}, compared with bare calls:`,
    table(['request', 'time', 'CPU', ...head, 'slow services', 'ratio'], rows),
    'Creates a second on one core, and the ratios of a create to its bare calls; a quarter of the blocks with several at a time:',
    table(['at a time', 'gateway', 'bare calls', ...head], rateRows),
    ...ofOthers,
    `Memory after it: ${residentMb.toFixed(0)} MB resident, ${heapMb.toFixed(0)} MB of JavaScript heap.`,
  ].join('\n\n');
}
