import { updated } from '../../packages/sqlite-ledger/src/evaluate.ts';
import type { AssociationState, OpenOperation } from '../../src/ledger/association-state.ts';
import type { StateChange } from '../../src/ledger/state-store.ts';
import type { Item } from '../../src/ledger/stored/items.ts';
import { stateKey, stateOfItem, stateUpdate } from '../../src/ledger/stored/state.ts';
import { operationTagKey } from '../../src/model/association.ts';
import type { Association } from '../../src/model/association.ts';
import { judge } from '../../src/observations/judge.ts';
import type { Judgement, Reading } from '../../src/observations/judgement.ts';
import { association } from '../support/ledger-samples.ts';

const times = { listLagMs: 30_000, clockErrorMs: 30_000, signatureWindowMs: 300_000, eksProcessingMs: 60_000 };
const start = Date.parse('2026-11-24T12:00:00.000Z');
/** The association as it is so many seconds after the start, with other fields. */
const at = (seconds: number, fields: Partial<Association> = {}) =>
  association({ modifiedAt: new Date(start + seconds * 1_000).toISOString(), ...fields });
const { accountId, region, clusterName, namespace, serviceAccount, associationId } = association();
const target = { accountId, region, clusterName, namespace, serviceAccount };
const other = 'arn:aws:iam::111122223333:role/pods/shop/other';

const created = {
  ...{ operationId: '01KASA3V5T0000000000000001', operation: 'CREATE_POD_IDENTITY_ASSOCIATION' as const },
  declaration: null,
};
const ownTags = [{ key: operationTagKey, value: created.operationId }];
const state = (fields: Partial<AssociationState> = {}): AssociationState => ({
  ...{ target, revision: 4, publicRevision: 1, changedAt: start, observed: null, openOperations: [], latest: null },
  recordsInProgress: [],
  confirmed: { association: at(0), isDeleted: false, ...created },
  ...fields,
});
const update = (fields: Partial<OpenOperation> = {}): OpenOperation => ({
  ...{ operationId: '01KASA3V5T0000000000000002', operation: 'UPDATE_POD_IDENTITY_ASSOCIATION' },
  ...{ requested: { roleArn: other }, inDoubtUntil: start + 420_000, closedAt: null, saw: null },
  ...fields,
});
/** An item once a change is written. */
const changed = (item: Item, change: StateChange): Item =>
  updated(item, stateUpdate(change, { kind: 'repair', recordKey: null }).update);
/** The item of a state; null: there is none. */
const itemOf = (known: AssociationState | null): Item => {
  if (known === null) return stateKey(target);
  const { confirmed, observed, changedAt, latest, revision, publicRevision: changes, openOperations } = known;
  const change = {
    ...{ target, openOperations, endedOperationIds: [] },
    ...(confirmed && { confirmed }),
    ...(observed && { observed }),
    ...(changedAt === null ? {} : { changedAt }),
  };
  return { ...changed(stateKey(target), change), revision, changes, ...(latest && { latest }) };
};
/** The state once a judgement is written. */
const written = (known: AssociationState | null, judged: Judgement): AssociationState => {
  if (judged.kind !== 'observed') throw new Error('Nothing was observed.');
  return stateOfItem(changed(itemOf(known), { target, ...judged.change }));
};
const reading = (fields: Partial<Reading>): Reading => {
  const known = fields.state === undefined ? state() : fields.state;
  return {
    knownRevision: known?.revision ?? 0,
    readAt: start + 90_000,
    association: at(0),
    associationId,
    state: known,
    isOwn: false,
    ...fields,
  };
};
const judged = (fields: Partial<Reading>) => {
  const judgement = judge(reading(fields), times);
  return judgement.kind === 'observed' ? judgement.origin : judgement.kind;
};
/** A create that began at the start. */
const create = update({ operation: 'CREATE_POD_IDENTITY_ASSOCIATION', operationId: created.operationId });
const createdAt = (seconds: number) => ({ createdAt: at(seconds).modifiedAt });
const unknown = state({ confirmed: null, changedAt: null });
const neverSeen = ({ closedAt }: Pick<OpenOperation, 'closedAt'>) =>
  state({ confirmed: null, changedAt: null, openOperations: [{ ...create, closedAt }] });

test.each<[string, Partial<Reading>, string | null]>([
  ['the confirmed association is of an operation', {}, 'OPERATION'],
  ['a later version is of someone outside', { association: at(9, { roleArn: other }) }, 'OUTSIDE'],
  ['a later version with the same settings is of someone outside', { association: at(9) }, 'OUTSIDE'],
  ['other tags of the same version are of someone outside', { association: at(0, { tags: [] }) }, 'OUTSIDE'],
  [
    'an association of an add-on is of the add-on',
    { state: null, association: at(0, { ownerArn: 'arn:aws:eks:…' }) },
    'ADD_ON',
  ],
  ['an association without a state is of someone outside', { state: null }, 'OUTSIDE'],
  [
    'an association without a state, with the tag of an INTENT with its settings, is of that operation',
    { state: null, isOwn: true, association: at(0, { tags: ownTags }) },
    'OPERATION',
  ],
  [
    'an association that is not confirmed is left to the next scan if an operation wrote meanwhile',
    { state: unknown, knownRevision: 3 },
    'undecided',
  ],
  [
    'a version between INTENT and outcome is of the operation',
    { state: state({ openOperations: [update()] }), association: at(9, { roleArn: other }) },
    'OPERATION',
  ],
  [
    'a version that an open operation on another association requests is of someone outside',
    {
      state: state({ openOperations: [update({ associationId: 'a-00000000000000009' })] }),
      association: at(9, { roleArn: other }),
    },
    'OUTSIDE',
  ],
  [
    'a version that an open operation on it requests is of the operation',
    { state: state({ openOperations: [update({ associationId })] }), association: at(9, { roleArn: other }) },
    'OPERATION',
  ],
  [
    'a version that an open operation sets in part only is of someone outside',
    { state: state({ openOperations: [update()] }), association: at(9, { roleArn: other, policy: '{}' }) },
    'OUTSIDE',
  ],
  [
    'a version with another value than an open operation sets is of someone outside',
    {
      state: state({ openOperations: [update({ requested: { roleArn: `${other}-2` } })] }),
      association: at(9, { roleArn: other }),
    },
    'OUTSIDE',
  ],
  [
    'a version with other tags is of someone outside, although an open operation set the rest',
    { state: state({ openOperations: [update()] }), association: at(9, { roleArn: other, tags: [] }) },
    'OUTSIDE',
  ],
  [
    'a later version with the same settings is of an open operation that sets these',
    { state: state({ openOperations: [update({ requested: { policy: null } })] }), association: at(9) },
    'OPERATION',
  ],
  [
    'a later version with the same settings is of someone outside, if an open operation sets others',
    { state: state({ openOperations: [update()] }), association: at(9) },
    'OUTSIDE',
  ],
  [
    'a version that two open operations set together is of them',
    {
      state: state({
        openOperations: [update(), update({ operationId: '01KASA3V5T0000000000000003', requested: { policy: '{}' } })],
      }),
      association: at(9, { roleArn: other, policy: '{}' }),
    },
    'OPERATION',
  ],
  [
    'a version of a confirmed association is of someone outside, although an open create requests the same',
    { state: state({ openOperations: [create] }), association: at(9, { roleArn: other }) },
    'OUTSIDE',
  ],
  [
    'an association that existed before an open create began is of someone outside',
    { state: { ...unknown, openOperations: [create] }, association: at(0, { roleArn: other, ...createdAt(-31) }) },
    'OUTSIDE',
  ],
  [
    'an association with other settings than an open create requests is of someone outside',
    { state: { ...unknown, openOperations: [create] }, association: at(0, createdAt(0)) },
    'OUTSIDE',
  ],
  [
    'an association that an open create may have made, by clocks that differ, is of it',
    { state: { ...unknown, openOperations: [create] }, association: at(0, { roleArn: other, ...createdAt(-30) }) },
    'OPERATION',
  ],
  [
    'a version of an operation that an observation closed is of it while it is in doubt',
    { state: state({ openOperations: [update({ closedAt: start })] }), association: at(400, { roleArn: other }) },
    'OPERATION',
  ],
  [
    'a later version than that operation can make is of someone outside',
    { state: state({ openOperations: [update({ closedAt: start })] }), association: at(421, { roleArn: other }) },
    'OUTSIDE',
  ],
  ['an older version than the confirmed one decides nothing', { association: at(-1, { roleArn: other }) }, 'undecided'],
  [
    'an older version than an operation saw decides nothing',
    {
      state: state({
        openOperations: [
          update({
            closedAt: start,
            inDoubtUntil: start,
            saw: { associationId, modifiedAt: at(20).modifiedAt, isGone: false },
          }),
        ],
      }),
      association: at(9, { roleArn: other }),
    },
    'undecided',
  ],
  [
    'a version of an association that an operation saw to be gone decides nothing',
    {
      state: state({
        openOperations: [
          update({
            closedAt: start,
            inDoubtUntil: start,
            saw: { associationId, modifiedAt: at(0).modifiedAt, isGone: true },
          }),
        ],
      }),
      association: at(9, { roleArn: other }),
    },
    'undecided',
  ],
  [
    'a version of a deleted association decides nothing',
    { state: state({ confirmed: { association: at(0), isDeleted: true, ...created } }), association: at(9) },
    'undecided',
  ],
  [
    'a new association after a deleted one is of someone outside',
    {
      state: state({ confirmed: { association: at(0), isDeleted: true, ...created } }),
      association: at(9, { associationId: 'a-new' }),
    },
    'OUTSIDE',
  ],
  ['an absent association was deleted outside', { association: null }, 'OUTSIDE'],
  [
    'an absent association that an operation deleted is of nobody',
    { association: null, state: state({ confirmed: { association: at(0), isDeleted: true, ...created } }) },
    null,
  ],
  [
    'an association is not absent so soon after an outcome that the list may lag',
    { association: null, readAt: start + 60_000 },
    'undecided',
  ],
  [
    'an association is not absent so soon after its last version was seen',
    { association: null, state: state({ confirmed: { association: at(40), isDeleted: false, ...created } }) },
    'undecided',
  ],
  [
    'an absent association with an open delete decides nothing',
    { association: null, state: state({ openOperations: [update({ operation: 'DELETE_POD_IDENTITY_ASSOCIATION' })] }) },
    'undecided',
  ],
  [
    'an absent association is left to the next scan if an operation wrote meanwhile',
    { association: null, knownRevision: 3 },
    'undecided',
  ],
  ['nothing follows from an association that was never seen', { association: null, state: unknown }, 'undecided'],
  [
    'a closed operation lapses where no association was ever seen, once a list would show it',
    { association: null, associationId: null, state: neverSeen({ closedAt: start }), readAt: start + 480_001 },
    'lapsed',
  ],
  [
    'a closed operation stays as long as a list may not show yet what it made',
    { association: null, associationId: null, state: neverSeen({ closedAt: start }), readAt: start + 480_000 },
    'undecided',
  ],
  [
    'an open operation stays where no association was ever seen',
    { association: null, associationId: null, state: neverSeen({ closedAt: null }), readAt: start + 480_001 },
    'undecided',
  ],
])('%s', (_, fields, origin) => {
  expect(judged(fields)).toBe(origin);
});

test('a version of operations that can no longer act is confirmed, and they are no longer open', () => {
  const closed = update({ closedAt: start });
  const late = {
    state: state({ openOperations: [closed] }),
    association: at(9, { roleArn: other }),
    readAt: start + 421_000,
  };
  expect(judge(reading(late), times)).toMatchObject({
    change: {
      confirmed: {
        association: late.association,
        isDeleted: false,
        operationId: closed.operationId,
        operation: closed.operation,
      },
      endedOperationIds: [closed.operationId],
    },
  });
  expect(judge(reading({ ...late, readAt: start + 420_000 }), times)).toMatchObject({
    change: { endedOperationIds: [], observed: { association: late.association } },
  });
  const ofOther = update({ operationId: '01KASA3V5T0000000000000003', requested: { policy: '{}' } });
  const withOther = reading({ ...late, state: state({ openOperations: [closed, ofOther] }) });
  expect(judge(withOther, times)).toMatchObject({ change: { confirmed: { operationId: closed.operationId } } });
});

test('a foreign change counts as one of the association when it is seen first, and what an operation explains does not', () => {
  const foreign = reading({ association: at(9, { roleArn: other }) });
  const first = judge(foreign, times);
  expect(first).toMatchObject({ origin: 'OUTSIDE', change: { isChange: true } });
  const after = written(foreign.state, first);
  expect(after.publicRevision).toBe(2);
  expect(judge(reading({ state: after, association: foreign.association }), times)).toMatchObject({
    change: { isChange: false },
  });
  const changed = at(9, { roleArn: other, tags: [{ key: 'team', value: 'other' }] });
  const changedLater = reading({ state: after, association: changed, readAt: start + 150_001 });
  expect(judge(changedLater, times)).toMatchObject({ change: { isChange: true } });
  const gone = judge(reading({ state: after, association: null }), times);
  expect(gone).toMatchObject({ origin: 'OUTSIDE', change: { isChange: true } });
  const afterwards = written(after, gone);
  expect(judge(reading({ state: afterwards, association: null }), times)).toMatchObject({
    change: { isChange: false },
  });

  expect(judge(reading({}), times)).toMatchObject({ origin: 'OPERATION', change: { isChange: false } });
  const explained = reading({ state: state({ openOperations: [update()] }), association: at(9, { roleArn: other }) });
  expect(judge(explained, times)).toMatchObject({ origin: 'OPERATION', change: { isChange: false } });
  const deleted = state({ confirmed: { association: at(0), isDeleted: true, ...created } });
  expect(judge(reading({ state: deleted, association: null }), times)).toMatchObject({
    origin: null,
    change: { isChange: false },
  });
});

test('a version that an open operation explained counts as a change once the operation certainly did nothing', () => {
  const association = at(9, { roleArn: other });
  const open = state({ openOperations: [update()] });
  const explained = judge(reading({ state: open, association }), times);
  const released = { ...written(open, explained), openOperations: [] };
  expect(judge(reading({ state: released, association }), times)).toMatchObject({
    origin: 'OUTSIDE',
    change: { isChange: true },
  });
});

describe('other tags, which change without modifiedAt, decide nothing', () => {
  const tagged = (value: string) => at(0, { tags: [{ key: 'team', value }] });
  const again = { kind: 'undecided', isDue: true };

  test('as long as reads may show those from before an operation ended', () => {
    expect(judge(reading({ association: tagged('x'), readAt: start + 60_000 }), times)).toEqual(again);
    expect(judge(reading({ association: tagged('x'), readAt: start + 60_001 }), times)).toMatchObject({
      origin: 'OUTSIDE',
    });
  });

  test('as long as reads may show those from before a scan saw others', () => {
    const seen = written(state(), judge(reading({ association: tagged('x') }), times));
    const next = (value: string, readAt: number) =>
      judged({ state: seen, association: value === '' ? at(0) : tagged(value), readAt: start + readAt });
    expect([next('', 150_000), next('y', 150_000)]).toEqual(['undecided', 'undecided']);
    expect([next('', 150_001), next('y', 150_001)]).toEqual(['OPERATION', 'OUTSIDE']);
    expect(next('x', 150_000)).toBe('OUTSIDE');
  });

  test('if an operation or a scan wrote since the read began', () => {
    expect(judge(reading({ association: tagged('x'), knownRevision: 3 }), times)).toEqual(again);
    expect(judged({ knownRevision: 3 })).toBe('OPERATION');
  });

  test('unless the last write has a time that no permitted clock can have shown', () => {
    const state1 = state({ changedAt: start + 120_001 });
    expect(judged({ state: state1, association: tagged('x') })).toBe('OUTSIDE');
  });
});

test('a state that was lost is confirmed again by the operation that the ownership tag names', () => {
  const own = { state: null, isOwn: true, association: at(0, { tags: ownTags }) };
  expect(judge(reading(own), times)).toMatchObject({
    change: { confirmed: { isDeleted: false, ...created }, isChange: true },
  });
});

test('a scan keeps the latest version that an operation saw', () => {
  const saw = { associationId, modifiedAt: at(20).modifiedAt, isGone: false };
  const openOperations = [update({ closedAt: start, inDoubtUntil: start, saw })];
  const judgement = judge(reading({ state: state({ openOperations }), association: at(20, { policy: '{}' }) }), times);
  expect(judgement).toMatchObject({
    origin: 'OUTSIDE',
    change: { observed: { sight: saw, revision: 5 }, endedOperationIds: [openOperations[0]?.operationId] },
  });
});

test('an association that a scan saw gone, and that is there once reads can no longer lag, was never gone', () => {
  const gone = written(state(), judge(reading({ association: null }), times));
  const seenAgain = (readAt: number) => judge(reading({ state: gone, readAt }), times);
  expect(seenAgain(start + 1_050_000)).toEqual({ kind: 'undecided' });
  const again = seenAgain(start + 1_050_001);
  expect(again).toMatchObject({ origin: 'OPERATION', change: { observed: { sight: { isGone: false } } } });
  expect(written(gone, again).observed?.association).toBeNull();
});

test('an absence that was explained stays so, whatever was written since, until a later version is confirmed', () => {
  const known = state({ confirmed: { association: at(0), isDeleted: false, ...created } });
  const sight = { associationId, modifiedAt: at(0).modifiedAt, isGone: true };
  const observed = { at: start, revision: 2, sight, origin: null, association: null, driftId: null };
  const absent = (fields: Partial<AssociationState>) =>
    judged({ state: { ...known, observed, ...fields }, association: null, readAt: start + 600_000 });
  expect(absent({})).toBeNull();
  expect(absent({ observed: { ...observed, origin: 'OUTSIDE' } })).toBe('OUTSIDE');
  expect(absent({ observed: { ...observed, sight: { ...sight, isGone: false } } })).toBe('OUTSIDE');
  const later = { association: at(9), isDeleted: false, ...created };
  expect(absent({ confirmed: later })).toBe('OUTSIDE');
});
