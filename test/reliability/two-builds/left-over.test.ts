import type { RecordFact, TrailEntry } from '../facts.ts';
import { leftOver, unnamedRecords } from './left-over.ts';
import type { StateItem } from './tables.ts';

const serviceAccount = 'apps-dev/payments/api';
const expiresAt = 1_000;

/** A create that sets an expiry, as the trail has it. */
const entry = (event: string, more: Partial<TrailEntry> = {}) =>
  ({ serviceAccount, event, operationId: 'create', kind: 'create', setsExpiry: expiresAt, ...more }) as TrailEntry;
const record = (state: string) => ({ idempotencyKey: 'key', operationId: 'create', state }) as RecordFact;
const state = (more: Partial<StateItem> = {}): StateItem => ({
  ...{ serviceAccount, inProgress: [], openOperations: [], endsAt: expiresAt },
  ...more,
});

const left = (entries: readonly TrailEntry[], records: readonly RecordFact[], states: readonly StateItem[]) =>
  leftOver({ states, ledger: { entries, records } });
const closed = [entry('INTENT'), entry('SUCCEEDED')];

test('nothing is left where the state says what the trail says', () => {
  expect(left(closed, [record('SUCCEEDED')], [state()])).toEqual([]);
});

test.each([
  ['a closed record in progress', [state({ inProgress: ['key'] })], 'stale: '],
  ['an open operation that the trail closed', [state({ openOperations: ['create'] })], 'stale: '],
  ['a lost expiry', [state({ endsAt: null })], 'expiry: '],
  ['another expiry', [state({ endsAt: 2_000 })], 'expiry: '],
  ['no state for an expiry', [], 'expiry: '],
] as const)('finds %s', (_, states, what) => {
  expect(left(closed, [record('SUCCEEDED')], states)).toEqual([expect.stringMatching(`^${what}`)]);
});

test('finds the record in progress of a version that writes no state', () => {
  expect(left([entry('INTENT')], [record('IN_PROGRESS')], [])).toEqual([
    'without state: the record key is in progress, and no state says so',
  ]);
});

test('finds the expiry of a deleted association', () => {
  const deleted = entry('SUCCEEDED', { operationId: 'delete', kind: 'delete', setsExpiry: null });
  expect(left([...closed, deleted], [], [state()])).toEqual([expect.stringMatching('^expiry: ')]);
});

test('finds drift where only gateways changed anything', () => {
  const found = entry('DRIFT_FOUND', { operationId: 'drift-1' });
  expect(left([...closed, found], [], [state()])).toEqual([expect.stringMatching('^drift: drift-1 ')]);
});

test('finds a state that had to be repaired', () => {
  const repair = entry('STATE_REPAIRED', { operationId: 'repair-1' });
  expect(left([...closed, repair], [], [state()])).toEqual([expect.stringMatching('^repaired: repair-1 ')]);
});

test('finds a record that no state names while it is in progress', () => {
  const facts = (recordState: string, inProgress: readonly string[]) => ({
    ledger: { entries: [], records: [record(recordState)] },
    states: [state({ inProgress })],
  });
  const [open, unnamed, closedNow] = [facts('IN_PROGRESS', ['key']), facts('IN_PROGRESS', []), facts('SUCCEEDED', [])];
  expect(unnamedRecords(open, unnamed, open)).toEqual([expect.stringMatching('^without state: the record key ')]);
  expect(unnamedRecords(open, open, open)).toEqual([]);
  expect(unnamedRecords(open, unnamed, closedNow)).toEqual([]);
});
