import type { MeasuredColdStart } from './cold.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';

const names: Readonly<Record<string, string>> = {
  empty: 'an empty handler',
  tiny: 'naive, tiny schema',
  contract: "naive, the gateway's schema and policies",
  gateway: 'the gateway',
  rejected: 'the gateway, its code cache rejected',
  awsCli: '`aws eks create-pod-identity-association` (v2)',
};

/** Tables of cold starts: one core and two, in milliseconds and as ratios to the naive bundle of the same contract. */
export function coldSection(measured: readonly MeasuredColdStart[]): Section {
  const tables = ([1, 2] as const).map((cores) => {
    const subjects = measured.filter((one) => one.cores === cores);
    const naive = subjects.find(({ subject }) => subject === 'contract')?.median;
    const cli = subjects.find(({ subject }) => subject === 'awsCli')?.median;
    const rows = subjects.map(({ subject, median, least }) => [
      names[subject] ?? `the build in ${subject.replace('build:', '')}`,
      ...[median.importMs, median.firstRequestMs, median.answeredMs, least.answeredMs, median.cpuMs],
      ratio(median.answeredMs, naive?.answeredMs),
      ratio(median.cpuMs, naive?.cpuMs),
      ratio(median.processMs, cli?.processMs),
    ]);
    const head = [
      ...['process', 'start', 'first request', 'both', 'least', 'CPU'],
      ...['of naive', 'CPU, of naive', 'process, of the AWS CLI'],
    ];
    return `${cores === 1 ? 'One core' : 'Two cores'}, ${subjects[0]?.runs} runs of each, medians in milliseconds:\n\n${table(head, rows)}`;
  });
  return { name: 'cold', document: 'cold-starts.md', tables: tables.join('\n\n') };
}

function ratio(one: number | null, other: number | null | undefined): number | null {
  return one === null || other === null || other === undefined ? null : one / other;
}
