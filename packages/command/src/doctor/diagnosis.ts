import { accountOf, namespacesOf } from '../kubernetes/objects.ts';
import type { ClusterObjects, Container, Pod } from '../kubernetes/objects.ts';
import { unsupportedPlatform, workloadOf } from '../kubernetes/workload.ts';
import type { Association, Associations } from './associations.ts';
import { agentFindings } from './agents.ts';
import type { Agents } from './agents.ts';
import { earlierCredentials, injectionOf, severities } from './injection.ts';
import type { Told } from './injection.ts';

/** Something that a person should know, with what to do about it. */
export interface Finding {
  /** A problem keeps pods from their role; a note does not, as far as can be seen. */
  readonly severity: 'PROBLEM' | 'NOTE';
  readonly code: keyof typeof severities;
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
export type DiagnosedPod = ReturnType<typeof diagnosePod>;

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
export function diagnosePod(pod: Pod, known: Known) {
  const { metadata, spec } = pod;
  const association = known.associations?.known.get(accountOf(pod)) ?? null;
  const place = { namespace: metadata.namespace, serviceAccount: spec.serviceAccountName, workload: workloadOf(pod) };
  const containers = [...spec.initContainers, ...spec.containers].map((container, index) => {
    const isInit = index < spec.initContainers.length;
    return { container, isInit, ...injectionOf(pod, container) };
  });
  const found = association
    ? boundFindings(pod, association, containers, known)
    : unboundFindings(pod, containers, known);
  return {
    ...place,
    name: metadata.name,
    associationId: association?.associationId ?? null,
    containers: containers.map(({ container: { name }, isInit, injection }) => ({ name, isInit, injection })),
    findings: [...found].map(([container, told]) => findingOf({ ...place, container }, told, known.associations)),
  };
}

type Seen = ReturnType<typeof injectionOf> & { readonly container: Container };
type Found = Generator<readonly [container: string | null, told: Told]>;

function findingOf(
  place: Pick<Finding, 'namespace' | 'serviceAccount' | 'workload' | 'container'>,
  [code, message, advice]: Told,
  associations: Associations | null,
): Finding {
  const isHidden = code === 'NO_ASSOCIATION' && associations?.isComplete === false;
  return { severity: isHidden ? 'NOTE' : severities[code], code, ...place, message, advice: advice ?? null };
}

function* boundFindings(pod: Pod, association: Association, containers: readonly Seen[], known: Known): Found {
  const platform = unsupportedPlatform(pod);
  if (platform !== null) {
    const advice = 'Run it on Linux nodes of Amazon EC2, or use IAM roles for service accounts.';
    yield [null, ['UNSUPPORTED_PLATFORM', `EKS Pod Identity does not run on ${platform}.`, advice]];
    return;
  }
  for (const seen of containers)
    for (const told of containerFindings(pod, association, seen)) yield [seen.container.name, told];
  if (!containers.some(isInjected)) return;
  for (const told of agentFindings(pod, known.agents)) yield [null, told];
  const until = cachedUntil(pod, association);
  if (until === null || until <= known.now) return;
  const message = `Its association changed since it started. It needs no restart: new credentials come until ${new Date(until).toISOString()}.`;
  yield [null, ['RESTART_NOT_NEEDED', message]];
}

function* containerFindings(
  pod: Pod,
  association: Association,
  { container, injection, broken }: Seen,
): Generator<Told> {
  if (injection === 'SKIPPED') {
    yield ['CONTAINER_SKIPPED', 'The annotation eks.amazonaws.com/skip-containers leaves it without credentials.'];
    return;
  }
  const earlier = [...earlierCredentials(container)];
  if (injection === 'NOT_INJECTED') {
    const isFirst = earlier.every(([code]) => code !== 'EARLIER_CREDENTIALS');
    const instead = isFirst ? ' SDKs may use the role of the node instead.' : '';
    yield ['NOT_INJECTED', `Not injected: it started ${whyNot(pod, association)}.${instead}`, restart(pod)];
  }
  yield* [...broken, ...earlier];
}

/** How long EKS takes to tell its webhook about an association: "several seconds" by its user guide. */
const propagationMs = 60_000;

function whyNot({ metadata }: Pod, { createdAt }: Association): string {
  const sinceMs = Date.parse(metadata.creationTimestamp) - Date.parse(createdAt ?? '');
  if (Number.isNaN(sinceMs)) return 'before the association, or the webhook of EKS missed it';
  if (sinceMs < 0) return 'before the association';
  if (sinceMs >= propagationMs) return 'after the association, but the webhook of EKS did not change it';
  return `${Math.round(sinceMs / 1_000)} s after the association, before the webhook of EKS knew of it`;
}

function restart(pod: Pod): string {
  const workload = workloadOf(pod);
  const { namespace, name } = pod.metadata;
  return /^(deployment|daemonset|statefulset)\//.test(workload)
    ? `kubectl -n ${namespace} rollout restart ${workload}`
    : `kubectl -n ${namespace} delete pod ${name}`;
}

/** How long the agent keeps credentials, by the user guide: less with a target role. */
const [cachedMs, cachedWithTargetMs] = [6 * 3_600_000, 59 * 60_000];

/** Until when a pod may use credentials from before a change of its association; null without one. */
function cachedUntil({ metadata }: Pod, { createdAt, modifiedAt, targetRoleArn }: Association): number | null {
  const [created, modified] = [Date.parse(createdAt ?? ''), Date.parse(modifiedAt ?? '')];
  const isChanged = modified > created && modified > Date.parse(metadata.creationTimestamp);
  return isChanged ? modified + (targetRoleArn === null ? cachedMs : cachedWithTargetMs) : null;
}

/** Findings of a pod whose service account has no association, as far as is known. */
function* unboundFindings({ metadata, spec }: Pod, containers: readonly Seen[], { associations }: Known): Found {
  if (associations === null || !containers.some(isInjected)) return;
  const seen = associations.isComplete ? '' : ' that you may see';
  const message = `It asks the agent for credentials, but its service account has no association${seen}.`;
  const advice = `pod-identity create-pod-identity-association --cluster-name CLUSTER --namespace ${metadata.namespace} --service-account ${spec.serviceAccountName} --role-arn ARN`;
  yield [null, ['NO_ASSOCIATION', message, advice]];
}

/** Associations whose service account has no pods, in the namespaces that are there. */
export function unusedAssociations({ pods, serviceAccounts }: ClusterObjects, associations: Associations) {
  const used = new Set(pods.map(accountOf));
  const namespaces = namespacesOf({ pods, serviceAccounts });
  const unused = [...associations.known].filter(([key, one]) => namespaces.includes(one.namespace) && !used.has(key));
  return unused.map(([key, { namespace, serviceAccount }]) => {
    const isMissing = serviceAccounts.size > 0 && !serviceAccounts.has(key);
    const command = `kubectl -n ${namespace} create serviceaccount ${serviceAccount}`;
    const told: Told = isMissing
      ? ['NO_SERVICE_ACCOUNT', 'It has an association, but does not exist.', command]
      : ['NO_PODS', 'It has an association, but no pods.'];
    return findingOf({ namespace, serviceAccount, workload: null, container: null }, told, associations);
  });
}

function isInjected({ injection }: Seen): boolean {
  return injection === 'INJECTED';
}
