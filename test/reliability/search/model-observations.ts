import { times } from './home.ts';
import type { ObservedState, Sight } from '../../../src/ledger/association-state.ts';
import type { StateChange } from '../../../src/ledger/state-store.ts';
import type { AssociationVersion } from '../../../src/ledger/association-version.ts';
import type { Association, AssociationTarget } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import { associationAt } from '../../../src/queries/associations/at.ts';
import { predecessorOf } from '../../../src/events/predecessor.ts';
import type { Applied } from './eks-behaviour.ts';
import type { ScenarioStore } from './store.ts';
import { asOfViolations, historyViolations, timesToAsk } from './history-checks.ts';
import { makeWorld, stateViolations } from './observation-checks.ts';
import type { World } from './observation-checks.ts';
import type { Attempt } from './model-state.ts';
import type { ScenarioClock } from './scenario-clock.ts';

/** The reference model of what scans record in a scenario. */
export type ObservationModel = ReturnType<typeof makeObservationModel>;

/** Drift as the entries say it. */
interface RecordedDrift {
  readonly id: string;
  /** What the last entry was about. */
  readonly sight: string;
  /** The tags that it was about, and how often EKS had changed any: others may set again what an operation has replaced. */
  readonly tags: string;
}

/** Events after which an operation is not open any more. */
const closing: readonly string[] = ['SUCCEEDED', 'REFUSED', 'RELEASED'];

/**
 * The reference model of scans: EKS itself knows who made each version, and the trail what was adopted. It checks every observation
 * that is written, and the state at rest. It uses the gateway's types but none of its code. `written` returns the audit entries of operations.
 * While clocks are further apart than the gateway tolerates, a scan may be wrong about who made what, but its entries still agree with the state.
 */
export function makeObservationModel(
  { wereApart, eks: now }: Pick<ScenarioClock, 'wereApart' | 'eks'>,
  written: () => readonly AuditEntry[],
  broken: (rule: string) => void,
) {
  const world = makeWorld(written, now);
  const entries: AuditEntry[] = [];
  const driftIds = new Set<string>();
  /** When the scan that first saw an association knew that one before it had been complete, by id. */
  const isNew = new Map<string, boolean>();
  let drift: RecordedDrift | null = null;
  let last: string | null = null;
  let changes = 0;

  /** A scan wrote an observation. True if it moves the revision of the service account: a foreign change, also of tags, counts once. */
  function observed(
    { name: by, shown }: Pick<Attempt, 'name' | 'shown'>,
    change: StateChange,
    entry: AuditEntry | null,
    completedAt: number | null,
  ): boolean {
    const { observed: seen } = change;
    if (!seen) {
      // Or only that the next scan is to read it: its tags may be older.
      const isDue =
        Object.keys(change).length === 3 && change.openOperations.length + change.endedOperationIds.length === 0;
      if ((!isDue && !forgetsClosed(change)) || entry !== null) broken(`${by} wrote a state that it did not observe`);
      return false;
    }
    const { sight, origin } = seen;
    if (!wereApart()) for (const rule of world.originViolations(by, seen)) broken(rule);
    if (!wereApart() && shown && sight?.isGone === false && !world.tags.isShown(shown))
      broken(`${by} recorded tags of ${shown.associationId} that are older than those that a scan recorded before`);
    // Also by an absence: a scan with a wrong clock may miss what a change of tags had shown, and what it decides stays.
    if (sight && !isNew.has(sight.associationId)) isNew.set(sight.associationId, completedAt !== null);
    recorded(by, seen, entry);
    const isCounted = change.isChange === true;
    const isChange = isForeignChange(seen, isCounted);
    if (!wereApart() && isChange !== isCounted)
      broken(`${by} counted ${isCounted ? 'a' : 'no'} change when it saw ${origin} ${textOf(sight)}`);
    if (isChange) changes += 1;
    return isChange;
  }

  /**
   * Whether a scan saw a foreign change that none saw before. Tags that an operation may have left count as the scan counted them, and so does what
   * an operation made after every allowance.
   */
  function isForeignChange({ sight, origin, association }: ObservedState, isCounted: boolean): boolean {
    const text = `${origin} ${textOf(sight)}`;
    const isNew = text !== last;
    last = text;
    const areTagsNew = origin === 'OUTSIDE' && association !== null && (world.tags.areNew(association) ?? isCounted);
    const isLate = isCounted && sight !== null && world.isLost(sight);
    return isNew ? origin === 'OUTSIDE' || isLate : areTagsNew;
  }

  /** Whether a change only forgets operations that the trail closed, where no association was ever seen. */
  function forgetsClosed({ target: _, openOperations, endedOperationIds, ...others }: StateChange): boolean {
    const isClosed = (id: string) => written().some((one) => one.operationId === id && closing.includes(one.event));
    return (
      last === null && openOperations.length + Object.keys(others).length === 0 && endedOperationIds.every(isClosed)
    );
  }

  /** The entry of an observation, or none: one for each new difference, and one for its end. */
  function recorded(by: string, { sight, origin, driftId, association }: ObservedState, entry: AuditEntry | null) {
    const before = drift;
    const about = textOf(sight);
    const tags = JSON.stringify([world.tagChanges(), association?.tags ?? []]);
    if (entry) {
      entries.push(entry);
      const { operationId: id, event } = entry;
      const isFound = event === 'DRIFT_FOUND';
      if (before === null ? !isFound || driftIds.has(id) : before.id !== id)
        broken(`${by} recorded ${event} of ${id}, but the drift before is ${before?.id ?? 'none'}`);
      if (isFound && origin !== 'OUTSIDE') broken(`${by} recorded ${event} of what ${origin} made`);
      // Tags change without `modifiedAt`: others are another difference of the same version.
      // Only clocks that are right tell whether tags are those that a late outcome left.
      const isTold = !wereApart() || world.tagChanges() === 0;
      if (isFound && isTold && before?.sight === about && before.tags === tags)
        broken(`${by} recorded ${event} of ${about} twice`);
      driftIds.add(id);
      drift = isFound ? { id, sight: about, tags } : null;
    } else if (before && (origin !== 'OUTSIDE' || before.sight !== about))
      broken(`${by} saw ${origin} ${about} after drift of ${before.sight}, and recorded nothing`);
    if (driftId !== (drift?.id ?? null))
      broken(`${by} wrote a state with drift ${driftId}, but the trail has ${drift?.id}`);
  }

  /** Each event of a drift names the one before it, whatever the clocks of scans showed. */
  async function orderViolations(store: Pick<ScenarioStore, 'readTrail'>): Promise<string[]> {
    const violations: string[] = [];
    for (const [index, entry] of entries.entries()) {
      const before = entries.slice(0, index).findLast(({ operationId }) => operationId === entry.operationId);
      const named = await predecessorOf(store, entry);
      if (named !== (before?.entryId ?? null))
        violations.push(
          `the ${entry.event} of ${entry.operationId} follows ${named}, not ${before?.entryId ?? 'nothing'}`,
        );
    }
    return violations;
  }

  return {
    world,
    observed,
    applied: (change: Applied) => world.applied(change),
    /** How often scans found a foreign change. */
    changes: () => changes,
    /** All entries of drift, in the order in which they became durable. */
    entries: (): readonly AuditEntry[] => entries,
    /** Checks state and history after two scans at rest. */
    async atRest(store: ScenarioStore, target: AssociationTarget, associations: readonly Association[]): Promise<void> {
      const state = await store.getAssociationState(target);
      if ((state?.observed?.driftId ?? null) !== (drift?.id ?? null))
        broken(`the state has drift ${state?.observed?.driftId}, but the trail has ${drift?.id}`);
      const [association = null] = associations;
      if (!wereApart()) for (const rule of await orderViolations(store)) broken(rule);
      for (const rule of stateViolations(state, association)) broken(rule);
      if (!wereApart()) for (const rule of await pastViolations(world, store, target)) broken(rule);
      const expected = world.expectedDrift(association, isNew);
      if (expected !== null && expected !== (drift !== null))
        broken(
          `the trail has ${drift ? `drift of ${drift.sight}` : 'no drift'}, but ${expected ? 'others' : 'no others'} made what EKS has`,
        );
    },
  };
}

/** Where the history of a service account, or an answer as of a time around a change, is not what EKS had; one sentence each. */
export async function pastViolations(
  world: World,
  store: Pick<ScenarioStore, 'getAssociationState' | 'readVersions'>,
  target: AssociationTarget,
): Promise<string[]> {
  const [history, state] = [await historyOf(store, target), await store.getAssociationState(target)];
  const violations = historyViolations(world, history);
  const isOnTime = world.changes().every(({ isTooLate }) => !isTooLate);
  for (const at of isOnTime ? timesToAsk(world, history) : []) {
    const seen = state && (await associationAt(store, target, state, at, times));
    violations.push(...asOfViolations(world, history, at, seen));
  }
  return violations;
}

/** The whole history of a service account, in its order. */
export function historyOf(
  { readVersions }: Pick<ScenarioStore, 'readVersions'>,
  target: AssociationTarget,
): Promise<AssociationVersion[]> {
  return readVersions(target, { from: '' }, 1_000);
}

function textOf(sight: Sight | null): string {
  return sight ? `${sight.associationId} of ${sight.modifiedAt}${sight.isGone ? ', gone' : ''}` : 'nothing';
}
