import { cp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildGateway } from '../bundles.ts';
import { startBundle } from '../cold.ts';
import { startEndpoints } from '../endpoints.ts';
import { runProcess } from '../process.ts';
import { median } from '../statistics.ts';
import { inventoryText, large } from './population.ts';
import type { OrganizationSize } from './population.ts';

/** An inventory, and a start of the function with it: medians. */
export interface MeasuredInventory {
  readonly accounts: number;
  readonly clusters: number;
  readonly bytes: number;
  /** Of `parseInventory` in a new process. */
  readonly parseMs: number;
  /** What it keeps. */
  readonly heapMb: number;
  /** Processor time from the start of the process to the answer of the first create. */
  readonly coldCpuMs: number;
}

/** Memory of a process with connections to so many accounts. */
export interface MeasuredConnections {
  readonly connections: number;
  readonly heapMb: number;
  readonly residentMb: number;
}

const sizes: readonly OrganizationSize[] = [
  { accounts: 1, clusters: 1 },
  { accounts: large.accounts / 10, clusters: large.clusters / 10 },
  large,
];

const child = join(import.meta.dirname, 'start-process.ts');

async function inChild<Figures>(mode: string, argument: string): Promise<Figures> {
  const env = { PATH: process.env.PATH ?? '', AWS_REGION: 'eu-central-1' };
  const { report } = await runProcess([process.execPath, '--expose-gc', child, mode, argument], env);
  return JSON.parse(report) as Figures;
}

/** Measures memory at 1, 10, 100 and so on, up to this power of ten. */
export function measureConnections(count: number): Promise<MeasuredConnections[]> {
  return inChild('connections', String(count));
}

/** Measures inventories of three sizes in turns, so that a busy machine slows all alike. */
export async function measureInventories(folder: string, runs: number): Promise<MeasuredInventory[]> {
  const gateway = await buildGateway(folder);
  const endpoints = await startEndpoints({ folder, core: null });
  const subjects = await Promise.all(
    sizes.map(async (size) => {
      const dist = join(folder, `dist-${size.clusters}`);
      await cp(dirname(gateway), dist, { recursive: true });
      await writeFile(join(dist, 'policies', 'inventory.json'), inventoryText(size));
      return { size, dist, parsed: [] as Parsed[], coldCpuMs: [] as number[] };
    }),
  );
  // The first round fills the file cache and is not counted.
  for (let round = 0; round <= runs; round += 1) {
    for (const { dist, parsed, coldCpuMs } of subjects) {
      await endpoints.clear();
      const figures = await inChild<Parsed>('inventory', join(dist, 'policies', 'inventory.json'));
      const { cpuMs } = await startBundle(endpoints, null, folder, join(dist, 'graphql.mjs'), false);
      if (round === 0) continue;
      parsed.push(figures);
      coldCpuMs.push(cpuMs ?? NaN);
    }
  }
  endpoints.stop();
  return subjects.map(({ size, parsed, coldCpuMs }) => ({
    ...size,
    bytes: parsed[0]?.bytes ?? NaN,
    parseMs: median(parsed.map(({ ms }) => ms)),
    heapMb: median(parsed.map(({ heapMb }) => heapMb)),
    coldCpuMs: median(coldCpuMs),
  }));
}

interface Parsed {
  readonly bytes: number;
  readonly ms: number;
  readonly heapMb: number;
}
