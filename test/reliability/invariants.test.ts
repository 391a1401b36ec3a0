import type { CallerAnswer, EksChange, Facts, HeldAssociation, TokenFact, TrailEntry } from './facts.ts';
import { invariants, violations } from './invariants.ts';
import type { Invariant } from './invariants.ts';

const arn = 'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/a-1';

const change: EksChange = {
  requestId: 'r-1',
  kind: 'create',
  time: 2_000,
  serviceAccount: 'apps-dev/payments/api',
  associationId: null,
  operationId: 'op-1',
  applied: true,
};

const association: HeldAssociation = {
  associationArn: arn,
  associationId: 'a-1',
  serviceAccount: 'apps-dev/payments/api',
  roleArn: 'role-1',
  operationId: 'op-1',
};

const intent: TrailEntry = {
  operationId: 'op-1',
  entryId: '1',
  time: 1_000,
  event: 'INTENT',
  kind: 'create',
  principal: 'alice',
  clientRequestToken: 'first',
  apiRequestId: 'q-1',
  serviceAccount: 'apps-dev/payments/api',
  associationArn: null,
  roleArn: 'role-1',
  refusalCode: null,
  fence: 1,
};

const success: TrailEntry = { ...intent, entryId: '2', time: 3_000, event: 'SUCCEEDED', associationArn: arn };

const token: TokenFact = {
  idempotencyKey: 'k-1',
  operationId: 'op-1',
  state: 'SUCCEEDED',
  fence: 1,
  leaseUntil: 9_000,
};

const answer: CallerAnswer = {
  principal: 'alice',
  kind: 'create',
  clientRequestToken: 'first',
  startedAt: 500,
  answeredAt: 4_000,
  status: 'SUCCEEDED',
  code: null,
  apiRequestId: 'q-1',
  httpStatus: 200,
  associationArn: arn,
  operationId: 'op-1',
  event: 'SUCCEEDED',
};

const sound: Facts = {
  changes: [change],
  associations: [association],
  entries: [intent, success],
  tokens: [token],
  answers: [answer],
  touchedByOthers: [],
  settled: true,
};

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

/** Facts that break one promise, and may break others with it. */
const broken: readonly (readonly [string, Invariant, Partial<Facts>])[] = [
  ['a change without an INTENT', 'intentFirst', { entries: [success] }],
  ['a change before its INTENT', 'intentFirst', { changes: [{ ...change, time: 999 }] }],
  ['a change of another kind than its INTENT', 'intentFirst', { changes: [{ ...change, kind: 'update' }] }],
  [
    'a delete of what no INTENT names',
    'intentFirst',
    { changes: [{ ...change, kind: 'delete', operationId: null, associationId: 'a-1' }] },
  ],
  ['an INTENT that is never closed', 'noHoles', { entries: [intent] }],
  ['an open operation without a token in progress', 'noHoles', { entries: [intent], settled: false }],
  [
    'an operation that is closed twice',
    'noHoles',
    { entries: [intent, success, { ...success, entryId: '4', event: 'RELEASED' }] },
  ],
  ['an operation that is closed without an INTENT', 'noHoles', { entries: [success] }],
  ['an operation with two INTENT', 'noHoles', { entries: [intent, { ...intent, entryId: '0' }, success] }],
  ['two effects of a token', 'oneEffect', { changes: [change, { ...change, requestId: 'r-2' }] }],
  ['two final answers of a token', 'oneEffect', { answers: [answer, refused] }],
  ['two successes of a token', 'oneEffect', { entries: [intent, success, { ...success, operationId: 'op-2' }] }],
  ['a close by a holder that was overtaken', 'fenced', { entries: [intent, taken, success] }],
  [
    'a word of a holder after it was overtaken',
    'fenced',
    { entries: [intent, taken, { ...intent, entryId: '4', time: 2_600, event: 'UNKNOWN' }, { ...success, fence: 2 }] },
  ],
  ['a token behind its trail', 'fenced', { tokens: [{ ...token, fence: 0 }] }],
  ['a change for who was denied', 'denied', { answers: [{ ...answer, status: 'REFUSED', event: 'DENIED' }] }],
  ['an effect of what was refused', 'truthful', { answers: [refused] }],
  ['an effect of what was released', 'truthful', { answers: [{ ...refused, event: 'RELEASED' }] }],
  ['an effect of what ended in an error', 'truthful', { answers: [failed] }],
  ['an effect after an error of an unknown request', 'truthful', { answers: [unknownFailed] }],
  ['an association that the trail does not know', 'agreed', { entries: [intent] }],
  ['a success without an association', 'agreed', { associations: [] }],
  ['a success with another role', 'agreed', { associations: [{ ...association, roleArn: 'role-2' }] }],
  [
    'a deleted association that is there',
    'agreed',
    { entries: [intent, success, { ...success, operationId: 'op-2', kind: 'delete' }] },
  ],
  ['an answer from another’s operation', 'isolated', { answers: [{ ...answer, principal: 'bob' }] }],
  ['a server error', 'answered', { answers: [{ ...answer, status: 'ERROR', httpStatus: 500 }] }],
  [
    'a bug behind a status of 200',
    'answered',
    { answers: [{ ...answer, status: 'ERROR', code: 'INTERNAL_SERVER_ERROR' }] },
  ],
];

describe('the promises, seen from outside', () => {
  test('hold where one request had one effect', () => {
    expect(violations(sound)).toEqual([]);
  });

  test.each(broken)('are broken by %s', (_what, invariant, change) => {
    expect(violations({ ...sound, ...change }).map((violation) => violation.invariant)).toContain(invariant);
  });

  test('are each broken by something here', () => {
    expect(new Set(broken.map(([, invariant]) => invariant))).toEqual(new Set(Object.keys(invariants)));
  });

  test.each<[string, Partial<Facts>]>([
    [
      'an operation that is open, as nobody came back',
      {
        entries: [intent],
        associations: [],
        changes: [],
        tokens: [{ ...token, state: 'IN_PROGRESS' }],
        settled: false,
      },
    ],
    ['a take-over', { entries: [intent, taken, { ...success, fence: 2 }], tokens: [{ ...token, fence: 2 }] }],
    [
      'a word too late',
      {
        entries: [intent, taken, { ...success, fence: 2 }, { ...success, entryId: '5', event: 'LATE_SUCCESS' }],
        tokens: [{ ...token, fence: 2 }],
      },
    ],
    ['an answer that is given again', { answers: [answer, { ...answer, startedAt: 5_000, event: 'REPLAYED' }] }],
    ['another request with the token', { answers: [answer, { ...refused, event: 'TOKEN_REUSED' }] }],
    ['an error of a request that began nothing', { answers: [{ ...failed, apiRequestId: 'q-2' }, answer] }],
    [
      'an association of somebody else',
      { associations: [association, { ...association, associationArn: 'other', operationId: null }] },
    ],
    ['an association that somebody else deleted', { associations: [], touchedByOthers: ['a-1'] }],
  ])('hold with %s', (_what, change) => {
    expect(violations({ ...sound, ...change })).toEqual([]);
  });
});
