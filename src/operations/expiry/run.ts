import { personKeyOf } from '../../ledger/association-expiry.ts';
import type { ListedExpiry } from '../../ledger/association-expiry.ts';
import type { ObservationStore } from '../../ledger/cluster-scan.ts';
import { lockFor } from '../../model/lock.ts';
import { expireApprovals } from '../approvals/expiry.ts';
import type { ExpireApprovalsDependencies } from '../approvals/expiry.ts';
import { bySetter, setterKey } from './setters.ts';
import type { SetterExpiries } from './setters.ts';
import { expireAssociation } from './expire-association.ts';
import type { Expired, ExpireAssociationDependencies } from './expire-association.ts';
import { dueAt, examineExpiry, hold } from './due.ts';
import { expireService } from '../terms/expiry-principal.ts';
import type { Examined, Holder } from './due.ts';
import { inParallel, inTurns } from './in-turns.ts';
import { readLocks } from '../terms/locks.ts';

/**
 * When the expiries of one setter are held, how many of them a run carries out, and when it warns of
 * expiries.
 */
export interface ExpireSettings {
  /** With more fresh due expiries of one setter in a run, they are a burst, and held. */
  readonly burstAbove: number;
  /** How long the expiries of a burst are held. Milliseconds. */
  readonly graceMs: number;
  /** The most expiries of one setter that a run carries out. At least {@link burstAbove}. */
  readonly maxPerSetter: number;
  /** How long before its end an association is warned of. Milliseconds. */
  readonly warningMs: number;
}

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

/** What expiries are carried out with, and the ends of approvals recorded. */
export type ExpireDependencies = ExpireAssociationDependencies &
  ExpireApprovalsDependencies & {
    readonly observations: Pick<ObservationStore, 'dueExpiries'>;
  };

/**
 * What one run did, and what it left. Every expiry that it examined is in exactly one of the
 * counts.
 */
export interface ExpireResult extends Record<Exclude<Expired, 'denied'> | Exclude<Examined['kind'], 'due'>, number> {
  /**
   * Due expiries that a lock stops, those of bursts that were held, and those that wait for the
   * turns of their setter.
   */
  locked: number;
  held: number;
  queued: number;
  /**
   * Time since the earliest expiry was due that was not carried out although it was its turn, or
   * that a lock stops; 0 without one. Not of suspended ones. Whole seconds.
   */
  oldestDueSeconds: number;
}

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

/** A run, as its steps need it. */
interface Run {
  readonly deps: ExpireDependencies;
  readonly settings: ExpireSettings;
  readonly runId: string;
  /** Id of this run, also where two have one `runId`, as retries of a function have. */
  readonly holderId: string;
  readonly deadline: number;
  readonly result: ExpireResult;
  readonly isInTime: () => boolean;
  /** Adds a due expiry that stays to the counts. */
  readonly leave: (listed: ListedExpiry, as: 'locked' | 'open' | 'failed' | 'queued') => void;
}

/**
 * Ends the associations whose `expiresAt` has passed, and warns of those that end soon; then
 * records the end of approvals. Bursts are held, and setters take turns: no setter delays the
 * expiries of another one. Two runs at a time are safe: an expiry has one token, its claim demands
 * the state that the run read, and it is held over the revision that was listed. `deadline` is when
 * the run must end, in milliseconds since the epoch; `runId` names it in the trail. Throws
 * `LedgerUnavailable`.
 */
export async function expire(
  deps: ExpireDependencies,
  settings: ExpireSettings,
  runId: string,
  deadline: number,
): Promise<ExpireResult> {
  const run = begin(deps, settings, runId, deadline);
  const now = deps.clock();
  const latest = now - deps.times.clockErrorMs;
  const listed = await deps.observations.dueExpiries({ warnUntil: now + settings.warningMs, now: latest }, maxListed);
  const isDue = ({ expiry }: ListedExpiry) => dueAt(expiry) < latest;
  const setters = await bySetter(deps, listed.filter(isDue));
  const isBurst = ({ expiries }: SetterExpiries) => expiries.filter(isFresh).length > settings.burstAbove;
  const ready = setters.map((one) => (isBurst(one) ? one.expiries.filter((expiry) => !isFresh(expiry)) : one.expiries));
  await Promise.all([carryOut(run, ready), holdAll(run, setters.filter(isBurst))]);
  await warnOf(
    run,
    listed.filter((one) => !isDue(one)),
  );
  // Last: it ends nothing that is in use.
  await expireApprovals(deps, runId, deadline - leastMs);
  return run.result;
}

function begin(deps: ExpireDependencies, settings: ExpireSettings, runId: string, deadline: number): Run {
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
  const now = deps.clock();
  const leave: Run['leave'] = ({ expiry }, as) => {
    result[as] += 1;
    const age = Math.floor((now - dueAt(expiry)) / 1_000);
    result.oldestDueSeconds = Math.max(result.oldestDueSeconds, age);
  };
  const isInTime = () => deps.clock() <= deadline - leastMs;
  return { deps, settings, runId, holderId: deps.ulid(now), deadline, result, leave, isInTime };
}

/**
 * Those of associations that others changed or deleted are seldom carried out, and make no burst.
 */
function isFresh({ expiry, hasDrift }: ListedExpiry): boolean {
  return expiry.heldAt === undefined && !hasDrift;
}

/** Holds the expiries of bursts. Small ones first, so that they don't wait for a large one. */
async function holdAll(run: Run, bursts: readonly SetterExpiries[]): Promise<void> {
  const fresh = bursts.map(({ setter, expiries }) => ({ setter, expiries: expiries.filter(isFresh) }));
  for (const burst of fresh.sort((one, other) => one.expiries.length - other.expiries.length))
    await holdBurst(run, burst);
}

/**
 * Holds the expiries of a burst. The run whose write holds the first of them raises the alarm: so two
 * runs at the same time raise one. It does so before it holds the others: if it is killed before the
 * alarm, the others are a burst of the next run, or so few that they make none.
 */
async function holdBurst(run: Run, burst: SetterExpiries): Promise<void> {
  const { deps, settings, holderId: heldBy, result, isInTime } = run;
  const how = { graceMs: settings.graceMs, heldBy };
  const holdOne = async (listed: ListedExpiry): Promise<Holder> => {
    const holder = isInTime() ? await hold(deps, listed, how) : 'none';
    if (holder === 'this-run') result.held += 1;
    return holder;
  };
  for (const [index, listed] of burst.expiries.entries()) {
    const holder = await holdOne(listed).catch((error: unknown) => {
      // The write may have been applied: two alarms are better than none.
      logBurst(run, burst);
      throw error;
    });
    if (holder === 'none') continue;
    if (holder === 'this-run') logBurst(run, burst);
    await inParallel(burst.expiries.slice(index + 1), async (other) => void (await holdOne(other)));
    return;
  }
}

function logBurst({ deps, settings }: Run, { setter, expiries }: SetterExpiries): void {
  const heldUntil = new Date(deps.clock() + settings.graceMs).toISOString();
  const lock = `npx pod-identity-operator lock --principal ${JSON.stringify(setter.principalId)}`;
  const { principalId, actorId, onBehalfOf } = setter;
  const fields = {
    principalId,
    actorId,
    onBehalfOf: personKeyOf(onBehalfOf),
    endings: expiries.length,
    heldUntil,
    lock,
  };
  deps.log('error', 'Endings are held: many of one setter came due at once.', fields);
}

/** Carries out due expiries, those of each setter in turns, unless a lock stops them. */
async function carryOut(run: Run, ready: readonly (readonly ListedExpiry[])[]): Promise<void> {
  const { deps, settings, result, leave } = run;
  if (ready.every((expiries) => expiries.length === 0)) return;
  const locks = await readLocks(deps);
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
  if (denied.size > 0) deps.log('error', 'Endings wait: the role for them is denied.', { accountIds: [...denied] });
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
  const { deps, runId, deadline, result, leave, isInTime } = run;
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
  const examined = await examineExpiry(deps, listed, runId);
  if (examined.kind !== 'due') {
    result[examined.kind] += 1;
    return false;
  }
  const expired = await expireAssociation(deps, examined.known, deadline);
  if (expired === 'denied') denied.add(accountId);
  const isLeft = expired === 'open' || expired === 'failed' || expired === 'denied';
  failures.set(cluster, isLeft ? failed + 1 : 0);
  if (isLeft) leave(listed, expired === 'open' ? 'open' : 'failed');
  else result[expired] += 1;
  return !isLeft;
}

/** Warns of expiries, those of each setter in turns. */
async function warnOf({ deps, runId, result, isInTime }: Run, near: readonly ListedExpiry[]): Promise<void> {
  const queues = [...Map.groupBy(near, ({ expiry }) => setterKey(expiry)).values()];
  await inTurns(queues, maxWarnings, async (listed) => {
    if (!isInTime()) return true;
    const examined = await examineExpiry(deps, listed, runId);
    if (examined.kind !== 'due') result[examined.kind] += 1;
    return true;
  });
}
