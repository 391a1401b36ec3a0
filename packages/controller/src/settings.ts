import { readFile } from 'node:fs/promises';
import type { ControllerSettings } from './controller.ts';
import { inClusterConnection } from './kubernetes/api.ts';
import type { Connection } from './kubernetes/api.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Reads the settings from the environment.
 *
 * @throws Error that names every variable that is missing or wrong
 */
export function readSettings(environment: Environment): Omit<ControllerSettings, 'log'> {
  const problems: string[] = [];
  const text = (name: string, fallback?: string): string => {
    const value = environment[name] ?? '';
    if (value !== '' || fallback !== undefined) return value || (fallback ?? '');
    problems.push(`${name} is not set.`);
    return '';
  };
  const number = (name: string, fallback: number, least: number): number => {
    const value = text(name, String(fallback));
    if (/^\d{1,6}$/.test(value) && Number(value) >= least) return Number(value);
    problems.push(`${name} is ${JSON.stringify(value)}, not a whole number of ${least} or more.`);
    return fallback;
  };
  const flag = (name: string): boolean => {
    const value = text(name, 'true');
    if (!['true', 'false'].includes(value)) problems.push(`${name} is ${JSON.stringify(value)}, not true or false.`);
    return value === 'true';
  };
  const gatewayUrl = text('POD_IDENTITY_ENDPOINT_URL');
  if (gatewayUrl !== '' && !/^https?:\/\//.test(gatewayUrl))
    problems.push(`POD_IDENTITY_ENDPOINT_URL is ${JSON.stringify(gatewayUrl)}, not the URL of a gateway.`);
  const durationMs = number('LEASE_SECONDS', 15, 1) * 1_000;
  const settings = {
    connection: connectionOf(environment, text),
    gatewayUrl,
    cluster: {
      clusterName: text('CLUSTER_NAME'),
      accountId: text('CLUSTER_ACCOUNT_ID', '') || null,
      region: text('CLUSTER_REGION', '') || null,
    },
    requester: text('REQUESTER_SERVICE_ACCOUNT', 'pod-identity-requester'),
    tokenAudience: text('TOKEN_AUDIENCE', 'pod-identity-gateway'),
    resyncMs: number('RESYNC_SECONDS', 600, 1) * 1_000,
    maxDelayMs: 300_000,
    watchPods: flag('WATCH_PODS'),
    lease: {
      namespace: text('POD_NAMESPACE'),
      name: 'pod-identity-controller',
      identity: text('POD_NAME'),
      durationMs,
      renewDeadlineMs: (durationMs * 2) / 3,
      retryMs: durationMs / 7,
    },
    port: number('PORT', 8_080, 0),
  };
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return settings;
}

/** The API server of the cluster; with KUBERNETES_API_URL, another address with the token of a file. */
function connectionOf(environment: Environment, text: (name: string) => string): Connection {
  const { KUBERNETES_API_URL: url = '' } = environment;
  if (url === '')
    return inClusterConnection(text('KUBERNETES_SERVICE_HOST'), text('KUBERNETES_SERVICE_PORT'), serviceAccountFolder);
  const file = text('KUBERNETES_TOKEN_FILE');
  return { url, token: async () => (await readFile(file, 'utf8')).trim() };
}
