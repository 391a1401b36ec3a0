import { readFile } from 'node:fs/promises';
import type { ControllerSettings } from './controller.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What Kubernetes mounts for the service account of a pod. */
const tokenFile = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * Reads the settings from the environment. Node.js trusts the certificate of the API server by
 * `NODE_EXTRA_CA_CERTS`, which the manifests set.
 *
 * @throws Error that names every variable that is missing or wrong
 */
export function readSettings(environment: Environment): Omit<ControllerSettings, 'log'> {
  const problems: string[] = [];
  const text = (name: string, fallback = '', pattern = /./) => {
    const { [name]: given = '' } = environment;
    const value = given === '' ? fallback : given;
    if (!pattern.test(value)) problems.push(`${name} is ${JSON.stringify(value)}; it has to match ${pattern.source}.`);
    return value;
  };
  const seconds = (name: string, fallback: string) => Number(text(name, fallback, /^[1-9]\d{0,4}$/)) * 1_000;
  const durationMs = seconds('LEASE_SECONDS', '15');
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' } = environment;
  const inCluster = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const url = text('KUBERNETES_API_URL', host && inCluster, /^https?:/);
  const file = text('KUBERNETES_TOKEN_FILE', tokenFile);
  const settings = {
    // The kubelet renews the token.
    connection: { url, token: async () => (await readFile(file, 'utf8')).trim() },
    gatewayUrl: text('POD_IDENTITY_ENDPOINT_URL', '', /^https?:/),
    cluster: {
      clusterName: text('CLUSTER_NAME'),
      accountId: text('CLUSTER_ACCOUNT_ID', '', /^(\d{12})?$/) || null,
      region: text('CLUSTER_REGION', '', /^([a-z\d-]+)?$/) || null,
    },
    requester: text('REQUESTER_SERVICE_ACCOUNT', 'pod-identity-requester'),
    tokenAudience: text('TOKEN_AUDIENCE', 'pod-identity-gateway'),
    resyncMs: seconds('RESYNC_SECONDS', '600'),
    approvalPollMs: seconds('APPROVAL_POLL_SECONDS', '60'),
    maxDelayMs: seconds('MAX_RETRY_SECONDS', '300'),
    watchPods: text('WATCH_PODS', 'true', /^(true|false)$/) === 'true',
    lease: {
      namespace: text('POD_NAMESPACE'),
      name: 'pod-identity-controller',
      identity: text('POD_NAME'),
      durationMs,
      renewDeadlineMs: Math.floor((durationMs * 2) / 3),
      retryMs: Math.floor(durationMs / 7),
    },
    port: Number(text('PORT', '8080', /^\d{1,5}$/)),
  };
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return settings;
}
