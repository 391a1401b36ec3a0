import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { EksSimulator, LoggedRequest } from '#eks-simulator';

/** A watched step: its requests to EKS and its memory. */
export interface Watched<Result> {
  readonly result: Result;
  readonly seconds: number;
  /** The number of requests to EKS, by operation. */
  readonly calls: Readonly<Record<string, number>>;
  /**
   * Those that had an effect, as `CreatePodIdentityAssociation cluster/namespace/name`; an id in
   * place of namespace and name for others.
   */
  readonly effects: readonly string[];
  /**
   * Resident memory of this process at the middle and the end, and the heap after a garbage
   * collection. Megabytes.
   */
  readonly memory: { readonly middle: number; readonly end: number; readonly heap: number };
}

/** More often than the simulator can log 10,000 requests, which is what it keeps. Milliseconds. */
const pollMs = 500;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Runs a step and watches it. */
export async function watch<Result>(
  { control }: Pick<EksSimulator, 'control'>,
  work: () => Promise<Result>,
): Promise<Watched<Result>> {
  control.clearRequests();
  const requests = new Map<string, LoggedRequest>();
  const resident: number[] = [];
  const poll = () => {
    for (const request of control.requests()) requests.set(request.requestId, request);
    resident.push(process.memoryUsage.rss() / 1e6);
  };
  const timer = setInterval(poll, pollMs);
  const startedAt = performance.now();
  try {
    const result = await work();
    const seconds = (performance.now() - startedAt) / 1_000;
    poll();
    collectGarbage();
    const heap = process.memoryUsage().heapUsed / 1e6;
    const [middle = 0, end = 0] = [resident[Math.floor(resident.length / 2)], resident.at(-1)];
    const all = [...requests.values()];
    return { result, seconds, calls: countOf(all), effects: all.flatMap(effectOf), memory: { middle, end, heap } };
  } finally {
    clearInterval(timer);
  }
}

function countOf(requests: readonly LoggedRequest[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { operation } of requests) counts[operation ?? 'other'] = (counts[operation ?? 'other'] ?? 0) + 1;
  return counts;
}

function effectOf({ operation, outcome, cluster, namespace, serviceAccount, associationId }: LoggedRequest): string[] {
  if (outcome !== 'succeeded' || !/^(Create|Update|Delete)Pod/.test(operation ?? '')) return [];
  return [`${operation} ${cluster?.clusterName}/${namespace ? `${namespace}/${serviceAccount}` : associationId}`];
}
