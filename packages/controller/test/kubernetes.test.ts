import { setTimeout as sleep } from 'node:timers/promises';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { makeKubernetesApi } from '../src/kubernetes/api.ts';
import type { KubernetesObject } from '../src/kubernetes/api.ts';
import { startCache } from '../src/kubernetes/cache.ts';
import { leadWhenElected } from '../src/kubernetes/lease.ts';
import { leases, serviceAccounts } from './api-server/kinds.ts';
import { startApiServer } from './api-server/server.ts';
import { addServiceAccount, eventually } from './support.ts';

async function startCluster() {
  const cluster = await startApiServer({ admin: 'admin' });
  closeAtEnd(cluster.close);
  const api = makeKubernetesApi({ url: cluster.url, token: () => Promise.resolve('admin') });
  return { cluster, api };
}

describe('a cache', () => {
  async function startCaching(count = 0) {
    const { cluster, api } = await startCluster();
    for (let index = 0; index < count; index += 1) addServiceAccount(cluster, 'payments', `many-${index}`);
    const stopping = new AbortController();
    closeAtEnd(async () => stopping.abort());
    const errors: unknown[] = [];
    const changes: string[] = [];
    const cache = startCache<KubernetesObject, { namespace: string; name: string }>(
      api,
      {
        path: '/api/v1/serviceaccounts',
        keep: ({ metadata: { namespace, name } }) => ({ namespace, name }),
        onChange: (now, before) => changes.push(`${before?.name ?? '-'} > ${now?.name ?? '-'}`),
        onError: (error) => errors.push(error),
        maxDelayMs: 100,
      },
      stopping.signal,
    );
    await cache.synced;
    const names = () => cache.all().map(({ name }) => name);
    return { cluster, cache, names, changes, errors, stopping };
  }

  test('has all pages of a list, and what is added, changed and deleted later', async () => {
    const { cluster, names, changes } = await startCaching(1_001);
    expect(names()).toHaveLength(1_001);
    changes.length = 0;
    addServiceAccount(cluster, 'payments', 'api');
    cluster.store.update(serviceAccounts, 'payments', 'api', 'main', (now) => ({
      ...now,
      metadata: { ...now.metadata, labels: { a: 'b' } },
    }));
    cluster.store.remove(serviceAccounts, 'payments', 'api');
    await eventually(() => expect(changes).toEqual(['- > api', 'api > api', 'api > -']));
    expect(names()).toHaveLength(1_001);
  });

  test('goes on from the last version when a connection is cut, without another list', async () => {
    const { cluster, names } = await startCaching();
    for (const name of ['one', 'two', 'three']) {
      await eventually(() => expect(cluster.watches()).toBe(1));
      cluster.cutWatches();
      addServiceAccount(cluster, 'payments', name);
      await eventually(() => expect(names()).toContain(name));
    }
    expect(cluster.seen.filter(({ query }) => query.get('limit') !== null)).toHaveLength(1);
  });

  test('lists again where the history is gone, and notices what was deleted meanwhile', async () => {
    const { cluster, names, changes, errors } = await startCaching(2);
    await eventually(() => expect(cluster.watches()).toBe(1));
    cluster.addFault({ match: ({ query }) => query.get('watch') === 'true', kind: 'before' });
    cluster.cutWatches();
    cluster.store.remove(serviceAccounts, 'payments', 'many-0');
    addServiceAccount(cluster, 'payments', 'new');
    cluster.store.compact();
    await eventually(() => expect(names().sort()).toEqual(['many-1', 'new']));
    expect(changes).toContain('many-0 > -');
    // The end of the history is no error; the cut connection is.
    expect(errors.map(String).join()).not.toContain('Expired');
  });

  test('is filled once an API server that fails answers again', async () => {
    const { cluster, api } = await startCluster();
    const stopping = new AbortController();
    closeAtEnd(async () => stopping.abort());
    for (const kind of [500, 'before', 429, 'slow'] as const) cluster.addFault({ match: () => true, kind });
    addServiceAccount(cluster, 'payments', 'api');
    let errors = 0;
    const settings = {
      path: '/api/v1/serviceaccounts',
      keep: ({ metadata: { namespace, name } }: KubernetesObject) => ({ namespace, name }),
      onChange: () => undefined,
      onError: () => void (errors += 1),
      maxDelayMs: 100,
    };
    const cache = startCache(api, settings, stopping.signal);
    await cache.synced;
    expect(cache.get('payments', 'api')).toBeDefined();
    expect(errors).toBe(3);
  });

  test('ends its watch when it is stopped', async () => {
    const { cluster, stopping } = await startCaching();
    await eventually(() => expect(cluster.watches()).toBe(1));
    stopping.abort();
    await eventually(() => expect(cluster.watches()).toBe(0));
    await sleep(200);
    expect(cluster.watches()).toBe(0);
  });
});

describe('leader election', () => {
  const settings = {
    ...{ namespace: 'pod-identity-system', name: 'pod-identity-controller' },
    ...{ durationMs: 500, renewDeadlineMs: 300, retryMs: 60, onError: () => undefined },
  };

  async function startElection() {
    const { cluster, api } = await startCluster();
    const leaders: string[] = [];
    const candidate = (identity: string) => {
      const stopping = new AbortController();
      closeAtEnd(async () => stopping.abort());
      const ended = leadWhenElected(api, { ...settings, identity }, stopping.signal, async (leading) => {
        leaders.push(identity);
        await new Promise((resolve) => leading.addEventListener('abort', resolve));
        leaders.splice(leaders.indexOf(identity), 1);
      });
      return { ended, stopping };
    };
    const lease = () =>
      cluster.store.get(leases, settings.namespace, settings.name).spec as {
        holderIdentity: string;
        leaseTransitions: number;
      };
    return { cluster, leaders, candidate, lease };
  }

  test('has one leader, and the next one at once when it stops', async () => {
    const { leaders, candidate, lease } = await startElection();
    const one = candidate('one');
    await eventually(() => expect(leaders).toEqual(['one']));
    candidate('two');
    await sleep(800);
    expect(leaders).toEqual(['one']);
    one.stopping.abort();
    expect(await one.ended).toBe(true);
    await eventually(() => expect(leaders).toEqual(['two']), 400);
    expect(lease()).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
  });

  test('ends the leadership of one that can’t renew in time, before another one leads', async () => {
    const { cluster, leaders, candidate } = await startElection();
    const one = candidate('one');
    await eventually(() => expect(leaders).toEqual(['one']));
    const isOfOne = ({ method, body }: { method: string; body: string }) =>
      method === 'PUT' && body.includes('"holderIdentity":"one"');
    cluster.addFault({ match: isOfOne, kind: 500, times: 1_000 });
    candidate('two');
    let most = 0;
    const watching = setInterval(() => (most = Math.max(most, leaders.length)), 5);
    expect(await one.ended).toBe(false);
    await eventually(() => expect(leaders).toEqual(['two']));
    clearInterval(watching);
    expect(most).toBe(1);
  });

  test('gives a lease that several ask for to one of them', async () => {
    const { leaders, candidate } = await startElection();
    for (const name of ['one', 'two', 'three', 'four']) candidate(name);
    await eventually(() => expect(leaders).toHaveLength(1));
    await sleep(300);
    expect(leaders).toHaveLength(1);
  });
});
