import { stat } from 'node:fs/promises';
import { replacements } from '../deploy/replacements.ts';
import { buildGateway } from './bundles.ts';
import { startBundle } from './cold.ts';
import { startEndpoints } from './endpoints.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';
import { median, quantile } from './statistics.ts';

/**
 * How often the build with all replacements starts in a round, against which the others are
 * compared.
 */
const startsOfWhole = 4;

/** A build of the gateway that lacks one replacement, or none. */
interface Build {
  /** The replacement that it lacks; null: none. */
  readonly name: string | null;
  readonly bundle: string;
  /** Bytes of the graphql function's bundle. */
  readonly bytes: number;
  /** Processor time of cold starts in milliseconds, one for each round. */
  readonly cpuMs: number[];
}

/**
 * Measures what each replacement of a module saves: bytes, and processor time of a cold start. Each
 * is left out of a build of its own, and all builds start in turns on one core, so that a busy
 * machine slows all alike.
 */
export async function measureReplacements(folder: string, rounds: number): Promise<Section> {
  const whole = await buildWithout(folder, null);
  const others: Build[] = [];
  for (const { name } of replacements) others.push(await buildWithout(folder, name));
  const endpoints = await startEndpoints({ folder, core: 0 });
  const start = async ({ bundle }: Build): Promise<number> => {
    await endpoints.clear();
    const { cpuMs } = await startBundle(endpoints, 1, folder, bundle, false);
    return cpuMs ?? NaN;
  };
  // The first round fills the file cache and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    const ofWhole: number[] = [];
    for (const [index, build] of rotated(others, round).entries()) {
      if (index % Math.ceil(others.length / startsOfWhole) === 0) ofWhole.push(await start(whole));
      const cpuMs = await start(build);
      if (round > 0) build.cpuMs.push(cpuMs);
    }
    if (round > 0) whole.cpuMs.push(median(ofWhole));
  }
  endpoints.stop();
  return sectionOf(whole, others);
}

async function buildWithout(folder: string, name: string | null): Promise<Build> {
  const handler = await buildGateway(folder, name === null ? [] : [name]);
  const bundle = handler.replace(/mjs$/, 'cjs');
  return { name, bundle: handler, bytes: (await stat(bundle)).size, cpuMs: [] };
}

/** Another one is the first in each round, so that all meet the same disturbances. */
function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const first = by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

function sectionOf(whole: Build, others: readonly Build[]): Section {
  const reference = median(whole.cpuMs);
  const saved = others.map(({ name, bytes, cpuMs }) => {
    const differences = cpuMs.map((ms, round) => ms - (whole.cpuMs[round] ?? NaN));
    return {
      name: name ?? '',
      bytes: bytes - whole.bytes,
      cpuMs: median(differences),
      quartiles: [quantile(differences, 0.25), quantile(differences, 0.75)] as const,
    };
  });
  const rows = saved
    .toSorted((one, other) => other.bytes - one.bytes)
    .map(({ name, bytes, cpuMs, quartiles }) => [
      `\`${name}\``,
      bytes.toLocaleString('en'),
      cpuMs,
      quartiles.map((ms) => ms.toFixed(1)).join(' to '),
      `${((100 * cpuMs) / reference).toFixed(1)} %`,
    ]);
  const head = ['replacement', 'bytes', 'CPU, ms', 'half of the rounds', 'of a cold start'];
  const text = `${whole.cpuMs.length} rounds. With all replacements, the bundle has ${whole.bytes.toLocaleString('en')} bytes, and a cold start takes ${reference.toFixed(0)} ms of the processor. Left out, each costs:`;
  return { name: 'replacements', document: null, tables: `${text}\n\n${table(head, rows)}` };
}
