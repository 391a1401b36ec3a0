import { readFileSync } from 'node:fs';
import type { EksSimulator, LoggedRequest } from '#eks-simulator';

/** A watched step, and its requests to EKS. */
export interface Watched<Result> {
  readonly result: Result;
  readonly seconds: number;
  /** Of the processor, of this process and the processes that it started. */
  readonly cpuSeconds: number;
  /** The number of requests to EKS, by operation. */
  readonly calls: Readonly<Record<string, number>>;
  /**
   * Those that had an effect, as `CreatePodIdentityAssociation cluster/namespace/name`; an id in
   * place of namespace and name for others.
   */
  readonly effects: readonly string[];
}

/** More often than the simulator can log 10,000 requests, which is what it keeps. Milliseconds. */
const pollMs = 500;

/** Runs a step and watches it. */
export async function watch<Result>(
  { control }: Pick<EksSimulator, 'control'>,
  work: () => Promise<Result>,
): Promise<Watched<Result>> {
  control.clearRequests();
  const requests = new Map<string, LoggedRequest>();
  const poll = () => {
    for (const request of control.requests()) requests.set(request.requestId, request);
  };
  const timer = setInterval(poll, pollMs);
  const [startedAt, cpuBefore] = [performance.now(), cpuSecondsOfAll()];
  try {
    const result = await work();
    const [seconds, cpuSeconds] = [(performance.now() - startedAt) / 1_000, cpuSecondsOfAll() - cpuBefore];
    poll();
    const all = [...requests.values()];
    return { result, seconds, cpuSeconds, calls: countOf(all), effects: all.flatMap(effectOf) };
  } finally {
    clearInterval(timer);
  }
}

/**
 * Processor time of this process and of the processes that it started and that have ended. Linux
 * only: the 14th to 17th field of proc_pid_stat(5), in hundredths of a second.
 */
function cpuSecondsOfAll(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
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
