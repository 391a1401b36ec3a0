import { setTimeout as sleep } from 'node:timers/promises';
import { rateLimitedEksFor } from '../eks/rate-limited.ts';
import type { EksFor } from '../eks/eks.ts';
import type { Stamps } from '../ledger/audit-entry.ts';
import type { AccountLeases } from '../ledger/cluster-scan.ts';
import type { ClusterRef } from '../model/association.ts';
import { makeRateLimiter } from '../runtime/rate-limiter.ts';
import type { ReadTimes } from './sights.ts';

/** What reads of accounts work with. */
export interface AccountReadPorts extends Stamps {
  readonly observations: AccountLeases;
  readonly times: ReadTimes;
  readonly eksFor: EksFor;
  /** Waits for the rate limit. Default: on the clock of the machine. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** How long reads count for the rate limit. Milliseconds. */
const second = 1_000;

/** An account and region of one run: they share a quota of EKS. */
interface Account {
  /** Whether this run may read it. */
  readonly isTaken: Promise<boolean>;
  readonly eksFor: EksFor;
  /** Its clusters that are still to be scanned. */
  left: number;
}

/**
 * The accounts and regions of these clusters for one run, each with a lease, so that overlapping
 * runs keep one rate limit. `deadline` is when the run must end, in milliseconds since the epoch.
 * The functions throw `LedgerUnavailable`.
 */
export function makeAccountReads(
  { observations, eksFor: unlimited, clock, ulid, times, wait = sleep }: AccountReadPorts,
  clusters: readonly ClusterRef[],
  { readsPerSecond: perSecond, deadline }: { readonly readsPerSecond: number; readonly deadline: number },
) {
  const runId = ulid(clock());
  const put = ({ accountId, region }: ClusterRef, leaseUntil: number, now: number) =>
    observations.putAccountReads({ accountId, region, runId, leaseUntil }, now);

  /**
   * False if another run has the lease. If one may have read within the last second, by every
   * permitted clock, waits until it has not. After a killed run, the lease ends when no clock shows
   * a time before its deadline.
   */
  const take = async (cluster: ClusterRef): Promise<boolean> => {
    const now = clock();
    const result = await put(cluster, deadline + times.clockErrorMs, now);
    if (result.kind === 'leased') return false;
    // What a repeated put finds is its own lease, which hides whose it replaced, and is not over.
    const leaseUntil = result.previous?.leaseUntil ?? -Infinity;
    if (leaseUntil + second + times.clockErrorMs > now) await wait(second);
    return true;
  };

  const accounts = new Map<string, Account>();
  const keyOf = ({ accountId, region }: ClusterRef) => `${accountId}/${region}`;
  const accountOf = (cluster: ClusterRef): Account => {
    const key = keyOf(cluster);
    const known = accounts.get(key);
    if (known) return known;
    const account = {
      isTaken: take(cluster),
      eksFor: rateLimitedEksFor(unlimited, makeRateLimiter({ concurrency: perSecond, perSecond }, clock, wait)),
      left: clusters.filter((one) => keyOf(one) === key).length,
    };
    accounts.set(key, account);
    return account;
  };

  return {
    /**
     * EKS within the rate limit of the cluster's account and region; null if another run reads
     * these.
     */
    async begin(cluster: ClusterRef): Promise<EksFor | null> {
      const { isTaken, eksFor } = accountOf(cluster);
      return (await isTaken) ? eksFor : null;
    },
    /** Ends the lease with the last cluster of the account and region. */
    async end(cluster: ClusterRef): Promise<void> {
      const account = accounts.get(keyOf(cluster));
      if (!account) return;
      account.left -= 1;
      if (account.left > 0 || !(await account.isTaken)) return;
      const now = clock();
      await put(cluster, now, now);
    },
  };
}
