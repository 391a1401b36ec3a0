import type { ClusterObjects } from '../kubernetes/objects.ts';
import { serviceAccountKey } from '../kubernetes/objects.ts';
import type { Container, Pod } from '../kubernetes/pod.ts';
import type { Association, Associations } from './associations.ts';
import { agentProblem } from './agents.ts';
import type { Agents } from './agents.ts';
import { credentialsOf } from './injection.ts';
import type { Injection } from './injection.ts';

/** Codes of findings. */
type FindingCode =
  | 'AGENT_MISSING'
  | 'CONTAINER_SKIPPED'
  | 'EARLIER_CREDENTIALS'
  | 'INJECTION_BROKEN'
  | 'NO_ASSOCIATION'
  | 'NO_PODS'
  | 'NO_SERVICE_ACCOUNT'
  | 'NOT_INJECTED'
  | 'RESTART_NOT_NEEDED'
  | 'UNKNOWN_VARIABLES'
  | 'UNSUPPORTED_PLATFORM';

/** Something that a person should know, with what to do about it. */
export interface Finding {
  /** A problem keeps pods from their role; a note does not, as far as can be seen. */
  readonly severity: 'PROBLEM' | 'NOTE';
  readonly code: FindingCode;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** What has to be changed or restarted, e.g. `deployment/api`; null for the service account itself. */
  readonly workload: string | null;
  /** Null if it concerns the whole pod. */
  readonly container: string | null;
  readonly message: string;
  /** A command or what to change; null if nothing has to be done. */
  readonly advice: string | null;
}

/** A pod, and what was found. */
export interface DiagnosedPod {
  readonly namespace: string;
  readonly name: string;
  readonly workload: string;
  readonly serviceAccount: string;
  readonly associationId: string | null;
  readonly containers: readonly { readonly name: string; readonly isInit: boolean; readonly injection: Injection }[];
  readonly findings: readonly Finding[];
}

/** What pods are compared with. */
export interface Known {
  /** Null: only whether pods are injected is known. */
  readonly associations: Associations | null;
  readonly agents: Agents;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Whether a pod has the credentials of its service account's association, and why not. Variables
 * decide; times only explain.
 */
export function diagnosePod(pod: Pod, known: Known): DiagnosedPod {
  const { namespace, name, workload, serviceAccount } = pod;
  const association = known.associations?.known.get(keyOf(pod)) ?? null;
  const containers = pod.containers.map((container) => ({ container, ...credentialsOf(pod, container) }));
  return {
    namespace,
    name,
    workload,
    serviceAccount,
    associationId: association?.associationId ?? null,
    containers: containers.map(({ container, injection }) => ({
      name: container.name,
      isInit: container.isInit,
      injection,
    })),
    findings: association
      ? boundFindings(pod, association, containers, known)
      : unboundFindings(pod, containers, known.associations),
  };
}

type Seen = ReturnType<typeof credentialsOf> & { readonly container: Container };

function boundFindings(pod: Pod, association: Association, containers: readonly Seen[], known: Known) {
  if (pod.unsupported !== null) {
    return [
      problem(pod, 'UNSUPPORTED_PLATFORM', {
        message: `EKS Pod Identity does not run on ${pod.unsupported}.`,
        advice: 'Run it on Linux nodes of Amazon EC2, or use IAM roles for service accounts.',
      }),
    ];
  }
  const agent = containers.some(({ injection }) => injection === 'INJECTED') ? agentProblem(pod, known.agents) : null;
  return [
    ...containers.flatMap((seen) => containerFindings(pod, association, seen)),
    ...(agent === null ? [] : [problem(pod, 'AGENT_MISSING', agent)]),
    ...changedFindings(pod, association, containers, known.now),
  ];
}

function containerFindings(pod: Pod, association: Association, seen: Seen): readonly Finding[] {
  const { container, injection, faults, earlier, unknown } = seen;
  const of = container.name;
  if (injection === 'SKIPPED') {
    const message = 'The annotation eks.amazonaws.com/skip-containers leaves it without credentials.';
    return [note(pod, 'CONTAINER_SKIPPED', { message, advice: null }, of)];
  }
  const isMissing = injection === 'NOT_INJECTED';
  const instead = earlier.length === 0 ? ' SDKs may use the role of the node instead.' : '';
  const missing = { message: `${whyNot(pod, association)}${instead}`, advice: restart(pod) };
  return [
    ...(isMissing ? [problem(pod, 'NOT_INJECTED', missing, of)] : []),
    ...faults.map((fault) => problem(pod, 'INJECTION_BROKEN', fault, of)),
    ...earlier.map((fault) => problem(pod, 'EARLIER_CREDENTIALS', fault, of)),
    ...unknown.map((fault) => note(pod, 'UNKNOWN_VARIABLES', fault, of)),
  ];
}

/** How long EKS takes to tell its webhook about an association: "several seconds" by its user guide. */
const propagationMs = 60_000;

function whyNot({ createdAt: started }: Pod, { createdAt }: Association): string {
  if (started === null || createdAt === null)
    return 'Not injected: it started before the association, or the webhook of EKS missed it.';
  const since = started - createdAt;
  if (since < 0) return 'Not injected: it started before the association.';
  if (since >= propagationMs)
    return 'Not injected: it started after the association, but the webhook of EKS did not change it.';
  const seconds = Math.round(since / 1_000);
  return `Not injected: it started ${seconds} s after the association, before the webhook of EKS knew of it.`;
}

function restart({ namespace, workload, name }: Pod): string {
  return /^(deployment|daemonset|statefulset)\//.test(workload)
    ? `kubectl -n ${namespace} rollout restart ${workload}`
    : `kubectl -n ${namespace} delete pod ${name}`;
}

/** How long the agent keeps credentials, by the user guide: less with a target role. */
const [cachedMs, cachedWithTargetMs] = [6 * 3_600_000, 59 * 60_000];

/** An association that changed since the pod started needs no restart. */
function changedFindings(pod: Pod, association: Association, containers: readonly Seen[], now: number) {
  const { createdAt, modifiedAt, hasTargetRole } = association;
  if (modifiedAt === null || createdAt === null || pod.createdAt === null) return [];
  const until = modifiedAt + (hasTargetRole ? cachedWithTargetMs : cachedMs);
  const isCached = modifiedAt > createdAt && modifiedAt > pod.createdAt && now < until;
  if (!isCached || !containers.some(({ injection }) => injection === 'INJECTED')) return [];
  const message = `Its association changed since it started. It needs no restart: new credentials come until ${new Date(until).toISOString()}.`;
  return [note(pod, 'RESTART_NOT_NEEDED', { message, advice: null })];
}

/** Findings of a pod whose service account has no association, as far as is known. */
function unboundFindings(pod: Pod, containers: readonly Seen[], associations: Associations | null) {
  const asks = containers.some(({ injection }) => injection === 'INJECTED');
  if (associations === null || !asks) return [];
  const { isComplete } = associations;
  const message = `It asks the agent for credentials, but its service account has no association${isComplete ? '' : ' that you may see'}.`;
  const advice = `pod-identity create-pod-identity-association --cluster-name CLUSTER --namespace ${pod.namespace} --service-account ${pod.serviceAccount} --role-arn ARN`;
  return [(isComplete ? problem : note)(pod, 'NO_ASSOCIATION', { message, advice })];
}

/** Associations whose service account has no pods, in the namespaces that are there. */
export function unusedAssociations(objects: ClusterObjects, { known }: Associations): readonly Finding[] {
  const used = new Set(objects.pods.map(keyOf));
  const namespaces = new Set([...objects.pods.map(keyOf), ...objects.serviceAccounts].map(namespaceOf));
  const unused = [...known].filter(([key, { namespace }]) => namespaces.has(namespace) && !used.has(key));
  return unused.map(([key, { namespace, serviceAccount }]) => {
    const place = { namespace, serviceAccount, workload: null, container: null };
    if (objects.serviceAccounts.size > 0 && !objects.serviceAccounts.has(key)) {
      const message = 'It has an association, but does not exist.';
      const advice = `kubectl -n ${namespace} create serviceaccount ${serviceAccount}`;
      return { severity: 'PROBLEM', code: 'NO_SERVICE_ACCOUNT', ...place, message, advice };
    }
    return {
      severity: 'NOTE',
      code: 'NO_PODS',
      ...place,
      message: 'It has an association, but no pods.',
      advice: null,
    };
  });
}

function keyOf({ namespace, serviceAccount }: Pick<Pod, 'namespace' | 'serviceAccount'>): string {
  return serviceAccountKey({ namespace, name: serviceAccount });
}

function namespaceOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

type Told = Pick<Finding, 'message' | 'advice'>;

function problem(pod: Pod, code: FindingCode, told: Told, container: string | null = null): Finding {
  const { namespace, serviceAccount, workload } = pod;
  return { severity: 'PROBLEM', code, namespace, serviceAccount, workload, container, ...told };
}

function note(pod: Pod, code: FindingCode, told: Told, container: string | null = null): Finding {
  return { ...problem(pod, code, told, container), severity: 'NOTE' };
}
