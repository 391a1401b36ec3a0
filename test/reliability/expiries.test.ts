import type { EksChange, Facts, TrailEntry } from './facts.ts';
import { violations } from './invariants.ts';
import { association, at, change, intent, sound, success } from './sound-facts.ts';

const { associationArn } = association;
const endsAt = 10_000;
const expiry = { at: endsAt, setBy: 'op-1' };
const created: readonly TrailEntry[] = [
  { ...intent, setsExpiry: endsAt },
  { ...success, setsExpiry: endsAt },
];

function ended(fields: Partial<TrailEntry> = {}): TrailEntry {
  const of = {
    kind: 'delete',
    operationId: 'op-2',
    clientRequestToken: 'its end',
    associationArn,
    roleArn: null,
  } as const;
  return { ...intent, ...of, entryId: '11', time: 11_000, apiRequestId: 'run', expiry, ...fields };
}

const closed: TrailEntry = { ...ended(), entryId: '12', time: 13_000, event: 'SUCCEEDED' };
const warned: TrailEntry = {
  ...ended(),
  operationId: 'op-0',
  entryId: '5',
  time: 5_000,
  event: 'EXPIRY_WARNED',
  fence: 0,
};
const deleted: EksChange = {
  ...{ requestId: 'r-2', kind: 'delete', time: 12_000, serviceAccount: null, associationId: 'a-1' },
  ...{ operationId: null, effect: at(12_000) },
};
const facts: Facts = {
  ...sound,
  changes: [change, deleted],
  associations: [],
  entries: [...created, warned, ended(), closed],
  records: [
    ...sound.records,
    { idempotencyKey: 'k-2', operationId: 'op-2', state: 'SUCCEEDED', fence: 1, leaseUntil: 99_000 },
  ],
  endedAt: 20_000,
};

/** The entries of an update with success that sets an expiry, or clears it. */
function sets(setsExpiry: number | null, time: number): TrailEntry[] {
  const of = { kind: 'update', operationId: 'op-3', clientRequestToken: 'other', setsExpiry, roleArn: null } as const;
  return [
    { ...intent, ...of, entryId: `${time}-1`, time: time - 100, associationArn },
    { ...success, ...of, entryId: `${time}-2`, time },
  ];
}

const remains: Partial<Facts> = { changes: [change], associations: sound.associations, records: sound.records };

test('the guarantees hold for an association that ended, and for one whose expiry was extended or cleared, or was refused', () => {
  expect(violations(facts)).toEqual([]);
  const update = {
    ...change,
    kind: 'update',
    requestId: 'r-3',
    time: 3_950,
    operationId: 'op-3',
    effect: at(3_950),
  } as const;
  const alone = [{ ...sets(30_000, 4_000)[1], isExpiryOnly: true } as TrailEntry];
  expect(violations({ ...facts, ...remains, entries: [...created, ...alone] })).toEqual([]);
  for (const setsExpiry of [30_000, null]) {
    const entries = [...created, ...sets(setsExpiry, 4_000)];
    expect(violations({ ...facts, ...remains, entries, changes: [change, update] })).toEqual([]);
  }
  const refused = { ...closed, event: 'REFUSED', refusalCode: 'ASSOCIATION_CHANGED' };
  expect(violations({ ...facts, ...remains, entries: [...created, ended(), refused] })).toEqual([]);
});

test('an expiry that is a delete which needs an approval has it, also if it is earlier than the one before', () => {
  const used = {
    approvalId: 'approval-1',
    event: 'APPROVAL_USED',
    revision: 3,
    principal: 'bob',
    time: 1,
    usedBy: 'op-3',
  };
  const none = { items: [], entries: [], votes: [] };
  const update = {
    ...change,
    kind: 'update',
    requestId: 'r-3',
    time: 3_950,
    operationId: 'op-3',
    effect: at(3_950),
  } as const;
  const of = (setsExpiry: number, alone: boolean) => {
    const entries = sets(setsExpiry, 4_000).map((one): TrailEntry => ({
      ...one,
      endsHeld: true,
      ...(alone && { isExpiryOnly: true }),
    }));
    const changes = alone ? [change] : [change, update];
    return {
      ...facts,
      ...remains,
      changes,
      approvals: none,
      endedAt: 100,
      entries: [...created, ...(alone ? entries.slice(1) : entries)],
    };
  };
  for (const alone of [false, true]) {
    expect(violations(of(30_000, alone))).toEqual([]);
    expect(violations(of(9_000, alone))).toEqual([
      { invariant: 'ended', what: expect.stringMatching(/^op-3 ends .* without the approval of a delete$/) as string },
    ]);
    expect(unapprovedIn({ ...of(9_000, alone), approvals: { ...none, entries: [used] } })).toEqual([]);
  }
});

const unapprovedIn = (of: Facts) =>
  violations(of).filter(({ what }) => what.includes('without the approval of a delete'));

test.each<[string, Partial<Facts>]>([
  ['a delete that begins before the expiry', { entries: [...created, ended({ time: 9_999 }), closed] }],
  [
    'a delete at an expiry that was extended before',
    { entries: [...created, ...sets(30_000, 4_000), ended(), closed] },
  ],
  ['a delete at an expiry that was cleared before', { entries: [...created, ...sets(null, 4_000), ended(), closed] }],
  ['a delete at an expiry that no success set', { entries: [intent, success, ended(), closed] }],
  ['two successes of one expiry', { entries: [...facts.entries, { ...closed, operationId: 'op-4', entryId: '14' }] }],
  ['two warnings of one expiry', { entries: [...facts.entries, { ...warned, operationId: 'op-5', entryId: '6' }] }],
  ['an association that exists after its expiry', { ...remains, entries: created }],
])('the guarantee of expiries is violated by %s', (_, differing) => {
  expect(violations({ ...facts, ...differing }).map(({ invariant }) => invariant)).toContain('ended');
});

test('an update of the expiry alone that has an INTENT violates the guarantee of one entry', () => {
  const entries = [...created, ...sets(30_000, 4_000).map((entry) => ({ ...entry, isExpiryOnly: true }))];
  expect(violations({ ...facts, ...remains, entries }).map(({ invariant }) => invariant)).toContain('noHoles');
});
