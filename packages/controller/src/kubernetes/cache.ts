import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesApi, KubernetesObject, Metadata, WatchEvent } from './api.ts';
import { KubernetesError } from './api.ts';

/** The objects of one kind in all namespaces, as a list and a watch show them. */
export interface Cache<Item> {
  readonly get: (namespace: string, name: string) => Item | undefined;
  readonly inNamespace: (namespace: string) => readonly Item[];
  readonly all: () => readonly Item[];
  /** Resolves once the first list is complete. */
  readonly synced: Promise<void>;
}

/** How a cache is filled. */
export interface CacheSettings<Source extends KubernetesObject, Item> {
  readonly path: string;
  /** What is kept of an object. */
  readonly keep: (object: Source) => Item;
  /** Called when an object was added or changed, or is gone. */
  readonly onChange: (now: Item | undefined, before: Item | undefined) => void;
  readonly onError: (error: unknown) => void;
  /** Longest time between two attempts. Milliseconds. */
  readonly maxDelayMs?: number;
}

/** As many objects as one page of a list has. */
const pageSize = '500';

/**
 * Lists objects, then watches them, until the signal is aborted. A watch that ends goes on from the
 * last version; where the server does not have that version any more, all is listed again, and what
 * was deleted meanwhile is noticed.
 */
export function startCache<Source extends KubernetesObject, Item>(
  api: KubernetesApi,
  { path, keep, onChange, onError, maxDelayMs = 30_000 }: CacheSettings<Source, Item>,
  signal: AbortSignal,
): Cache<Item> {
  const namespaces = new Map<string, Map<string, Item>>();
  const { promise: synced, resolve: markSynced } = Promise.withResolvers<undefined>();

  const put = ({ namespace, name }: Identity, item: Item) => {
    const items = namespaces.get(namespace) ?? new Map<string, Item>();
    const before = items.get(name);
    namespaces.set(namespace, items.set(name, item));
    onChange(item, before);
  };
  const remove = ({ namespace, name }: Identity) => {
    const items = namespaces.get(namespace);
    const before = items?.get(name);
    items?.delete(name);
    if (items?.size === 0) namespaces.delete(namespace);
    if (before !== undefined) onChange(undefined, before);
  };

  const all = () => [...namespaces.values()].flatMap((items) => [...items.values()]);

  async function list(): Promise<string> {
    const found: { readonly metadata: Identity; readonly item: Item }[] = [];
    let version: string;
    let next: string | undefined;
    do {
      const query: Record<string, string> = { limit: pageSize, ...(next && { continue: next }) };
      const page: Page<Source> = await api.request({ method: 'GET', path, query, signal });
      for (const object of page.items) {
        const { namespace, name } = object.metadata;
        found.push({ metadata: { namespace, name }, item: keep(object) });
      }
      version = page.metadata.resourceVersion;
      next = page.metadata.continue;
    } while (next);
    const keys = new Set(found.map(({ metadata: { namespace, name } }) => `${namespace}/${name}`));
    for (const [namespace, items] of namespaces)
      for (const name of items.keys()) if (!keys.has(`${namespace}/${name}`)) remove({ namespace, name });
    for (const { metadata, item } of found) put(metadata, item);
    markSynced(undefined);
    return version;
  }

  async function run(): Promise<void> {
    let version: string | null = null;
    let failures = 0;
    while (!signal.aborted) {
      try {
        version ??= await list();
        const events: AsyncGenerator<WatchEvent> = api.watch(path, { resourceVersion: version }, signal);
        for await (const event of events) {
          failOn(event);
          if (event.type === 'DELETED') remove(event.object.metadata);
          else if (event.type !== 'BOOKMARK') put(event.object.metadata, keep(event.object as Source));
          version = event.object.metadata.resourceVersion;
          failures = 0;
        }
      } catch (error) {
        if (isAborted(signal)) return;
        if (isExpired(error)) version = null;
        else onError(error);
        failures += 1;
      }
      // A server that ends watches at once is not asked in a loop.
      await sleep(delayOf(failures, maxDelayMs), undefined, { signal }).catch(() => undefined);
    }
  }
  void run();

  return {
    get: (namespace, name) => namespaces.get(namespace)?.get(name),
    inNamespace: (namespace) => [...(namespaces.get(namespace)?.values() ?? [])],
    all,
    synced,
  };
}

type Identity = Pick<Metadata, 'namespace' | 'name'>;

interface Page<Source> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly Source[];
}

/** The server ends a watch whose version it does not have any more with an event. */
function failOn({ type, object: { code, reason, message } }: WatchEvent): void {
  if (type === 'ERROR') throw new KubernetesError(code ?? 500, reason ?? '', message ?? 'The watch failed.');
}

/** Also a page of a list can be asked for too late. */
function isExpired(error: unknown): boolean {
  return error instanceof KubernetesError && error.status === 410;
}

function isAborted({ aborted }: AbortSignal): boolean {
  return aborted;
}

/** Full jitter up to a bound that doubles, at least 50 ms. Milliseconds. */
export function delayOf(failures: number, maxDelayMs: number): number {
  return Math.max(50, Math.random() * Math.min(maxDelayMs, 500 * 2 ** failures));
}
