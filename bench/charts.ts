import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawBars, drawLines } from './draw.ts';
import type { MeasuredColdStart } from './cold.ts';
import type { GrowthFigures } from './growth-figures.ts';
import type { RequestCost } from './request-units.ts';
import { reachedLimits } from './scale/arithmetic.ts';
import type { ScaleFigures } from './scale/figures.ts';
import type { WarmFigures } from './warm.ts';

/** Draws the figures of a part: the SVG of a chart by its file in docs. */
type Draw = (figures: never) => Readonly<Record<string, string>>;

const draws: Readonly<Record<string, Draw>> = {
  cold: (figures: readonly MeasuredColdStart[]) => ({
    'performance/cold.svg': drawBars({
      title: 'Cold start: start of the process to the first answer, median ms',
      categories: coldNames.map(([, name]) => name),
      series: ([1, 2] as const).map((cores) => ({
        name: cores === 1 ? 'one core' : 'two cores',
        values: coldNames.map(
          ([subject]) =>
            figures.find((one) => one.subject === subject && one.cores === cores)?.median.answeredMs ?? null,
        ),
      })),
    }),
  }),
  warm: ({ slow }: { readonly slow: WarmFigures }) => ({
    'performance/warm.svg': drawBars({
      title: 'Wait with 5 ms (DynamoDB) and 80 ms (EKS), median ms',
      categories: waitNames.map(([, name]) => name),
      series: [{ name: 'wait', values: waitNames.map(([subject]) => slow.latencies[subject].wallMs) }],
    }),
  }),
  decisions: (figures: readonly { readonly name: string; readonly microseconds: number }[]) => ({
    'performance/decisions.svg': drawBars({
      title: 'A decision, µs of the processor',
      categories: figures.map(({ name }) => name),
      series: [{ name: 'decision', values: figures.map(({ microseconds }) => microseconds) }],
    }),
  }),
  cost: (figures: readonly RequestCost[]) => ({
    'performance/cost.svg': drawBars({
      title: 'Write units of DynamoDB for a request',
      isStacked: true,
      categories: figures.map(({ request }) => request),
      series: [
        { name: 'tables', values: figures.map(({ tableUnits }) => tableUnits) },
        { name: 'indexes', values: figures.map(({ indexUnits }) => indexUnits) },
      ],
    }),
  }),
  growth: ({ sqlite }: GrowthFigures) => {
    const [shortest] = sqlite;
    return {
      'performance/growth.svg': drawLines({
        title: 'Processor time against that at the shortest trail (SQLite)',
        x: sqlite.map(({ entries }) => entries.toLocaleString('en')),
        series: (shortest?.requests ?? []).map(({ request, cpuMs }, index) => ({
          name: request,
          values: sqlite.map(({ requests }) => (requests[index]?.cpuMs ?? NaN) / cpuMs),
        })),
      }),
    };
  },
  memory: (
    figures: readonly { readonly mutations: number; readonly heapMb: number; readonly residentMb: number }[],
  ) => ({
    'performance/memory.svg': drawLines({
      title: 'Memory over mutations, MB',
      x: figures.map(({ mutations }) => mutations.toLocaleString('en')),
      series: [
        { name: 'JavaScript heap', values: figures.map(({ heapMb }) => heapMb) },
        { name: 'resident', values: figures.map(({ residentMb }) => residentMb) },
      ],
    }),
  }),
  scale: ({ played }: ScaleFigures) => {
    const limits = reachedLimits(played);
    return {
      'performance/scale.svg': drawBars({
        title: 'Requests a second at which a limit is reached (logarithmic)',
        isLogarithmic: true,
        categories: limits.map(({ label }) => label),
        series: [{ name: 'requests a second', values: limits.map(({ rate }) => rate) }],
      }),
    };
  },
};

const coldNames = [
  ['empty', 'an empty handler'],
  ['gateway', 'the gateway'],
  ['tiny', 'naive, tiny schema'],
  ['contract', 'naive, same contract'],
  ['awsCli', 'AWS CLI v2'],
] as const;

const waitNames = [
  ['bareCalls', 'three bare SDK calls'],
  ['mutation', 'create'],
  ['replay', 'replay'],
  ['denial', 'denial'],
] as const;

/** Draws the charts of all results in a folder, by their files in docs. Equal results give equal charts. */
export function renderCharts(results: string): Readonly<Record<string, string>> {
  const drawn = Object.entries(draws).flatMap(([name, draw]) => {
    const file = join(results, `${name}.json`);
    if (!existsSync(file)) return [];
    // Only the benchmark writes these files.
    const { figures } = JSON.parse(readFileSync(file, 'utf8')) as { readonly figures: never };
    return Object.entries(draw(figures));
  });
  return Object.fromEntries(drawn);
}
