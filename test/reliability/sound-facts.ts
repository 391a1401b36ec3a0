import type { AssociationFact, CallerAnswer, Effect, EksChange, Facts, RecordFact, TrailEntry } from './facts.ts';

// Facts of one create with one effect, and the parts from which tests make other histories.

const arn = 'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/a-1';

/** An effect that every read shows at once. */
export function at(time: number): Effect {
  return { at: time, visibleAt: time, modifiedAt: time };
}

export const change: EksChange = {
  requestId: 'r-1',
  kind: 'create',
  time: 2_000,
  serviceAccount: 'apps-dev/payments/api',
  associationId: 'a-1',
  operationId: 'op-1',
  effect: at(2_000),
};

export const association: AssociationFact = {
  associationArn: arn,
  associationId: 'a-1',
  serviceAccount: 'apps-dev/payments/api',
  roleArn: 'role-1',
  operationId: 'op-1',
};

export const intent: TrailEntry = {
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

export const success: TrailEntry = { ...intent, entryId: '2', time: 3_000, event: 'SUCCEEDED', associationArn: arn };

export const token: RecordFact = {
  idempotencyKey: 'k-1',
  operationId: 'op-1',
  state: 'SUCCEEDED',
  fence: 1,
  leaseUntil: 9_000,
};

export const answer: CallerAnswer = {
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

export const sound: Facts = {
  changes: [change],
  associations: [association],
  entries: [intent, success],
  records: [token],
  answers: [answer],
  outside: [],
  locks: [],
  reconciled: true,
};
