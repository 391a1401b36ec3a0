import { diagnosePod } from '../../command/src/doctor/diagnosis.ts';
import { hasProblems } from '../../command/src/doctor/report.ts';
import { accountOf, isLeftOut, serviceAccountKey } from '../../command/src/kubernetes/objects.ts';
import type { Pod } from '../../command/src/kubernetes/objects.ts';
import type { Association } from '../../client/src/client/result.ts';
import type { Draft } from './conditions.ts';

/** As many findings as the message has. */
const maxTold = 3;

/**
 * Whether pods have the credentials of the associations of their service accounts, by the code of
 * `pod-identity doctor`. Agents are not watched: that command checks them.
 */
export function credentialsInjected(pods: readonly Pod[], associations: readonly Association[]): Draft {
  const type = 'CredentialsInjected';
  const known = new Map(associations.map((one) => [serviceAccountKey(one.namespace, one.serviceAccount), one]));
  const running = pods.filter((pod) => !isLeftOut(pod) && known.has(accountOf(pod)));
  if (running.length === 0) return { type, status: 'Unknown', reason: 'NoPods', message: 'No pods run with it.' };
  const context = { associations: { known, isComplete: false, unread: [] }, agents: null, now: Date.now() };
  const diagnosed = running.map((pod) => diagnosePod(pod, context));
  const problems = diagnosed.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'PROBLEM'));
  const [first] = problems;
  if (first === undefined)
    return { type, status: 'True', reason: 'Injected', message: `${running.length} pods have credentials.` };
  const texts = problems.map(
    ({ workload, message, advice }) => `${workload ?? ''}: ${message}${advice === null ? '' : ` ${advice}`}`,
  );
  const count = diagnosed.filter(hasProblems).length;
  const message = [`${count} of ${running.length} pods lack credentials.`, ...[...new Set(texts)].slice(0, maxTold)];
  return { type, status: 'False', reason: reasons[first.code] ?? 'NotInjected', message: message.join(' ') };
}

const reasons: Readonly<Record<string, string>> = {
  EARLIER_CREDENTIALS: 'EarlierCredentials',
  INJECTION_BROKEN: 'InjectionBroken',
  UNSUPPORTED_PLATFORM: 'UnsupportedPlatform',
};
