import type { ListedExpiry } from '../../ledger/association-expiry.ts';
import { lockFor } from '../../model/lock.ts';
import { expireApprovals } from '../approvals/expiry.ts';
import { bySetter, setterKey } from './setters.ts';
import type { SetterExpiries } from './setters.ts';
import { expireAssociation } from './expire-association.ts';
import { dueAt, examineExpiry } from './due.ts';
import { expireService } from '../terms/expiry-principal.ts';
import { inTurns } from './in-turns.ts';
import { readLocks } from '../terms/locks.ts';
import { holdAll, isFresh } from './bursts.ts';
import type { ExpirePorts, ExpireResult, ExpireSettings, Run } from './one-run.ts';

/**
 * People end few associations at once; a mistake, such as a declaration with a wrong date, ends
 * many.
 */
export const defaultExpireSettings: ExpireSettings = {
  burstAbove: 5,
  graceMs: 3_600_000,
  maxPerSetter: 10,
  warningMs: 24 * 3_600_000,
};

/**
 * How many expiries a run lists at most that were not warned of, and how many others; the earliest.
 */
const maxListed = 25_000;

/** How many expiries of one setter a run warns of at most. */
const maxWarnings = 100;

/**
 * After so many expiries in a row that were not carried out, those of the cluster wait for the next
 * run.
 */
const maxFailures = 3;

/** Nothing is begun with less time left. Milliseconds. */
const leastMs = 10_000;

/**
 * Ends the associations whose `expiresAt` has passed, and warns of those that end soon; then
 * records the end of approvals. Bursts are held, and setters take turns: no setter delays the
 * expiries of another one. Two runs at a time are safe: an expiry has one token, its claim demands
 * the state that the run read, and it is held over the revision that was listed. `deadline` is when
 * the run must end, in milliseconds since the epoch; `runId` names it in the trail. Throws
 * `LedgerUnavailable`.
 */
export async function expire(
  ports: ExpirePorts,
  settings: ExpireSettings,
  runId: string,
  deadline: number,
): Promise<ExpireResult> {
  const run = begin(ports, settings, runId, deadline);
  const now = ports.clock();
  const latest = now - ports.times.clockErrorMs;
  const listed = await ports.observations.dueExpiries({ warnUntil: now + settings.warningMs, now: latest }, maxListed);
  const isDue = ({ expiry }: ListedExpiry) => dueAt(expiry) < latest;
  const setters = await bySetter(ports.ledger, listed.filter(isDue));
  const isBurst = ({ expiries }: SetterExpiries) => expiries.filter(isFresh).length > settings.burstAbove;
  const ready = setters.map((one) => (isBurst(one) ? one.expiries.filter((expiry) => !isFresh(expiry)) : one.expiries));
  await Promise.all([carryOut(run, ready), holdAll(run, setters.filter(isBurst))]);
  await warnOf(
    run,
    listed.filter((one) => !isDue(one)),
  );
  // Last: it ends nothing that is in use.
  await expireApprovals(ports, runId, deadline - leastMs);
  return run.result;
}

/** Begins a run: nothing is counted yet. */
function begin(ports: ExpirePorts, settings: ExpireSettings, runId: string, deadline: number): Run {
  const result: ExpireResult = {
    deleted: 0,
    warned: 0,
    dropped: 0,
    suspended: 0,
    waiting: 0,
    open: 0,
    failed: 0,
    locked: 0,
    held: 0,
    queued: 0,
    oldestDueSeconds: 0,
  };
  const now = ports.clock();
  const leave: Run['leave'] = ({ expiry }, as) => {
    result[as] += 1;
    const age = Math.floor((now - dueAt(expiry)) / 1_000);
    result.oldestDueSeconds = Math.max(result.oldestDueSeconds, age);
  };
  const isInTime = () => ports.clock() <= deadline - leastMs;
  return { ports, settings, runId, holderId: ports.ulid(now), deadline, result, leave, isInTime };
}

/** Carries out due expiries, those of each setter in turns, unless a lock stops them. */
async function carryOut(run: Run, ready: readonly (readonly ListedExpiry[])[]): Promise<void> {
  const { ports, settings, result, leave } = run;
  if (ready.every((expiries) => expiries.length === 0)) return;
  const locks = await readLocks(ports);
  const isFree = (listed: ListedExpiry) => {
    const principalIds = [listed.expiry.setter?.principalId ?? '', expireService.id];
    const isLocked = lockFor(locks, { cluster: listed.target, principalIds }) !== null;
    if (isLocked) leave(listed, 'locked');
    return !isLocked;
  };
  const obstacles: Obstacles = { failures: new Map(), denied: new Set() };
  const waiting = await inTurns(
    ready.map((expiries) => expiries.filter(isFree)),
    settings.maxPerSetter,
    (listed) => carryOutOne(run, listed, obstacles),
  );
  // Read after the turns: they add to it too.
  result.queued += waiting;
  const { denied } = obstacles;
  if (denied.size > 0) ports.log('error', 'Endings wait: the role for them is denied.', { accountIds: [...denied] });
}

/** What kept earlier expiries of a run from being carried out. */
interface Obstacles {
  /** How many in a row, by cluster. */
  readonly failures: Map<string, number>;
  /** Accounts that deny the gateway its role for expiries, or what that may do. */
  readonly denied: Set<string>;
}

/** Carries out one due expiry. Whether it used a turn of its setter. */
async function carryOutOne(run: Run, listed: ListedExpiry, { failures, denied }: Obstacles): Promise<boolean> {
  const { ports, runId, deadline, result, leave, isInTime } = run;
  if (!isInTime()) {
    leave(listed, 'queued');
    return true;
  }
  const { accountId, region, clusterName } = listed.target;
  const cluster = [accountId, region, clusterName].join('/');
  const failed = failures.get(cluster) ?? 0;
  if (failed >= maxFailures) {
    leave(listed, 'failed');
    return false;
  }
  const examined = await examineExpiry(ports, listed, runId);
  if (examined.kind !== 'due') {
    result[examined.kind] += 1;
    return false;
  }
  const expired = await expireAssociation(ports, examined.known, deadline);
  if (expired === 'denied') denied.add(accountId);
  const isLeft = expired === 'open' || expired === 'failed' || expired === 'denied';
  failures.set(cluster, isLeft ? failed + 1 : 0);
  if (isLeft) leave(listed, expired === 'open' ? 'open' : 'failed');
  else result[expired] += 1;
  return !isLeft;
}

/** Warns of expiries, those of each setter in turns. */
async function warnOf({ ports, runId, result, isInTime }: Run, near: readonly ListedExpiry[]): Promise<void> {
  const queues = [...Map.groupBy(near, ({ expiry }) => setterKey(expiry)).values()];
  await inTurns(queues, maxWarnings, async (listed) => {
    if (!isInTime()) return true;
    const examined = await examineExpiry(ports, listed, runId);
    if (examined.kind !== 'due') result[examined.kind] += 1;
    return true;
  });
}
