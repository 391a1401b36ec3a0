import { randomBytes, randomUUID } from 'node:crypto';

/** A kind of objects. */
export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly hasStatus: boolean;
  /** What is wrong with an object; null if nothing is. */
  readonly fault?: (object: Stored) => string | null;
}

export interface Stored {
  readonly apiVersion: string;
  readonly kind: string;
  metadata: {
    name: string;
    generateName?: string;
    namespace?: string;
    uid: string;
    resourceVersion: string;
    generation?: number;
    creationTimestamp: string;
    deletionTimestamp?: string;
    finalizers?: string[];
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
  };
  spec?: unknown;
  status?: unknown;
}

/** A failure as the API server answers it. */
export class StatusError extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

export interface Change {
  readonly version: number;
  readonly plural: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: Stored;
}

/** What an update replaces: all but the status, or the status alone. */
type Part = 'main' | 'status';

/**
 * Objects with the rules of the API server that controllers rely on: one version for all objects, optimistic concurrency, generations, the status as a
 * part of its own, finalizers, and a history of changes that ends somewhere.
 */
export function makeStore(kinds: readonly Kind[]) {
  const objects = new Map<string, Stored>();
  const changes: Change[] = [];
  const listeners = new Set<(change: Change) => void>();
  let [version, compacted] = [100, 100];

  const keyOf = ({ plural }: Kind, namespace: string | undefined, name: string) =>
    `${plural}/${namespace ?? ''}/${name}`;
  const record = (kind: Kind, type: Change['type'], object: Stored) => {
    version += 1;
    object.metadata.resourceVersion = String(version);
    const key = keyOf(kind, object.metadata.namespace, object.metadata.name);
    if (type === 'DELETED') objects.delete(key);
    else objects.set(key, sorted(object));
    const change = { version, plural: kind.plural, type, object: sorted(object) };
    changes.push(change);
    for (const listener of listeners) listener(change);
    return sorted(object);
  };
  const find = (kind: Kind, namespace: string | undefined, name: string): Stored => {
    const found = objects.get(keyOf(kind, namespace, name));
    if (!found) throw new StatusError(404, 'NotFound', `${kind.plural}.${kind.group} "${name}" not found`);
    return found;
  };
  const validate = (kind: Kind, object: Stored) => {
    const fault = kind.fault?.(object) ?? null;
    if (fault !== null)
      throw new StatusError(422, 'Invalid', `${kind.kind} "${object.metadata.name}" is invalid: ${fault}`);
  };

  function create(kind: Kind, namespace: string | undefined, given: Partial<Stored>): Stored {
    const { apiVersion = '', kind: name = kind.kind, metadata, ...content } = structuredClone(given);
    const generated = `${metadata?.generateName ?? ''}${randomBytes(3).toString('hex')}`;
    const object: Stored = {
      apiVersion: apiVersion || [kind.group, kind.version].filter(Boolean).join('/'),
      kind: name,
      ...content,
      metadata: {
        ...metadata,
        name: metadata?.name ?? generated,
        ...(namespace === undefined ? {} : { namespace }),
        uid: randomUUID(),
        resourceVersion: '',
        creationTimestamp: metadata?.creationTimestamp ?? new Date().toISOString().replace(/\.\d+/, ''),
        ...(kind.hasStatus ? { generation: 1 } : {}),
      },
    };
    if (kind.hasStatus && kind.group !== '') delete object.status;
    validate(kind, object);
    if (objects.has(keyOf(kind, namespace, object.metadata.name)))
      throw new StatusError(409, 'AlreadyExists', `${kind.plural} "${object.metadata.name}" already exists`);
    return record(kind, 'ADDED', object);
  }

  /** Replaces an object, or its status, if its version is the one that is expected. */
  function update(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    part: Part,
    next: (now: Stored) => Stored,
  ): Stored {
    const before = find(kind, namespace, name);
    const given = next(structuredClone(before));
    if (given.metadata.resourceVersion && given.metadata.resourceVersion !== before.metadata.resourceVersion)
      throw new StatusError(
        409,
        'Conflict',
        `Operation cannot be fulfilled on ${kind.plural} "${name}": the object has been modified`,
      );
    const after =
      part === 'status'
        ? { ...before, status: given.status }
        : { ...given, ...(kind.hasStatus && kind.group !== '' && { status: before.status }) };
    const { uid, creationTimestamp, deletionTimestamp, generation } = before.metadata;
    after.metadata = {
      ...(part === 'status' ? before : given).metadata,
      uid,
      creationTimestamp,
      resourceVersion: before.metadata.resourceVersion,
    };
    if (deletionTimestamp !== undefined) {
      after.metadata.deletionTimestamp = deletionTimestamp;
      const added = (after.metadata.finalizers ?? []).filter((one) => !before.metadata.finalizers?.includes(one));
      if (added.length > 0)
        throw new StatusError(
          422,
          'Invalid',
          `metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted`,
        );
    }
    if (generation !== undefined) after.metadata.generation = generation + (isSame(after.spec, before.spec) ? 0 : 1);
    validate(kind, after);
    if (isSame(after, before)) return structuredClone(before);
    const isGone = deletionTimestamp !== undefined && (after.metadata.finalizers ?? []).length === 0;
    return record(kind, isGone ? 'DELETED' : 'MODIFIED', structuredClone(after));
  }

  function remove(kind: Kind, namespace: string | undefined, name: string): Stored {
    const found = structuredClone(find(kind, namespace, name));
    if ((found.metadata.finalizers ?? []).length === 0) return record(kind, 'DELETED', found);
    if (found.metadata.deletionTimestamp !== undefined) return found;
    found.metadata.deletionTimestamp = new Date().toISOString().replace(/\.\d+/, '');
    if (found.metadata.generation !== undefined) found.metadata.generation += 1;
    return record(kind, 'MODIFIED', found);
  }

  return {
    kinds,
    create,
    update,
    remove,
    get: (kind: Kind, namespace: string | undefined, name: string) => structuredClone(find(kind, namespace, name)),
    list: (kind: Kind, namespace: string | undefined) =>
      [...objects.entries()]
        .filter(([key]) => key.startsWith(namespace === undefined ? `${kind.plural}/` : `${kind.plural}/${namespace}/`))
        .map(([, object]) => structuredClone(object))
        .sort((one, other) =>
          keyOf(kind, one.metadata.namespace, one.metadata.name) <
          keyOf(kind, other.metadata.namespace, other.metadata.name)
            ? -1
            : 1,
        ),
    version: () => version,
    /** Changes after a version; null if they are not known any more. */
    since: (from: number) => (from < compacted ? null : changes.filter((change) => change.version > from)),
    /** Forgets the history up to now, as etcd does after five minutes. */
    compact: () => {
      version += 1;
      compacted = version;
      changes.length = 0;
    },
    listen: (listener: (change: Change) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export type Store = ReturnType<typeof makeStore>;

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted({ value: one })) === JSON.stringify(sorted({ value: other }));
}

/** A copy with its fields in the order in which Kubernetes gives those of custom resources. */
function sorted<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value), (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  ) as Value;
}

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const merged = new Map<string, unknown>(
    typeof target === 'object' && target !== null && !Array.isArray(target) ? Object.entries(target) : [],
  );
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}
