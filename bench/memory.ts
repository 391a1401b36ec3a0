import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { buildGateway } from './bundles.ts';
import { startEndpoints } from './endpoints.ts';
import type { Endpoints } from './endpoints.ts';
import { functionEnvironment } from './events.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';

/** How often the memory is measured. */
const batches = 10;

/** Memory of a process after so many mutations and a garbage collection. */
interface MemoryFigures {
  readonly mutations: number;
  readonly heapMb: number;
  readonly residentMb: number;
}

/** Measures the memory of the function over many creates in one process. Requires openssl. */
export async function measureMemory(folder: string, mutations: number): Promise<Section> {
  const gateway = await buildGateway(folder);
  const endpoints = await startEndpoints({ folder, core: null });
  try {
    const child = fork(
      join(import.meta.dirname, 'memory-process.ts'),
      [gateway, String(batches), String(mutations / batches)],
      {
        env: { ...functionEnvironment(endpoints, gateway), PRINCIPAL_REQUESTS_PER_SECOND: '0' },
        execArgv: ['--expose-gc'],
      },
    );
    return sectionOf(await figuresOf(child, mutations, endpoints));
  } finally {
    endpoints.stop();
  }
}

/**
 * The figures that the process sends, which goes on after each. Throws an Error if it ends before
 * the last.
 */
async function figuresOf(child: ChildProcess, mutations: number, endpoints: Endpoints): Promise<MemoryFigures[]> {
  const figures: MemoryFigures[] = [];
  const ended = once(child, 'exit') as Promise<[number | null]>;
  while (figures.length < batches) {
    const [one] = (await Promise.race([once(child, 'message'), ended])) as [MemoryFigures | number | null];
    if (one === null || typeof one === 'number') throw new Error(`The measured process ended with ${one}.`);
    figures.push(one);
    process.stderr.write(`  ${one.mutations} of ${mutations} mutations\n`);
    // EKS and DynamoDB forget the batch, so that only the memory of the gateway could grow.
    await endpoints.clear();
    child.send('next');
  }
  await ended;
  return figures;
}

/** The first, a middle and the last figures, and the most. */
function sectionOf(figures: readonly MemoryFigures[]): Section {
  const shown = [0, batches / 2, batches - 1].flatMap((index) => figures[index] ?? []);
  const rows = shown.map((one) => [one.mutations.toLocaleString('en'), one.heapMb, one.residentMb]);
  const most = [
    Math.max(...figures.map(({ heapMb }) => heapMb)),
    Math.max(...figures.map(({ residentMb }) => residentMb)),
  ];
  return { name: 'memory', tables: table(['mutations', 'heap, MB', 'resident, MB'], [...rows, ['maximum', ...most]]) };
}
