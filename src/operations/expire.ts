import type { ObservationStore } from '../ledger/cluster-scan.ts';
import type { AssociationTarget, ClusterRef } from '../model/association.ts';
import { lockFor } from '../model/lock.ts';
import { expireApprovals } from './approval-expiry.ts';
import type { ExpireApprovalsDependencies } from './approval-expiry.ts';
import { expireAssociation } from './expire-association.ts';
import type { Expired, ExpireAssociationDependencies } from './expire-association.ts';
import { examineEnding, expireService, hasDrift } from './due-endings.ts';
import type { DueEnding, Examined } from './due-endings.ts';
import { readLocks } from './locks.ts';

/** How many associations a run may end, and when it warns of endings. */
export interface ExpireSettings {
  /** The most deletions of one run; with more endings due, it deletes nothing. */
  readonly maxDeletions: number;
  /** The most deletions of one run in one cluster, in percent of its associations; but {@link leastInCluster} in any cluster. */
  readonly maxPercent: number;
  /** How long before its end an association is warned of. Milliseconds. */
  readonly warningMs: number;
}

/** A mistake, such as a declaration with a wrong date, ends many associations at once; people end few. */
export const defaultExpireSettings: ExpireSettings = { maxDeletions: 10, maxPercent: 5, warningMs: 24 * 3_600_000 };

/** In a cluster with fewer than 60 associations, 5 % would stop the endings of a few that belong together. */
const leastInCluster = 3;

/** What endings are carried out with, and the ends of approvals recorded. */
export type ExpireDependencies = ExpireAssociationDependencies &
  ExpireApprovalsDependencies & {
    readonly observations: Pick<ObservationStore, 'dueEndings' | 'statesOfCluster'>;
  };

/** What one run did, and what it left. Every ending that it examined is in exactly one of the counts. */
export interface ExpireResult extends Record<Expired | Exclude<Examined['kind'], 'due'>, number> {
  /** Due endings that a lock stops, and those that the limits of a run stop. */
  locked: number;
  stopped: number;
  /** Time since the earliest ending that was due, was not carried out and is not suspended; 0 without one. Whole seconds. */
  oldestDueSeconds: number;
}

/** How many endings one run examines at most, the earliest first. */
const maxEndings = 1_000;

/** How many service accounts are examined at the same time. */
const concurrency = 4;

/** An association is deleted, or the end of an approval recorded, only with this much time left. Milliseconds. */
const leastMs = 10_000;

/**
 * Ends the associations whose `expiresAt` has passed, and warns of those that end soon; then records the end of approvals. Two runs at a time are safe: an ending has one token, and
 * its claim demands the state that the run read. If more endings are due than the limits allow, none of the cluster, or of the run, is carried out.
 * `deadline` is when the run must end, in milliseconds since the epoch; `runId` names it in the trail. Throws `LedgerUnavailable`.
 */
export async function expire(
  deps: ExpireDependencies,
  settings: ExpireSettings,
  runId: string,
  deadline: number,
): Promise<ExpireResult> {
  const result: ExpireResult = {
    ...{ deleted: 0, warned: 0, dropped: 0, suspended: 0, waiting: 0, open: 0, failed: 0, locked: 0, stopped: 0 },
    oldestDueSeconds: 0,
  };
  const now = deps.clock();
  const warnUntil = now + settings.warningMs;
  const targets = await deps.observations.dueEndings({ warnUntil, now: now - deps.times.clockErrorMs }, maxEndings);
  const due: DueEnding[] = [];
  await inParallel(targets, async (target) => {
    if (deps.clock() > deadline - leastMs) return;
    const examined = await examineEnding(deps, target, runId);
    if (examined.kind === 'due') due.push(examined.known);
    else result[examined.kind] += 1;
  });
  const permitted = await withinLimits(deps, settings, await unlocked(deps, due, result), result);
  const left = new Set(due.filter((one) => !permitted.includes(one)));
  // One after the other: with more than a few, the run deletes none.
  for (const known of permitted) {
    const expired = deps.clock() > deadline - leastMs ? 'open' : await expireAssociation(deps, known, deadline);
    result[expired] += 1;
    if (expired === 'open' || expired === 'failed') left.add(known);
  }
  // Last: it ends nothing that is in use.
  await expireApprovals(deps, runId, deadline - leastMs);
  const ages = [...left].map(({ ending }) => Math.floor((now - Date.parse(ending.expiresAt)) / 1_000));
  return { ...result, oldestDueSeconds: Math.max(0, ...ages) };
}

/** The endings that no lock stops: not one of the cluster, nor of who set the ending or of the gateway's endings. */
async function unlocked(deps: ExpireDependencies, due: readonly DueEnding[], result: ExpireResult) {
  if (due.length === 0) return [];
  const locks = await readLocks(deps);
  const free = due.filter(({ target, context }) => {
    const principalIds = [context.principal.id, expireService.id];
    return lockFor(locks, { cluster: target, principalIds }) === null;
  });
  result.locked += due.length - free.length;
  return free;
}

/** The endings of a run that the limits permit. */
async function withinLimits(
  deps: ExpireDependencies,
  { maxDeletions, maxPercent }: ExpireSettings,
  due: readonly DueEnding[],
  result: ExpireResult,
): Promise<readonly DueEnding[]> {
  // Those of associations that others changed or deleted are seldom carried out, and must not stop the others.
  const isNew = ({ ending, state }: DueEnding) => ending.suspendedFor === null && !hasDrift(state);
  const isStopped = (endings: readonly DueEnding[], allowed: number, cluster: Partial<ClusterRef>) => {
    const count = endings.filter(isNew).length;
    if (count <= allowed) return false;
    result.stopped += endings.length;
    deps.log('error', 'Associations were not ended: more endings are due than a run may carry out.', {
      ...cluster,
      due: count,
      allowed,
    });
    return true;
  };
  if (isStopped(due, maxDeletions, {})) return [];
  const permitted: DueEnding[] = [];
  for (const endings of Map.groupBy(due, ({ target }) => keyOf(target)).values()) {
    const [{ target }] = endings as [DueEnding, ...DueEnding[]];
    const { accountId, region, clusterName } = target;
    const isMany = endings.length > leastInCluster;
    const allowed = isMany ? await allowedIn(deps, target, maxPercent) : leastInCluster;
    if (!isStopped(endings, allowed, { accountId, region, clusterName })) permitted.push(...endings);
  }
  return permitted.slice(0, maxDeletions);
}

async function allowedIn(
  { observations }: ExpireDependencies,
  cluster: ClusterRef,
  maxPercent: number,
): Promise<number> {
  const present = (await observations.statesOfCluster(cluster)).filter(({ isPresent }) => isPresent);
  return Math.max(leastInCluster, Math.floor((present.length * maxPercent) / 100));
}

function keyOf({ accountId, region, clusterName }: AssociationTarget): string {
  return [accountId, region, clusterName].join('/');
}

async function inParallel<Value>(values: readonly Value[], work: (value: Value) => Promise<void>): Promise<void> {
  const queue = values.values();
  const worker = async () => {
    for (const value of queue) await work(value);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
