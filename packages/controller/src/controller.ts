import { podOf } from '../../command/src/kubernetes/objects.ts';
import type { Pod } from '../../command/src/kubernetes/objects.ts';
import { apiVersion, bindingOf, heldBy } from './binding.ts';
import type { Binding, BindingSource } from './binding.ts';
import { conditionOf } from './conditions.ts';
import { writeEvents } from './events.ts';
import { makeGateway } from './gateway.ts';
import type { Cluster } from './gateway.ts';
import { makeKubernetesApi } from './kubernetes/api.ts';
import type { Connection, KubernetesApi, KubernetesObject } from './kubernetes/api.ts';
import { startCache } from './kubernetes/cache.ts';
import { leadWhenElected } from './kubernetes/lease.ts';
import type { LeaseSettings } from './kubernetes/lease.ts';
import { makeMetrics, serveHealth } from './metrics.ts';
import { makeQueue } from './kubernetes/queue.ts';
import { makeReconcile } from './reconcile.ts';
import type { Named } from './reconcile.ts';
import { makeTokens } from './tokens.ts';

/** What a controller is made of. */
export interface ControllerSettings {
  readonly connection: Connection;
  readonly gatewayUrl: string;
  readonly cluster: Cluster;
  readonly requester: string;
  readonly tokenAudience: string;
  readonly resyncMs: number;
  readonly approvalPollMs: number;
  readonly maxDelayMs: number;
  readonly watchPods: boolean;
  readonly lease: Omit<LeaseSettings, 'onError'>;
  /** Of /healthz, /readyz and /metrics; 0: any free one. */
  readonly port: number;
  readonly log: (level: 'info' | 'error', message: string, details?: object) => void;
}

/** What the parts of a running controller share. */
interface Running extends ControllerSettings {
  readonly api: KubernetesApi;
  readonly metrics: ReturnType<typeof makeMetrics>;
  readonly onError: (error: unknown, key?: string) => void;
  readonly onSynced: () => void;
}

/** Reconciliations at once. */
const workers = 4;

/** How long what is in work may take once the controller stops. Milliseconds. */
const drainMs = 10_000;

/** Pods come in groups: their findings are looked at together. Milliseconds. */
const podDelayMs = 1_000;

/**
 * Runs the controller until the signal is aborted.
 *
 * @param onServing gets the port of /healthz
 * @returns false if it lost the lease: another one leads now, and this process has to start again
 */
export async function runController(
  settings: ControllerSettings,
  signal: AbortSignal,
  onServing?: (port: number) => void,
): Promise<boolean> {
  const { log, lease } = settings;
  const metrics = makeMetrics();
  let state: 'waiting' | 'syncing' | 'leading' = 'waiting';
  metrics.gauge('pod_identity_controller_leader', '', () => Number(state !== 'waiting'));
  const onError = (error: unknown, key?: string) => {
    metrics.count('pod_identity_controller_errors_total');
    log('error', key === undefined ? 'The API server gave no answer.' : 'It could not be reconciled.', {
      key,
      reason: reasonText(error),
    });
  };
  const api = makeKubernetesApi(settings.connection);
  const onSynced = () => void (state = 'leading');
  const health = await serveHealth(metrics.text, () => state !== 'syncing', settings.port);
  onServing?.(health.port);
  try {
    return await leadWhenElected(api, { ...lease, onError }, signal, (leading) => {
      state = 'syncing';
      log('info', 'This controller leads.', { identity: lease.identity });
      return lead({ ...settings, api, metrics, onError, onSynced }, leading);
    });
  } finally {
    health.close();
  }
}

/** Reconciles until the signal is aborted, then lets what is in work end. */
async function lead(running: Running, leading: AbortSignal): Promise<void> {
  const { api, metrics, requester, maxDelayMs, onError } = running;
  const ending = new AbortController();
  leading.addEventListener('abort', () =>
    setTimeout(() => ending.abort(new Error('The controller ends.')), drainMs).unref(),
  );
  const queue = makeQueue({
    workers,
    process: (key) => reconcile(key),
    onError: (key, error) => {
      if (!ending.signal.aborted) onError(error, key);
    },
    maxDelayMs,
  });
  const caches = startCaches(running, queue.add, leading);
  const tokenOf = makeTokens(api, { serviceAccount: requester, audience: running.tokenAudience });
  const reconcile = makeReconcile({
    ...running,
    ...caches,
    gateway: makeGateway({ ...running, url: running.gatewayUrl, tokenOf, finish: leading, signal: ending.signal }),
    onOutcome: ({ reason }) => metrics.count('pod_identity_controller_answers_total', `reason="${reason}"`),
    onStatus: (before, after) => writeEvents(api, before, after, onError),
  });
  const { bindings, serviceAccounts, pods } = caches;
  for (const status of ['True', 'False'])
    metrics.gauge(
      'pod_identity_controller_bindings',
      `ready="${status}"`,
      () => bindings.all().filter((one) => conditionOf(one, 'Ready')?.status === status).length,
    );
  metrics.gauge('pod_identity_controller_queue', '', queue.size);
  const isAborted = new Promise<void>((resolve) => {
    if (leading.aborted) resolve();
    else leading.addEventListener('abort', () => resolve());
  });
  // Overlaps can't be known before all resources and service accounts are.
  const synced = Promise.all([bindings.synced, serviceAccounts.synced, pods?.synced])
    .then(running.onSynced)
    .then(queue.start);
  await Promise.race([synced, isAborted]);
  await isAborted;
  await queue.stop();
}

/** Keeps the objects, and makes resources due that a change of one can matter to. */
function startCaches(
  { api, watchPods, requester, onError }: Running,
  due: (key: string, delayMs?: number) => void,
  signal: AbortSignal,
) {
  const add = (found: readonly Named[], delayMs?: number) =>
    found.forEach(({ namespace, name }) => due(`${namespace}/${name}`, delayMs));
  const bindings = startCache<BindingSource, Binding>(
    api,
    {
      path: `/apis/${apiVersion}/podidentitybindings`,
      keep: bindingOf,
      // Others of the namespace can overlap it. They ask the gateway only if that matters to them.
      onChange: (now, before) => {
        const { namespace = '', name = '' } = now ?? before ?? {};
        if (now === undefined || before === undefined || workOf(now) !== workOf(before))
          add([{ namespace, name }, ...bindings.inNamespace(namespace)]);
      },
      onError,
    },
    signal,
  );
  const serviceAccounts = startCache<KubernetesObject, Named>(
    api,
    {
      path: '/api/v1/serviceaccounts',
      keep: ({ metadata: { namespace, name } }) => ({ namespace, name }),
      onChange: (now, before) => {
        const { namespace = '', name = '' } = now ?? before ?? {};
        const matters = ({ spec }: Binding) => name === requester || spec.serviceAccount === undefined;
        if (now === undefined || before === undefined) add(bindings.inNamespace(namespace).filter(matters));
      },
      onError,
    },
    signal,
  );
  const podSettings = {
    path: '/api/v1/pods',
    keep: podOf,
    onChange: (now?: Pod, before?: Pod) => {
      const pod = now ?? before;
      if (pod === undefined) return;
      const { metadata, spec } = pod;
      const holds = (one: Binding) => heldBy(one).includes(spec.serviceAccountName);
      add(bindings.inNamespace(metadata.namespace).filter(holds), podDelayMs);
    },
    onError,
  };
  const pods = watchPods ? startCache<KubernetesObject, Pod>(api, podSettings, signal) : null;
  return { bindings, serviceAccounts, pods };
}

/** What a change of a resource has to be about for it to matter. */
function workOf(binding: Binding): string {
  const { generation, deletionTimestamp, finalizers, annotations } = binding.metadata;
  return JSON.stringify([generation, deletionTimestamp, finalizers, annotations, heldBy(binding)]);
}

function reasonText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
