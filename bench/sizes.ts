import { rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { snapshotFile } from '../deploy/optimize.ts';
import { folderOfTeams, largeInventoryFile } from '../test/support/many-teams.ts';
import { buildGatewayWith } from './bundles.ts';
import { startBundle } from './cold.ts';
import type { ColdStart } from './cold.ts';
import { startEndpoints } from './endpoints.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';
import { median, ratiosOf } from './statistics.ts';

/**
 * Policies about single namespaces, and namespaces in the inventory, on top of the shipped ones.
 */
const subjects = [
  { name: 'the shipped policies and inventory', policies: 0, namespaces: 0 },
  { name: 'and 1,000 policies about single namespaces', policies: 1_000, namespaces: 0 },
  { name: 'and 10,000 namespaces', policies: 0, namespaces: 10_000 },
  { name: 'and both', policies: 1_000, namespaces: 10_000 },
];

/** A start whose create is answered in time: on a busy machine, some are not. */
async function answered(start: () => Promise<ColdStart>, attempts = 10): Promise<ColdStart> {
  try {
    return await start();
  } catch (error) {
    if (attempts === 1 || !String(error).includes('LEDGER_UNAVAILABLE')) throw error;
    return await answered(start, attempts - 1);
  }
}

/**
 * Measures what policies and namespaces add to a cold start: one create in the namespace of the
 * benchmark, on one core. The builds start in turns, so that a busy machine slows all alike; the
 * ratios are those of the rounds.
 */
export async function measureSizes(folder: string, rounds: number): Promise<Section> {
  const builds: { bundle: string; imageBytes: number; cpuMs: number[]; residentBytes: number[] }[] = [];
  for (const [index, { policies, namespaces }] of subjects.entries()) {
    const sources = folderOfTeams(policies, namespaces);
    const bundle = await buildGatewayWith(join(folder, `sizes-${index}`), sources, join(sources, largeInventoryFile));
    await rm(sources, { recursive: true });
    const { size: imageBytes } = await stat(join(dirname(bundle), snapshotFile));
    builds.push({ bundle, imageBytes, cpuMs: [], residentBytes: [] });
  }
  const endpoints = await startEndpoints({ folder, core: 0 });
  try {
    // The first round fills the file cache and is not counted.
    for (let round = 0; round <= rounds; round += 1) {
      for (const { bundle, cpuMs, residentBytes } of builds) {
        const start = await answered(() =>
          endpoints.clear().then(() => startBundle(endpoints, 1, folder, bundle, false)),
        );
        if (round === 0) continue;
        cpuMs.push(start.cpuMs ?? NaN);
        residentBytes.push(start.residentBytes ?? NaN);
      }
    }
  } finally {
    endpoints.stop();
  }
  const [first = { cpuMs: [], residentBytes: [] }] = builds;
  const rows = builds.map(({ imageBytes, cpuMs, residentBytes }, index) => [
    subjects[index]?.name ?? '',
    imageBytes.toLocaleString('en'),
    ...[median(cpuMs), ...ratiosOf(cpuMs, first.cpuMs)],
    ...[median(residentBytes) / 1e6, ...ratiosOf(residentBytes, first.residentBytes)],
  ]);
  const head = [
    'package',
    "bytes of Cedar's snapshot",
    'CPU, ms',
    'ratio',
    'quartiles',
    'resident, MB',
    'ratio',
    'quartiles',
  ];
  return { name: 'sizes', document: null, tables: `${rounds} rounds.\n\n${table(head, rows)}` };
}
