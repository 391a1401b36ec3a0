import type { CallerAnswer, Facts, ObservedFact, TrailEntry } from './facts.ts';
import { invariants, violations } from './invariants.ts';
import type { Invariant } from './invariants.ts';
import { adoption, adoptionAnswer, adoptionFacts, overwritten, revoked } from './histories.ts';
import { answer, association, at, change, intent, sound, success, token } from './sound-facts.ts';

const taken: TrailEntry = { ...intent, entryId: '3', time: 2_500, event: 'TAKEN_OVER', fence: 2 };
const refused = {
  ...answer,
  startedAt: 5_000,
  status: 'REFUSED',
  code: 'ASSOCIATION_ALREADY_EXISTS',
  event: 'REFUSED',
} as const;
const failed: CallerAnswer = { ...answer, status: 'ERROR', code: 'LEDGER_UNAVAILABLE', operationId: null, event: null };
const { apiRequestId: _, ...unknownFailed } = failed;

const found = { operationId: 'drift-1', event: 'DRIFT_FOUND' };
const observed: ObservedFact = {
  ...{ isDrift: false, entries: [], driftId: null, associationId: association.associationId },
  ...{ isLeft: false, repairs: 0, leftInProgress: 0 },
};
const drifted: ObservedFact = { ...observed, isDrift: true, entries: [found], driftId: 'drift-1' };

/** Facts that violate at least the named guarantee. */
const broken: readonly (readonly [string, Invariant, Partial<Facts>])[] = [
  ['a change without an INTENT entry', 'intentFirst', { entries: [success] }],
  ['a change that precedes its INTENT entry', 'intentFirst', { changes: [{ ...change, time: 999 }] }],
  ['a change whose kind differs from its INTENT entry', 'intentFirst', { changes: [{ ...change, kind: 'update' }] }],
  [
    'a delete of an association without an INTENT entry',
    'intentFirst',
    { changes: [{ ...change, kind: 'delete', operationId: null, associationId: 'a-1' }] },
  ],
  ['a write that is sent after the deadline', 'inTime', { sentLate: ['PutItem was sent after the deadline'] }],
  ['an INTENT entry without a closing entry', 'noHoles', { entries: [intent] }],
  ['an open operation without a record in progress', 'noHoles', { entries: [intent], reconciled: false }],
  [
    'an operation with two closing entries',
    'noHoles',
    { entries: [intent, success, { ...success, entryId: '4', event: 'RELEASED' }] },
  ],
  ['a closing entry without an INTENT entry', 'noHoles', { entries: [success] }],
  ['an operation with two INTENT entries', 'noHoles', { entries: [intent, { ...intent, entryId: '0' }, success] }],
  ['two effects of one token', 'oneEffect', { changes: [change, { ...change, requestId: 'r-2' }] }],
  ['two final answers to one token', 'oneEffect', { answers: [answer, refused] }],
  [
    'two SUCCEEDED entries of one token',
    'oneEffect',
    { entries: [intent, success, { ...success, operationId: 'op-2' }] },
  ],
  ['a closing entry by a superseded lease holder', 'fenced', { entries: [intent, taken, success] }],
  [
    'any entry by a superseded lease holder',
    'fenced',
    { entries: [intent, taken, { ...intent, entryId: '4', time: 2_600, event: 'UNKNOWN' }, { ...success, fence: 2 }] },
  ],
  ['a record with a lower fence than its audit trail', 'fenced', { records: [{ ...token, fence: 0 }] }],
  ['a change for a denied request', 'denied', { answers: [{ ...answer, status: 'REFUSED', event: 'DENIED' }] }],
  ['an effect of a refused request', 'truthful', { answers: [refused] }],
  ['an effect of a released operation', 'truthful', { answers: [{ ...refused, event: 'RELEASED' }] }],
  ['an effect of a request that ended in an error', 'truthful', { answers: [failed] }],
  ['an effect after an error without a request id', 'truthful', { answers: [unknownFailed] }],
  ['an update that overwrites a change that it does not expect', 'respected', overwritten],
  ['a create that is repeated after a delete through the gateway', 'revoked', revoked],
  ['a change under a lock', 'locked', { locks: [{ from: 400, until: Infinity }] }],
  ['drift of what an operation made', 'observed', { observed: { ...observed, entries: [found], driftId: 'drift-1' } }],
  ['foreign changes that scans do not record', 'observed', { observed: { ...observed, isDrift: true } }],
  ['drift that is found twice', 'observed', { observed: { ...drifted, entries: [found, found] } }],
  ['drift in the trail that the state does not name', 'observed', { observed: { ...drifted, driftId: null } }],
  ['a record that another version left in progress', 'observed', { observed: { ...observed, leftInProgress: 1 } }],
  ['a repair of nothing', 'observed', { observed: { ...observed, repairs: 1 } }],
  ['a state without the association that EKS has', 'observed', { observed: { ...observed, associationId: null } }],
  ['an untrue answer as of a past time', 'remembered', { untruePast: ['as of 1, the history has nothing'] }],
  ['an association without a SUCCEEDED entry', 'agreed', { entries: [intent] }],
  ['a SUCCEEDED entry without an association', 'agreed', { associations: [] }],
  ['a SUCCEEDED entry with a different role', 'agreed', { associations: [{ ...association, roleArn: 'role-2' }] }],
  [
    'a deleted association that still exists',
    'agreed',
    { entries: [intent, success, { ...success, operationId: 'op-2', kind: 'delete' }] },
  ],
  [
    'a request that needs an approval, and used none',
    'approved',
    { entries: [{ ...intent, approvers: 1 }, success], approvals: { items: [], entries: [], votes: [] } },
  ],
  [
    'a delete at an expiry that nobody set',
    'ended',
    { entries: [intent, success, { ...intent, operationId: 'op-2', expiry: { at: 500, setBy: 'op-1' } }] },
  ],
  ['an erasure without a record', 'needed', { erasures: { recorded: [], gone: ['op-1.1'] } }],
  [
    'an erasure of an open operation',
    'needed',
    { erasures: { recorded: [{ time: 2_000, erased: ['op-1.1'] }], gone: ['op-1.1'] } },
  ],
  [
    'an erasure of the operation that set an expiry',
    'needed',
    {
      entries: [{ ...intent, setsExpiry: 90_000 }, success],
      erasures: { recorded: [{ time: 5_000, erased: ['op-1.2'] }], gone: [] },
    },
  ],
  ['a desired state that is called reached', 'desired', { answers: [{ ...answer, desired: { roleArn: 'role-2' } }] }],
  ['an absence that is called reached', 'desired', { answers: [{ ...answer, desired: { roleArn: null } }] }],
  [
    'a desired state that is called reached before its change',
    'desired',
    { answers: [{ ...answer, answeredAt: 1_500, desired: { roleArn: 'role-1' } }] },
  ],
  [
    'a change of what another declaration owns',
    'desired',
    {
      answers: [
        { ...answer, desired: { roleArn: 'role-1', declaration: 'one' } },
        { ...answer, desired: { roleArn: 'role-1', declaration: 'other' }, apiRequestId: 'q-2', startedAt: 5_000 },
      ],
      changes: [change, { ...change, kind: 'update', operationId: 'op-2', time: 6_000, effect: at(6_000) }],
      entries: [intent, success, { ...intent, kind: 'update', operationId: 'op-2', apiRequestId: 'q-2' }],
    },
  ],
  [
    'a refused desired state of one declaration, and a lost one of another',
    'desired',
    {
      answers: [
        { ...answer, desired: { roleArn: 'role-2', declaration: 'other' } },
        { ...refused, code: 'DECLARED_ELSEWHERE', desired: { roleArn: 'role-1', declaration: 'one' } },
      ],
    },
  ],
  [
    'two effects of a desired state, which nobody undid',
    'oneEffect',
    {
      answers: [{ ...answer, desired: { roleArn: 'role-1' } }],
      changes: [change, { ...change, requestId: 'r-2', operationId: 'op-2' }],
      entries: [intent, success, { ...intent, operationId: 'op-2' }],
    },
  ],
  [
    'two effects of one operation of a desired state',
    'oneEffect',
    {
      answers: [{ ...answer, desired: { roleArn: 'role-1' } }],
      changes: [change, { ...change, requestId: 'r-2' }],
      outside: [{ ...at(5_000), kind: 'update', associationId: 'a-1', roleArn: 'role-2' }],
    },
  ],
  [
    'a desired state that repetitions never reach',
    'desired',
    { answers: [{ ...failed, desired: { roleArn: 'role-1' } }], isRepeated: true },
  ],
  ["an answer about another principal's operation", 'isolated', { answers: [{ ...answer, principal: 'bob' }] }],
  ['an HTTP 500 answer', 'answered', { answers: [{ ...answer, status: 'ERROR', httpStatus: 500 }] }],
  [
    'an internal error with HTTP status 200',
    'answered',
    { answers: [{ ...answer, status: 'ERROR', code: 'INTERNAL_SERVER_ERROR' }] },
  ],
];

const adopting: readonly (readonly [string, Invariant, Partial<Facts>])[] = [
  [
    'an adoption with an INTENT entry',
    'noHoles',
    { entries: [{ ...adoption, event: 'INTENT', entryId: '0' }, adoption] },
  ],
  ['an adoption that was recorded twice', 'noHoles', { entries: [adoption, { ...adoption, entryId: '4' }] }],
  ['an adoption that was never closed', 'noHoles', { entries: [{ ...adoption, event: 'TAKEN_OVER' }] }],
  ['an adoption that sent an update', 'intentFirst', { changes: [{ ...change, kind: 'update', operationId: 'op-9' }] }],
  ['a denied adoption', 'denied', { answers: [{ ...adoptionAnswer, status: 'REFUSED', event: 'DENIED' }] }],
  ['an adoption of what never existed', 'truthful', { outside: [] }],
  [
    'an adoption of what was deleted',
    'truthful',
    { outside: [...adoptionFacts.outside, { ...at(200), kind: 'delete', associationId: 'a-1', roleArn: null }] },
  ],
  [
    'an adoption of a state that it does not expect',
    'respected',
    {
      answers: [{ ...adoptionAnswer, expectedModifiedAt: 100 }],
      outside: [...adoptionFacts.outside, { ...at(200), kind: 'update', associationId: 'a-1', roleArn: 'role-2' }],
    },
  ],
  ['an adoption under a lock', 'locked', { locks: [{ from: 400, until: Infinity }] }],
];

describe('the guarantees of creates that adopt', () => {
  const adopted = { ...success, isAdopted: true };
  const facts: Facts = {
    ...adoptionFacts,
    ...{ entries: [intent, adopted], records: [token], answers: [answer], changes: [{ ...change, effect: null }] },
  };

  test('hold for one that EKS rejected, and that adopted what others made', () => {
    expect(violations(facts)).toEqual([]);
  });

  test.each<[string, string, Partial<Facts>]>([
    ['that is not said to have adopted', 'truthful', { entries: [intent, success] }],
    ['that adopts beside what it created', 'truthful', { changes: [{ ...change, associationId: 'a-2' }] }],
    ['that adopts what never existed', 'truthful', { outside: [] }],
    ['that adopts under a lock', 'locked', { locks: [{ from: 400, until: Infinity }] }],
    ['whose own association has no success', 'agreed', { associations: sound.associations }],
  ])('are violated by one %s', (_, invariant, differing) => {
    expect(violations({ ...facts, ...differing }).map((one) => one.invariant)).toContain(invariant);
  });
});

describe('the guarantees of adoptions', () => {
  test('hold if an association from outside is adopted once', () => {
    expect(violations(adoptionFacts)).toEqual([]);
  });

  test.each(adopting)('are violated by %s', (_, invariant, facts) => {
    expect(violations({ ...adoptionFacts, ...facts }).map((one) => one.invariant)).toContain(invariant);
  });
});

describe('the guarantees', () => {
  test('hold if one request has one effect', () => {
    expect(violations(sound)).toEqual([]);
  });

  test.each(broken)('the guarantees are violated by %s', (_what, invariant, change) => {
    expect(violations({ ...sound, ...change }).map((violation) => violation.invariant)).toContain(invariant);
  });

  test('the guarantees are each violated by one of these cases', () => {
    expect(new Set(broken.map(([, invariant]) => invariant))).toEqual(new Set(Object.keys(invariants)));
  });

  test.each<[string, Partial<Facts>]>([
    [
      'an open operation before any retry',
      {
        entries: [intent],
        associations: [],
        changes: [],
        records: [{ ...token, state: 'IN_PROGRESS' }],
        reconciled: false,
      },
    ],
    ['scans that find what others did', { observed: drifted }],
    ['a takeover', { entries: [intent, taken, { ...success, fence: 2 }], records: [{ ...token, fence: 2 }] }],
    [
      'a late success',
      {
        entries: [intent, taken, { ...success, fence: 2 }, { ...success, entryId: '5', event: 'LATE_SUCCESS' }],
        records: [{ ...token, fence: 2 }],
      },
    ],
    ['a replayed answer', { answers: [answer, { ...answer, startedAt: 5_000, event: 'REPLAYED' }] }],
    [
      'a desired state that is reached after refusals',
      {
        answers: [{ ...refused, startedAt: 100, event: null, apiRequestId: 'q-2' }, answer].map((one) => ({
          ...one,
          desired: { roleArn: 'role-1' },
        })),
      },
    ],
    ['a refused request that reuses the token', { answers: [answer, { ...refused, event: 'TOKEN_REUSED' }] }],
    ['an error of a request that started no operation', { answers: [{ ...failed, apiRequestId: 'q-2' }, answer] }],
    [
      'an association created outside the gateway',
      { associations: [association, { ...association, associationArn: 'other', operationId: null }] },
    ],
    [
      'an association deleted outside the gateway',
      { associations: [], outside: [{ ...at(5_000), kind: 'delete', associationId: 'a-1', roleArn: null }] },
    ],
  ])('hold with %s', (_what, change) => {
    expect(violations({ ...sound, ...change })).toEqual([]);
  });
});
