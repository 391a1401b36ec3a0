import { nameOfBuild } from './bundles.ts';
import type { ColdStart, MeasuredColdStart, Subject } from './cold.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';
import { median, ratiosOf } from './statistics.ts';

const names: Readonly<Record<string, string>> = {
  empty: 'an empty handler',
  tiny: 'naive, tiny schema',
  contract: "naive, the gateway's schema at 7b35ffc and policies",
  gateway: 'the gateway',
  awsCli: '`aws eks create-pod-identity-association` (v2)',
};

/** What was measured of a subject on one core or two. */
type Measured = (cores: 1 | 2, subject: Subject) => readonly ColdStart[];

/**
 * Tables of cold starts: times on one core in milliseconds, and for one core and two the ratios to
 * the naive bundle of the same contract and to the AWS CLI; and the processor time of the gateway
 * beside that of other builds.
 */
export function coldSection(measured: readonly MeasuredColdStart[]): Section {
  const subjects = measured.filter(({ cores }) => cores === 1);
  const startsOf: Measured = (cores, { program, condition }) =>
    measured.find((one) => one.cores === cores && one.program === program && one.condition === condition)?.starts ?? [];
  const rounds = startsOf(1, naive).length;
  const text = `One core, ${rounds} rounds, medians in milliseconds; ratios also on two cores. Compared with the AWS CLI is the whole process:`;
  const tables = [text, timesTable(subjects, startsOf), ...buildsTable(subjects, startsOf)].join('\n\n');
  return { name: 'cold', tables };
}

const naive: Subject = { program: 'contract', condition: null };
const cli: Subject = { program: 'awsCli', condition: null };

function nameOf({ program, condition }: Subject): string {
  const name = names[program] ?? `the build ${nameOfBuild(program.replace('build:', ''))}`;
  return condition === null ? name : `${name}, ${condition}`;
}

function timesTable(subjects: readonly Subject[], startsOf: Measured): string {
  const ratios = (cores: 1 | 2, subject: Subject) => [
    ratioOf(startsOf(cores, subject), startsOf(cores, naive), 'answeredMs')[0],
    ratioOf(startsOf(cores, subject), startsOf(cores, cli), 'processMs')[0],
  ];
  const cpuRatio = (subject: Subject) =>
    subject.program === 'awsCli' ? null : ratioOf(startsOf(1, subject), startsOf(1, naive), 'cpuMs')[0];
  const rows = subjects.map((subject) => [
    nameOf(subject),
    ...(['importMs', 'answeredMs', 'cpuMs'] as const).map((time) => middleOf(startsOf(1, subject), time)),
    cpuRatio(subject),
    ...ratios(1, subject),
    middleOf(startsOf(2, subject), 'cpuMs'),
    ...ratios(2, subject),
  ]);
  const head = [
    ...['process', 'start', 'answered', 'CPU', 'CPU of naive', 'of naive', 'of the AWS CLI'],
    ...['CPU, 2 cores', 'of naive, 2 cores', 'of the AWS CLI, 2 cores'],
  ];
  return table(head, rows);
}

/** The processor time of the gateway beside that of each other build in the same condition. */
function buildsTable(subjects: readonly Subject[], startsOf: Measured): string[] {
  const builds = subjects.filter(({ program }) => program.startsWith('build:'));
  if (builds.length === 0) return [];
  const rows = builds.map((build) => {
    const gateway: Subject = { program: 'gateway', condition: build.condition };
    return [
      nameOf(build),
      ...([1, 2] as const).flatMap((cores) => ratioOf(startsOf(cores, gateway), startsOf(cores, build), 'cpuMs')),
    ];
  });
  const head = ['CPU of the gateway, in the same condition', 'ratio', 'quartiles', 'ratio, 2 cores', 'quartiles'];
  return ['Beside other builds:', table(head, rows)];
}

const timesOf = (starts: readonly ColdStart[], time: keyof ColdStart) => starts.flatMap((start) => start[time] ?? []);

function middleOf(starts: readonly ColdStart[], time: keyof ColdStart): number | null {
  const times = timesOf(starts, time);
  return times.length === 0 ? null : median(times);
}

/** The median ratio of starts that were measured one after the other. */
function ratioOf(starts: readonly ColdStart[], reference: readonly ColdStart[], time: keyof ColdStart) {
  return ratiosOf(timesOf(starts, time), timesOf(reference, time));
}
