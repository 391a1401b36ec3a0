import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesApi, Metadata } from './api.ts';
import { KubernetesError } from './api.ts';

/** Who may act: as client-go's leader election does it, by a Lease. */
export interface LeaseSettings {
  readonly namespace: string;
  readonly name: string;
  /** Unique among the controllers. */
  readonly identity: string;
  /** After this time without a renewal, another one takes over. Milliseconds. */
  readonly durationMs: number;
  /** Longest time without a renewal for which the holder still acts. */
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
  readonly onError: (error: unknown) => void;
}

interface Lease {
  readonly metadata: Pick<Metadata, 'name' | 'namespace'> & { readonly resourceVersion?: string };
  readonly spec: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

/**
 * Waits until this controller is the leader, and leads until the signal is aborted or the lease is
 * lost. Releases the lease at the end, if it has it, so that the next one need not wait.
 *
 * @param lead is called once; its signal is aborted when it must not act any more
 * @returns whether the lease was kept until the signal was aborted
 */
export async function leadWhenElected(
  api: KubernetesApi,
  settings: LeaseSettings,
  signal: AbortSignal,
  lead: (leading: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const { retryMs, renewDeadlineMs, onError } = settings;
  const acquire = makeAcquire(api, settings);
  const lost = new AbortController();
  let [renewedAt, work]: [number, Promise<void> | null] = [0, null];
  while (!signal.aborted && !lost.signal.aborted) {
    try {
      const askedAt = performance.now();
      if (await acquire(AbortSignal.any([signal, AbortSignal.timeout(renewDeadlineMs)]))) {
        renewedAt = askedAt;
        work ??= lead(AbortSignal.any([signal, lost.signal]));
      } else if (work !== null) lost.abort(new Error('Another controller has the lease.'));
    } catch (error) {
      if (!isAborted(signal)) onError(error);
    }
    if (work !== null && performance.now() - renewedAt > renewDeadlineMs)
      lost.abort(new Error('The lease could not be renewed in time.'));
    if (!isAborted(lost.signal)) await sleep(retryMs, undefined, { signal }).catch(() => undefined);
  }
  await work;
  if (work !== null && !lost.signal.aborted) await release(api, settings).catch(onError);
  return !lost.signal.aborted;
}

function isAborted({ aborted }: AbortSignal): boolean {
  return aborted;
}

function pathsOf({ namespace, name }: Pick<LeaseSettings, 'namespace' | 'name'>) {
  const all = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  return { all, one: `${all}/${name}` };
}

/**
 * Takes or renews the lease; false if another controller has it. Clocks are not compared: a lease
 * is over if it did not change for its duration.
 */
function makeAcquire(api: KubernetesApi, { namespace, name, identity, durationMs }: LeaseSettings) {
  const { all, one } = pathsOf({ namespace, name });
  let seen = { version: '', at: 0 };
  return async (signal: AbortSignal): Promise<boolean> => {
    const found = await unless(404, api.request<Lease>({ method: 'GET', path: one, signal }));
    const { holderIdentity, acquireTime, leaseTransitions = 0 } = found?.spec ?? {};
    const version = found?.metadata.resourceVersion ?? '';
    if (version !== seen.version) seen = { version, at: performance.now() };
    const isFree = !holderIdentity || performance.now() - seen.at > durationMs;
    const isOwn = holderIdentity === identity;
    if (!isOwn && !isFree) return false;
    const now = microTime();
    const body: Lease = {
      metadata: { namespace, name, ...(found && { resourceVersion: version }) },
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: Math.ceil(durationMs / 1_000),
        renewTime: now,
        acquireTime: isOwn ? (acquireTime ?? now) : now,
        leaseTransitions: leaseTransitions + (isOwn || !found ? 0 : 1),
      },
    };
    const method = found ? 'PUT' : 'POST';
    const written = { method, path: found ? one : all, body: { ...head, ...body }, signal } as const;
    return (await unless(409, api.request<Lease>(written))) !== null;
  };
}

const head = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };

async function release(api: KubernetesApi, settings: LeaseSettings): Promise<void> {
  const { one } = pathsOf(settings);
  const found = await api.request<Lease>({ method: 'GET', path: one });
  if (found.spec.holderIdentity !== settings.identity) return;
  const spec = { ...found.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime() };
  await unless(409, api.request({ method: 'PUT', path: one, body: { ...found, spec } }));
}

/** The format of `MicroTime`. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}

/** The answer, or null for a status that is expected. */
async function unless<Answer>(status: number, answer: Promise<Answer>): Promise<Answer | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof KubernetesError && error.status === status) return null;
    throw error;
  }
}
