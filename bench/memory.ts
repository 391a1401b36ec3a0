import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { buildGateway, nameOfBuild } from './bundles.ts';
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

/**
 * Measures the memory of the function over many creates in one process, and of other builds.
 * Requires openssl.
 *
 * @param builds as paths of their handlers
 */
export async function measureMemory(folder: string, mutations: number, builds: readonly string[]): Promise<Section> {
  const handlers = [await buildGateway(folder), ...builds.map((build) => resolve(build))];
  const names = ['the gateway', ...builds.map((build) => `the build ${nameOfBuild(build)}`)];
  const endpoints = await startEndpoints({ folder, core: null });
  try {
    const rows: (readonly (string | number)[])[] = [];
    for (const [index, handler] of handlers.entries()) {
      const child = fork(
        join(import.meta.dirname, 'memory-process.ts'),
        [handler, String(batches), String(mutations / batches)],
        {
          env: { ...functionEnvironment(endpoints, handler), PRINCIPAL_REQUESTS_PER_SECOND: '0' },
          execArgv: ['--expose-gc'],
        },
      );
      rows.push(...rowsOf(names[index] ?? '', await figuresOf(child, mutations, endpoints)));
    }
    return { name: 'memory', tables: table(['process', 'mutations', 'heap, MB', 'resident, MB'], rows) };
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
function rowsOf(name: string, figures: readonly MemoryFigures[]): (readonly (string | number)[])[] {
  const shown = [0, batches / 2, batches - 1].flatMap((index) => figures[index] ?? []);
  const rows = shown.map((one) => [name, one.mutations.toLocaleString('en'), one.heapMb, one.residentMb]);
  const most = [
    Math.max(...figures.map(({ heapMb }) => heapMb)),
    Math.max(...figures.map(({ residentMb }) => residentMb)),
  ];
  return [...rows, [name, 'maximum', ...most]];
}
