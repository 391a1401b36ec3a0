import { AsyncLocalStorage } from 'node:async_hooks';
import { monotonicMs } from './monotonic.ts';

/** What is known of one dependency, such as `eks`. All times in milliseconds. */
interface Dependency {
  calls: number;
  throttles: number;
  /** Calls that have no answer yet. */
  pending: number;
  /** When the first of the pending calls began. */
  pendingSince: number;
  /** For how long at least one call was pending. */
  ms: number;
  slowestMs: number;
  readonly requestIds: { readonly failed: string[]; readonly answered: string[] };
}

/**
 * What one piece of work, such as a request, did: how often something happened, and its calls of
 * dependencies.
 */
export interface Meter {
  readonly counts: Map<string, number>;
  readonly dependencies: Map<string, Dependency>;
}

/** How a call ended. */
export interface CallEnd {
  readonly isFailed: boolean;
  readonly isThrottled: boolean;
  /** Of the response; null where there is none, or where it need not be kept. */
  readonly requestId: string | null;
}

/** The most request ids that are kept of a dependency: of failed calls, and of the others. */
const maxRequestIds = 5;

/** The most characters of a request id. */
const maxIdLength = 128;

/**
 * The meter of the current work. Most of what is measured is called without access to the request
 * that causes it.
 */
const current = new AsyncLocalStorage<Meter>();

/** A meter of work that has not begun. */
export function makeMeter(): Meter {
  return { counts: new Map(), dependencies: new Map() };
}

/** Runs work whose calls and counts belong to a meter. Outside of it, nothing is measured. */
export function withMeter<T>(meter: Meter, work: () => T): T {
  return current.run(meter, work);
}

/**
 * Counts something that happened in the current work. `name` becomes a field of its line in the
 * log.
 */
export function count(name: string, times = 1): void {
  const meter = current.getStore();
  if (meter === undefined) return;
  meter.counts.set(name, (meter.counts.get(name) ?? 0) + times);
}

/** Begins a call of a dependency. The result is to be called once, when the call ended. */
export function beginCall(name: string): (end: CallEnd) => void {
  const meter = current.getStore();
  if (meter === undefined) return ignored;
  const dependency = dependencyOf(meter, name);
  const startedAt = monotonicMs();
  if (dependency.pending === 0) dependency.pendingSince = startedAt;
  dependency.pending += 1;
  dependency.calls += 1;
  return ({ isFailed, isThrottled, requestId }) => {
    const endedAt = monotonicMs();
    dependency.pending -= 1;
    if (dependency.pending === 0) dependency.ms += endedAt - dependency.pendingSince;
    dependency.slowestMs = Math.max(dependency.slowestMs, endedAt - startedAt);
    if (isThrottled) dependency.throttles += 1;
    const ids = dependency.requestIds[isFailed ? 'failed' : 'answered'];
    if (requestId !== null && ids.length < maxRequestIds) ids.push(requestId.slice(0, maxIdLength));
  };
}

const ignored = () => undefined;

/** Measures work that is done in this process, as a call of a dependency. */
export function measured<T>(name: string, work: () => T): T {
  const end = beginCall(name);
  try {
    return work();
  } finally {
    end({ isFailed: false, isThrottled: false, requestId: null });
  }
}

function dependencyOf({ dependencies }: Meter, name: string): Dependency {
  const known = dependencies.get(name);
  if (known !== undefined) return known;
  const requestIds = { failed: [], answered: [] };
  const dependency = { calls: 0, throttles: 0, pending: 0, pendingSince: 0, ms: 0, slowestMs: 0, requestIds };
  dependencies.set(name, dependency);
  return dependency;
}

/**
 * The fields of the log about what was measured. For a dependency `eks`: `eksCalls`, `eksMs` (for
 * how long at least one call was pending, until now), `eksSlowestMs`, and if there are any,
 * `eksThrottles` and `eksRequestIds` (those of failed calls first). Counts have the names that were
 * counted. What did not happen has no field.
 */
export function meterFields({ counts, dependencies }: Meter): Record<string, number | string[]> {
  const fields: Record<string, number | string[]> = Object.fromEntries(counts);
  const now = monotonicMs();
  for (const [name, { calls, throttles, pending, pendingSince, ms, slowestMs, requestIds }] of dependencies) {
    fields[`${name}Calls`] = calls;
    fields[`${name}Ms`] = rounded(pending > 0 ? ms + now - pendingSince : ms);
    fields[`${name}SlowestMs`] = rounded(slowestMs);
    if (throttles > 0) fields[`${name}Throttles`] = throttles;
    const ids = [...requestIds.failed, ...requestIds.answered];
    if (ids.length > 0) fields[`${name}RequestIds`] = ids;
  }
  return fields;
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
