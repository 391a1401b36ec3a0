import type { Fields } from '../../command/src/kubernetes/json.ts';
import type { Pod } from '../../command/src/kubernetes/pod.ts';
import { apiVersion, bindingOf, heldBy } from './binding.ts';
import type { Binding, BindingSpec, BindingStatus } from './binding.ts';
import { conditionOf } from './conditions.ts';
import { writeEvents } from './events.ts';
import { makeGateway } from './gateway.ts';
import type { Cluster } from './gateway.ts';
import { keptPod } from './injection.ts';
import { makeKubernetesApi } from './kubernetes/api.ts';
import type { Connection, KubernetesObject } from './kubernetes/api.ts';
import { startCache } from './kubernetes/cache.ts';
import { leadWhenElected } from './kubernetes/lease.ts';
import type { LeaseSettings } from './kubernetes/lease.ts';
import { labelsOf, makeMetrics, serveHealth } from './metrics.ts';
import { makeQueue } from './queue.ts';
import { makeReconcile } from './reconcile.ts';
import type { Named } from './reconcile.ts';
import { canOverlap } from './selection.ts';
import { makeTokens } from './tokens.ts';

/** What a controller is made of. */
export interface ControllerSettings {
  readonly connection: Connection;
  readonly gatewayUrl: string;
  readonly cluster: Cluster;
  readonly requester: string;
  readonly tokenAudience: string;
  readonly resyncMs: number;
  readonly maxDelayMs: number;
  readonly watchPods: boolean;
  readonly lease: Omit<LeaseSettings, 'onError'>;
  /** Of /healthz, /readyz and /metrics; 0: any free one. */
  readonly port: number;
  readonly log: (level: 'info' | 'error', message: string, details?: object) => void;
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
  const api = makeKubernetesApi(settings.connection);
  const metrics = makeMetrics();
  const state = { isLeading: false, isSynced: false };
  metrics.gauge(
    'pod_identity_controller_leader',
    'Whether this controller leads.',
    () => new Map([['', Number(state.isLeading)]]),
  );
  const onError = (error: unknown) => {
    metrics.count('pod_identity_controller_errors_total');
    log('error', 'A request to the API server failed.', { reason: reasonText(error) });
  };
  const health = await serveHealth({ metrics, isReady: () => !state.isLeading || state.isSynced }, settings.port);
  onServing?.(health.port);
  try {
    return await leadWhenElected(api, { ...lease, onError }, signal, async (leading) => {
      state.isLeading = true;
      log('info', 'This controller leads.', { identity: lease.identity });
      await lead(leading);
      state.isLeading = false;
    });
  } finally {
    health.close();
  }

  /** Reconciles until the signal is aborted, then lets what is in work end. */
  async function lead(leading: AbortSignal): Promise<void> {
    const ending = new AbortController();
    const tokenOf = makeTokens(api, { serviceAccount: settings.requester, audience: settings.tokenAudience });
    const gateway = makeGateway({
      url: settings.gatewayUrl,
      cluster: settings.cluster,
      tokenOf,
      finish: leading,
      signal: ending.signal,
    });
    const queue = makeQueue({
      workers,
      process: (key) => reconcile(key),
      onError: (key, error) => {
        if (ending.signal.aborted) return;
        metrics.count('pod_identity_controller_errors_total');
        log('error', 'A resource could not be reconciled.', { key, reason: reasonText(error) });
      },
      maxDelayMs: settings.maxDelayMs,
    });
    const add = (delayMs: number, ...found: readonly Named[]) =>
      found.forEach(({ namespace, name }) => queue.add(`${namespace}/${name}`, delayMs));

    type Source = KubernetesObject & { readonly spec: BindingSpec; readonly status?: BindingStatus };
    const bindings = startCache<Source, Binding>(
      api,
      {
        path: `/apis/${apiVersion}/podidentitybindings`,
        keep: bindingOf,
        onChange: (now, before) => {
          const one = now ?? before;
          if (one === undefined || (now && before && workOf(now) === workOf(before))) return;
          const others = bindings.inNamespace(one.namespace).filter((other) => other.name !== one.name);
          add(0, one, ...others.filter((other) => canOverlap(one, other) || (before && canOverlap(before, other))));
        },
        onError,
      },
      leading,
    );
    const serviceAccounts = startCache<KubernetesObject, Named>(
      api,
      {
        path: '/api/v1/serviceaccounts',
        keep: ({ metadata: { namespace, name } }) => ({ namespace, name }),
        onChange: (now, before) => {
          const one = now ?? before;
          if (one && !(now && before))
            add(
              0,
              ...bindings
                .inNamespace(one.namespace)
                .filter(({ spec }) => one.name === settings.requester || spec.serviceAccount === undefined),
            );
        },
        onError,
      },
      leading,
    );
    const pods = settings.watchPods
      ? startCache<KubernetesObject & Fields, Pod>(
          api,
          {
            path: '/api/v1/pods',
            keep: keptPod,
            onChange: (now, before) => {
              const { namespace = '', serviceAccount = '' } = now ?? before ?? {};
              add(podDelayMs, ...bindings.inNamespace(namespace).filter((one) => heldBy(one).includes(serviceAccount)));
            },
            onError,
          },
          leading,
        )
      : null;
    const reconcile = makeReconcile({
      ...{ api, gateway, bindings, serviceAccounts, pods },
      ...{ requester: settings.requester, resyncMs: settings.resyncMs, maxDelayMs: settings.maxDelayMs },
      onOutcome: ({ reason }) => metrics.count('pod_identity_controller_answers_total', { reason }),
      onStatus: (before, after) => writeEvents(api, before, after, onError),
    });
    metrics.gauge('pod_identity_controller_bindings', 'Resources, by the status of their condition Ready.', () =>
      countByReady(bindings.all()),
    );
    metrics.gauge(
      'pod_identity_controller_queue',
      'Resources that wait for a worker or have one.',
      () => new Map([['', queue.size()]]),
    );
    leading.addEventListener('abort', () =>
      setTimeout(() => ending.abort(new Error('The controller ends.')), drainMs).unref(),
    );
    // Overlaps can't be known before all resources and service accounts are.
    await Promise.race([Promise.all([bindings.synced, serviceAccounts.synced, pods?.synced]), aborted(leading)]);
    state.isSynced = true;
    queue.start();
    await aborted(leading);
    await queue.stop();
    state.isSynced = false;
  }
}

/** What a change of a resource has to have for it to be reconciled: its own status alone is not enough. */
function workOf(binding: Binding): string {
  const { generation, deletionTimestamp, finalizers, annotations } = binding.metadata;
  return JSON.stringify([generation, deletionTimestamp, finalizers, annotations, heldBy(binding)]);
}

function countByReady(bindings: readonly Binding[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const binding of bindings) {
    const labels = labelsOf({ ready: conditionOf(binding, 'Ready')?.status ?? 'Unknown' });
    counts.set(labels, (counts.get(labels) ?? 0) + 1);
  }
  return counts;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}

function reasonText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
