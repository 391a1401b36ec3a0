import { join } from 'node:path';
import { buildCalls, buildGateway } from './bundles.ts';
import { startEndpoints } from './endpoints.ts';
import { functionEnvironment } from './events.ts';
import { onCore, runProcess } from './process.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';
import { median } from './statistics.ts';

/** Milliseconds of a request in a block of many, and of the processor for it. Garbage collections of the block are in both. */
export interface Block {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** What one process measures. Blocks of the same index ran one after the other. */
export interface WarmFigures {
  readonly blocks: Readonly<
    Record<'graphqlJs' | 'viewer' | 'bareCalls' | 'create' | 'inSession' | 'replay' | 'denial', readonly Block[]>
  >;
  readonly atOnce: readonly {
    readonly concurrency: number;
    readonly create: readonly Block[];
    readonly bareCalls: readonly Block[];
  }[];
  readonly residentMb: number;
  readonly heapMb: number;
}

/** Rounds and the requests of a block. Single requests would flatter: garbage collections fall between them. */
const sizes = {
  quick: { blocks: 10, size: 20, slowBlocks: 2 },
  whole: { blocks: 40, size: 50, slowBlocks: 4 },
};

/** Measures warm requests on one core: with answers at once, and with answers as slow as those of AWS. */
export async function measureWarm(folder: string, isQuick: boolean): Promise<Section> {
  const { blocks, size, slowBlocks } = isQuick ? sizes.quick : sizes.whole;
  const [gateway, calls] = [await buildGateway(folder), await buildCalls(folder)];
  const measure = async (
    delays: { dynamoDb: number; eks: number; sts: number },
    count: number,
  ): Promise<WarmFigures> => {
    const endpoints = await startEndpoints({ folder, core: 0, delays });
    const child = join(import.meta.dirname, 'warm-process.ts');
    const command = onCore(1, [process.execPath, child, gateway, calls, String(count), String(size)]);
    try {
      const { report } = await runProcess(command, functionEnvironment(endpoints, gateway));
      return JSON.parse(report) as WarmFigures;
    } finally {
      endpoints.stop();
    }
  };
  const immediate = await measure({ dynamoDb: 0, eks: 0, sts: 0 }, blocks);
  const slow = await measure({ dynamoDb: 5, eks: 80, sts: 20 }, slowBlocks);
  return { name: 'warm', tables: tablesOf(immediate, slow, `${blocks} blocks of ${size} requests`) };
}

type Subject = keyof WarmFigures['blocks'];

const subjects: readonly (readonly [label: string, subject: Subject, reference: Subject])[] = [
  ['`execute` of graphql-js, a parsed query', 'graphqlJs', 'graphqlJs'],
  ['the same query through the gateway, logging on', 'viewer', 'graphqlJs'],
  ['three bare SDK calls: a transaction, a create, a transaction', 'bareCalls', 'bareCalls'],
  ['create', 'create', 'bareCalls'],
  ['create with an executor role', 'inSession', 'create'],
  ['replay', 'replay', 'create'],
  ['denial', 'denial', 'create'],
];

const middleOf = (blocks: readonly Block[], time: keyof Block) => median(blocks.map((block) => block[time]));

/** The median of the ratios of the blocks that ran one after the other. */
function ratioOf(blocks: readonly Block[], reference: readonly Block[], time: keyof Block): number {
  return median(blocks.map((block, index) => block[time] / (reference[index]?.[time] ?? NaN)));
}

function tablesOf({ blocks, atOnce, residentMb, heapMb }: WarmFigures, slow: WarmFigures, size: string): string {
  const rows = subjects.map(([label, subject, reference]) => {
    const [some, others] = [blocks[subject], blocks[reference]];
    return [
      ...[label, middleOf(some, 'wallMs'), middleOf(some, 'cpuMs')],
      ...[ratioOf(some, others, 'wallMs'), ratioOf(some, others, 'cpuMs')],
    ];
  });
  const waits = subjects
    .filter(([, , reference]) => reference !== 'graphqlJs')
    .map(([label, subject]) => [
      ...[label, middleOf(slow.blocks[subject], 'wallMs')],
      ratioOf(slow.blocks[subject], slow.blocks.bareCalls, 'wallMs'),
    ]);
  const rates = [{ concurrency: 1, ...blocks }, ...atOnce].map(({ concurrency, create, bareCalls }) => [
    String(concurrency),
    1_000 / middleOf(create, 'wallMs'),
    1_000 / middleOf(bareCalls, 'wallMs'),
    ...[ratioOf(create, bareCalls, 'wallMs'), ratioOf(create, bareCalls, 'cpuMs')],
  ]);
  return [
    `Answers at once, ${size} each, milliseconds of a request: medians of the blocks. A query is compared with graphql-js, a create with its bare calls, the others with a create:`,
    table(['request', 'time', 'CPU', 'ratio', 'CPU ratio'], rows),
    'Answers after 5 ms (DynamoDB), 20 ms (STS) and 80 ms (EKS):',
    table(['request', 'time', 'of bare calls'], waits),
    'Creates a second on one core, and the ratios of the time and the processor time of a create to those of bare calls:',
    table(['at a time', 'gateway', 'bare calls', 'ratio', 'CPU ratio'], rates),
    `Memory after it: ${residentMb.toFixed(0)} MB resident, ${heapMb.toFixed(0)} MB of JavaScript heap.`,
  ].join('\n\n');
}
