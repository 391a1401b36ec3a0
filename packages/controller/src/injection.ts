import { diagnosePod } from '../../command/src/doctor/diagnosis.ts';
import type { Fields } from '../../command/src/kubernetes/json.ts';
import { podOf } from '../../command/src/kubernetes/pod.ts';
import type { Pod } from '../../command/src/kubernetes/pod.ts';
import type { Association } from '../../client/src/client/result.ts';
import type { Draft } from './conditions.ts';

/** What is kept of a pod: of its variables, those of AWS. */
export function keptPod(object: Fields): Pod {
  const pod = podOf(object);
  const containers = pod.containers.map((one) => ({
    ...one,
    variables: new Map([...one.variables].filter(([name]) => name.startsWith('AWS_'))),
  }));
  return { ...pod, containers, labels: {} };
}

/** Agents are not watched: `pod-identity doctor` checks them. */
const agents = { readyByNode: new Map<string, boolean>(), nodes: null };

/** As many findings as the message has. */
const maxTold = 3;

/**
 * Whether pods have the credentials of the associations of their service accounts, by the code of
 * `pod-identity doctor`.
 *
 * @param associations by service account
 */
export function credentialsInjected(pods: readonly Pod[], associations: ReadonlyMap<string, Association>): Draft {
  const type = 'CredentialsInjected';
  const running = pods.filter(({ isLeftOut, serviceAccount }) => !isLeftOut && associations.has(serviceAccount));
  if (running.length === 0) return { type, status: 'Unknown', reason: 'NoPods', message: 'No pods run with it.' };
  const known = new Map([...associations].map(([name, one]) => [`${one.namespace}/${name}`, toldOf(one)]));
  const context = { associations: { known, isComplete: false, unread: [] }, agents, now: Date.now() };
  const diagnosed = running.map((pod) => diagnosePod(pod, context));
  const problems = diagnosed.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'PROBLEM'));
  const count = diagnosed.filter(({ findings }) => findings.some(({ severity }) => severity === 'PROBLEM')).length;
  const [first] = problems;
  if (first === undefined)
    return { type, status: 'True', reason: 'Injected', message: `${running.length} pods have credentials.` };
  const texts = problems.map(
    ({ workload, message, advice }) => `${workload ?? ''}: ${message}${advice === null ? '' : ` ${advice}`}`,
  );
  const message = [`${count} of ${running.length} pods lack credentials.`, ...[...new Set(texts)].slice(0, maxTold)];
  return { type, status: 'False', reason: reasons[first.code] ?? 'NotInjected', message: message.join(' ') };
}

const reasons: Readonly<Record<string, string>> = {
  EARLIER_CREDENTIALS: 'EarlierCredentials',
  INJECTION_BROKEN: 'InjectionBroken',
  UNSUPPORTED_PLATFORM: 'UnsupportedPlatform',
};

function toldOf({ namespace, serviceAccount, associationId, createdAt, modifiedAt, targetRoleArn }: Association) {
  return {
    namespace,
    serviceAccount,
    associationId,
    hasTargetRole: targetRoleArn !== null,
    createdAt: Date.parse(createdAt),
    modifiedAt: Date.parse(modifiedAt),
  };
}
