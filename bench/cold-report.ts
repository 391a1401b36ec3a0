import { nameOfBuild } from './bundles.ts';
import type { ColdStart, MeasuredColdStart } from './cold.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';
import { median, ratiosOf } from './statistics.ts';

const names: Readonly<Record<string, string>> = {
  empty: 'an empty handler',
  tiny: 'naive, tiny schema',
  contract: "naive, the gateway's schema at 7b35ffc and policies",
  gateway: 'the gateway',
  rejected: 'the gateway, its code cache rejected',
  awsCli: '`aws eks create-pod-identity-association` (v2)',
};

/**
 * A table of cold starts: times on one core in milliseconds, and for one core and two the ratios to
 * the naive bundle of the same contract and to the AWS CLI.
 */
export function coldSection(measured: readonly MeasuredColdStart[]): Section {
  const subjects = measured.filter(({ cores }) => cores === 1);
  const startsOf = (cores: number, wanted: string) =>
    measured.find((one) => one.cores === cores && one.subject === wanted)?.starts ?? [];
  const ratios = (cores: number, subject: string) => [
    ratioOf(startsOf(cores, subject), startsOf(cores, 'contract'), 'answeredMs'),
    ratioOf(startsOf(cores, subject), startsOf(cores, 'awsCli'), 'processMs'),
  ];
  const cpuRatio = (subject: string) =>
    subject === 'awsCli' ? null : ratioOf(startsOf(1, subject), startsOf(1, 'contract'), 'cpuMs');
  const rows = subjects.map(({ subject, starts }) => [
    names[subject] ?? `the build ${nameOfBuild(subject.replace('build:', ''))}`,
    ...(['importMs', 'answeredMs', 'cpuMs'] as const).map((time) => middleOf(starts, time)),
    cpuRatio(subject),
    ...ratios(1, subject),
    middleOf(startsOf(2, subject), 'cpuMs'),
    ...ratios(2, subject),
  ]);
  const head = [
    ...['process', 'start', 'answered', 'CPU', 'CPU of naive', 'of naive', 'of the AWS CLI'],
    ...['CPU, 2 cores', 'of naive, 2 cores', 'of the AWS CLI, 2 cores'],
  ];
  const rounds = startsOf(1, 'contract').length;
  const tables = `One core, ${rounds} rounds, medians in milliseconds; ratios also on two cores. Compared with the AWS CLI is the whole process:\n\n${table(head, rows)}`;
  return { name: 'cold', tables };
}

const timesOf = (starts: readonly ColdStart[], time: keyof ColdStart) => starts.flatMap((start) => start[time] ?? []);

function middleOf(starts: readonly ColdStart[], time: keyof ColdStart): number | null {
  const times = timesOf(starts, time);
  return times.length === 0 ? null : median(times);
}

/** The median ratio of starts that were measured one after the other. */
function ratioOf(starts: readonly ColdStart[], reference: readonly ColdStart[], time: keyof ColdStart): number {
  return ratiosOf(timesOf(starts, time), timesOf(reference, time))[0];
}
