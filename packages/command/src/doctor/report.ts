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
    const group = groups.get(key);
    if (group) group.pods.push(...names);
    else groups.set(key, { ...finding, pods: [...names] });
  };
  for (const pod of pods) for (const finding of pod.findings) add(finding, [pod.name]);
  for (const finding of unused) add(finding, []);
  const order = (finding: Finding) =>
    JSON.stringify([finding.severity === 'NOTE', finding.namespace, finding.workload]);
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
    ...(associations === null ? injectionLines(report.pods) : []),
    ...report.findings.flatMap(findingLines),
    ...report.unchecked.map((text) => `Not checked: ${text}`),
    summary(report, associations),
  ];
}

function findingLines({ pods, ...finding }: Report['findings'][number]): readonly string[] {
  const count = pods.length > 1 ? ` (${pods.length} pods)` : '';
  return [`${placeOf(finding)}${count}`, ...toldLines(finding)];
}

/** Where a finding is, with its severity. */
export function placeOf({ severity, namespace, serviceAccount, workload, container }: Finding): string {
  const of = container === null ? '' : `, container ${container}`;
  const place = workload === null ? '' : `${workload}${of}, `;
  return `${severity === 'PROBLEM' ? 'Problem' : 'Note'}: ${namespace}: ${place}service account ${serviceAccount}`;
}

/** What a finding says, below its place. */
export function toldLines({ message, advice }: Finding): readonly string[] {
  return [`  ${message}`, ...(advice === null ? [] : [`  -> ${advice}`])];
}

function injectionLines(pods: readonly DiagnosedPod[]): readonly string[] {
  return pods.map(({ namespace, name, containers }) => {
    const injected = containers.map((one) => `${one.name} ${injectionWords[one.injection]}`).join(', ');
    return `${namespace}: ${name}: ${injected}`;
  });
}

const injectionWords = {
  INJECTED: 'injected',
  BROKEN: 'injected, but broken',
  SKIPPED: 'skipped by annotation',
  NOT_INJECTED: 'not injected',
} as const;

function summary({ pods, findings }: Report, associations: Associations | null): string {
  if (associations === null) {
    const injected = pods.filter(({ containers }) => containers.some(({ injection }) => injection === 'INJECTED'));
    return `${injected.length} of ${pods.length} pods are injected. Whether they should be is not known: give --associations or --cluster-name.`;
  }
  const bound = pods.filter(({ associationId }) => associationId !== null);
  const healthy = bound.filter((pod) => !hasProblems(pod));
  const problems = findings.filter(({ severity }) => severity === 'PROBLEM').length;
  return `${healthy.length} of ${bound.length} pods with an association have its credentials. ${counted(problems, 'problem')}, ${counted(findings.length - problems, 'note')}.`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
