import type { RecordFact, TrailEntry } from '../facts.ts';
import type { StateItem } from './tables.ts';

/** The ledger of a storm, as far as it is examined here. */
interface LedgerFacts {
  readonly entries: readonly TrailEntry[];
  readonly records: readonly RecordFact[];
}

/** What a storm left on its tables. */
interface TableFacts {
  readonly ledger: LedgerFacts;
  readonly states: readonly StateItem[];
}

const closing = ['SUCCEEDED', 'REFUSED', 'RELEASED'];

/**
 * What two versions left on their tables once nothing runs any more, one line each: what is in progress or open although the trail closed it, or is not in the
 * state although it is open; an expiry that the trail has and the state lacks; drift, where nobody else changed anything; a state that had to be repaired.
 */
export function leftOver({ ledger, states }: TableFacts): string[] {
  return [
    ...staleStates(ledger, states),
    ...withoutState(ledger, states),
    ...lostExpiries(ledger, states),
    ...drift(ledger),
    ...repaired(ledger),
  ];
}

/**
 * Records that were in progress before and after a read in which no state named their key: others
 * could begin beside them.
 */
export function unnamedRecords(before: TableFacts, between: TableFacts, after: TableFacts): string[] {
  const named = new Set(between.states.flatMap(({ inProgress }) => inProgress));
  const still = new Set(openRecords(after.ledger).map(({ operationId }) => operationId));
  return openRecords(before.ledger)
    .filter(({ idempotencyKey, operationId }) => still.has(operationId) && !named.has(idempotencyKey))
    .map(({ idempotencyKey }) => `without state: the record ${idempotencyKey} was in progress, and no state said so`);
}

function openRecords({ records }: LedgerFacts): RecordFact[] {
  return records.filter(({ state }) => state === 'IN_PROGRESS');
}

/** Nothing is in progress once every operation is closed. */
function staleStates({ records, entries }: LedgerFacts, states: readonly StateItem[]): string[] {
  const open = new Set(openRecords({ records, entries }).map((one) => one.idempotencyKey));
  const closed = new Set(entries.filter(({ event }) => closing.includes(event)).map((one) => one.operationId));
  return states.flatMap(({ serviceAccount, inProgress, openOperations }) => [
    ...inProgress
      .filter((key) => !open.has(key))
      .map((key) => `stale: ${serviceAccount} has the record ${key} in progress, which is closed`),
    ...openOperations
      .filter((id) => closed.has(id))
      .map((id) => `stale: ${serviceAccount} has the operation ${id} open, which the trail closed`),
  ]);
}

/** A record in progress that no state names lets others begin beside it. */
function withoutState({ records }: LedgerFacts, states: readonly StateItem[]): string[] {
  const named = new Set(states.flatMap(({ inProgress }) => inProgress));
  return records
    .filter(({ idempotencyKey, state }) => state === 'IN_PROGRESS' && !named.has(idempotencyKey))
    .map(({ idempotencyKey }) => `without state: the record ${idempotencyKey} is in progress, and no state says so`);
}

/** The last outcome that sets an expiry is the state's, unless the association ended or was deleted since. */
function lostExpiries({ entries }: LedgerFacts, states: readonly StateItem[]): string[] {
  const succeeded = entries.filter(({ event }) => event === 'SUCCEEDED');
  const last = new Map<string, TrailEntry>();
  for (const entry of succeeded) {
    const isAbout = entry.setsExpiry !== undefined || entry.kind === 'delete' || entry.kind === 'create';
    if (entry.serviceAccount !== null && isAbout) last.set(entry.serviceAccount, entry);
  }
  const endsAt = new Map(states.map((state) => [state.serviceAccount, state.endsAt]));
  return [...last].flatMap(([serviceAccount, { setsExpiry = null, kind, operationId }]) => {
    const expected = kind === 'delete' ? null : setsExpiry;
    const actual = endsAt.get(serviceAccount) ?? null;
    if (actual === expected) return [];
    return [`expiry: ${serviceAccount} ends at ${actual}, but ${operationId} says ${expected}`];
  });
}

function drift({ entries }: LedgerFacts): string[] {
  return entries
    .filter(({ event }) => event === 'DRIFT_FOUND')
    .map(
      ({ serviceAccount, operationId }) =>
        `drift: ${operationId} reports drift of ${serviceAccount}, which only gateways changed`,
    );
}

/** Both builds keep the state with the record, so a scan has nothing to repair. */
function repaired({ entries }: LedgerFacts): string[] {
  return entries
    .filter(({ event }) => event === 'STATE_REPAIRED')
    .map(({ serviceAccount, operationId }) => `repaired: ${operationId} had to repair the state of ${serviceAccount}`);
}
