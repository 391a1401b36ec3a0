import type { Associations } from './associations.ts';
import type { DiagnosedPod, Finding } from './diagnosis.ts';

/** What the doctor found. */
export interface Report {
  readonly pods: readonly DiagnosedPod[];
  readonly findings: readonly (Finding & { readonly pods: readonly string[] })[];
  /** What could not be checked, and why. */
  readonly unchecked: readonly string[];
}

/** The report of diagnosed pods: equal findings of the pods of one workload are one. */
export function reportOf(
  pods: readonly DiagnosedPod[],
  unused: readonly Finding[],
  unchecked: readonly string[],
): Report {
  const groups = new Map<string, Finding & { pods: string[] }>();
  const add = (finding: Finding, names: readonly string[]) => {
    const key = JSON.stringify(finding);
    const group = groups.get(key) ?? { ...finding, pods: [] };
    group.pods.push(...names);
    groups.set(key, group);
  };
  for (const { name, findings } of pods) for (const finding of findings) add(finding, [name]);
  for (const finding of unused) add(finding, []);
  const order = (one: Finding) => JSON.stringify([one.severity === 'NOTE', one.namespace, one.workload]);
  const findings = [...groups.values()].sort((one, other) => (order(one) < order(other) ? -1 : 1));
  return { pods, findings, unchecked };
}

/** Whether pods don't have what they should. */
export function hasProblems({ findings }: { readonly findings: readonly Finding[] }): boolean {
  return findings.some(({ severity }) => severity === 'PROBLEM');
}

/** The report as lines for people. */
export function reportLines(report: Report, associations: Associations | null): readonly string[] {
  return [
    ...(associations === null ? report.pods.map(injectionLine) : []),
    ...report.findings.flatMap(({ pods, ...finding }) =>
      findingLines(finding, pods.length > 1 ? ` (${pods.length} pods)` : ''),
    ),
    ...report.unchecked.map((text) => `Not checked: ${text}`),
    associations === null ? injectedSummary(report) : summary(report),
  ];
}

/** A finding as lines for people: where it is, what it says, and what to do. */
export function findingLines(finding: Finding, pods: string): readonly string[] {
  const { severity, namespace, serviceAccount, workload, container, message, advice } = finding;
  const of = container === null ? '' : `, container ${container}`;
  const place = workload === null ? '' : `${workload}${of}, `;
  return [
    `${severity === 'PROBLEM' ? 'Problem' : 'Note'}: ${namespace}: ${place}service account ${serviceAccount}${pods}`,
    `  ${message}`,
    ...(advice === null ? [] : [`  -> ${advice}`]),
  ];
}

const injectionWords = {
  INJECTED: 'injected',
  BROKEN: 'injected, but broken',
  SKIPPED: 'skipped by annotation',
  NOT_INJECTED: 'not injected',
} as const;

function injectionLine({ namespace, name, containers }: DiagnosedPod): string {
  return `${namespace}: ${name}: ${containers.map((one) => `${one.name} ${injectionWords[one.injection]}`).join(', ')}`;
}

function injectedSummary({ pods }: Report): string {
  const injected = pods.filter(({ containers }) => containers.some(({ injection }) => injection === 'INJECTED'));
  return `${injected.length} of ${pods.length} pods are injected. Whether they should be is not known: give --associations or --cluster-name.`;
}

function summary({ pods, findings }: Report): string {
  const bound = pods.filter(({ associationId }) => associationId !== null);
  const healthy = bound.filter((pod) => !hasProblems(pod));
  const problems = findings.filter(({ severity }) => severity === 'PROBLEM').length;
  return `${healthy.length} of ${bound.length} pods with an association have its credentials. ${counted(problems, 'problem')}, ${counted(findings.length - problems, 'note')}.`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
