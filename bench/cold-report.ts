import { nameOfBuild } from './bundles.ts';
import type { ColdStart, MeasuredColdStart } from './cold.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';
import { median, ratiosOf } from './statistics.ts';

const names: Readonly<Record<string, string>> = {
  empty: 'an empty handler',
  tiny: 'naive, tiny schema',
  contract: "naive, the gateway's schema and policies",
  gateway: 'the gateway',
  rejected: 'the gateway, its code cache rejected',
  awsCli: '`aws eks create-pod-identity-association` (v2)',
};

/**
 * Tables of cold starts: one core and two, in milliseconds and as ratios to the naive bundle of the
 * same contract.
 */
export function coldSection(measured: readonly MeasuredColdStart[]): Section {
  const tables = ([1, 2] as const).map((cores) => {
    const subjects = measured.filter((one) => one.cores === cores);
    const startsOf = (wanted: string) => subjects.find(({ subject }) => subject === wanted)?.starts ?? [];
    const [naive, cli] = [startsOf('contract'), startsOf('awsCli')];
    const rows = subjects.map(({ subject, starts }) => [
      names[subject] ?? `the build ${nameOfBuild(subject.replace('build:', ''))}`,
      ...(['importMs', 'firstRequestMs', 'answeredMs', 'cpuMs'] as const).map((time) => middleOf(starts, time)),
      ...ratiosOf(timesOf(starts, 'answeredMs'), timesOf(naive, 'answeredMs')),
      subject === 'awsCli' ? null : ratiosOf(timesOf(starts, 'cpuMs'), timesOf(naive, 'cpuMs'))[0],
      ratiosOf(timesOf(starts, 'processMs'), timesOf(cli, 'processMs'))[0],
    ]);
    const head = [
      ...['process', 'start', 'first request', 'both', 'CPU', 'of naive', 'quartiles', 'CPU, of naive'],
      'process, of the AWS CLI',
    ];
    const where = cores === 1 ? 'One core' : 'Two cores';
    return `${where}, ${naive.length} rounds, medians in milliseconds:\n\n${table(head, rows)}`;
  });
  return { name: 'cold', tables: tables.join('\n\n') };
}

const timesOf = (starts: readonly ColdStart[], time: keyof ColdStart) => starts.flatMap((start) => start[time] ?? []);

function middleOf(starts: readonly ColdStart[], time: keyof ColdStart): number | null {
  const times = timesOf(starts, time);
  return times.length === 0 ? null : median(times);
}
