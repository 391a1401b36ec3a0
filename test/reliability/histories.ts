import type { CallerAnswer, EksChange, Facts, OutsideChange, TrailEntry } from './facts.ts';
import { answer, association, at, change, intent, sound, success, token } from './sound-facts.ts';

// Histories in which others act, each as what differs from the facts of one create.

const ofUpdate = { kind: 'update', operationId: 'op-1' } as const;
export const update: EksChange = { ...change, ...ofUpdate, serviceAccount: null };
export const updateIntent: TrailEntry = { ...intent, ...ofUpdate, associationArn: success.associationArn };
export const updated: TrailEntry = { ...success, ...ofUpdate };
export const updateAnswer: CallerAnswer = { ...answer, ...ofUpdate };

/** The association of an update, which the gateway did not create. */
export const others = { ...association, operationId: null };

/** Another tool updates the association before the request for an update arrives. */
export const foreignUpdate: OutsideChange = { ...at(400), kind: 'update', associationId: 'a-1', roleArn: 'role-9' };

/** An update that succeeds although it expects the state before {@link foreignUpdate}. */
export const overwritten: Partial<Facts> = {
  associations: [others],
  changes: [update],
  entries: [updateIntent, updated],
  answers: [{ ...updateAnswer, expectedModifiedAt: 300 }],
  outside: [foreignUpdate],
};

const gone = { kind: 'delete', operationId: 'op-2' } as const;
const deletion: EksChange = {
  ...change,
  ...gone,
  requestId: 'r-2',
  time: 3_500,
  effect: at(3_500),
  serviceAccount: null,
};
export const deletionEntries: readonly TrailEntry[] = [
  { ...intent, ...gone, entryId: '10', time: 3_400, principal: 'bob', associationArn: success.associationArn },
  { ...success, ...gone, entryId: '11', time: 3_600, principal: 'bob' },
];

const arnOfAgain = association.associationArn.replace('a-1', 'a-2');
const again = { operationId: 'op-3' } as const;
export const created: EksChange = {
  ...change,
  ...again,
  requestId: 'r-3',
  time: 6_000,
  associationId: 'a-2',
  effect: at(6_000),
};
export const againEntries: readonly TrailEntry[] = [
  { ...intent, ...again, entryId: '20', time: 5_000 },
  {
    ...success,
    ...again,
    entryId: '21',
    time: 6_500,
    associationArn: arnOfAgain,
  },
];
export const released: TrailEntry = { ...success, entryId: '4', time: 4_500, event: 'RELEASED', associationArn: null };

/** A create in doubt that bob deletes through the gateway, and that is released and repeated. */
export const revoked: Partial<Facts> = {
  changes: [change, deletion, created],
  entries: [intent, ...deletionEntries, released, ...againEntries],
  associations: [{ ...association, associationId: 'a-2', associationArn: arnOfAgain, operationId: 'op-3' }],
  answers: [],
};

const ofPlan = { clientRequestToken: 'plan', apiRequestId: 'q-3' };

/** A create that was planned before bob's delete, and begins after it. */
export const plannedBefore: Partial<Facts> = {
  changes: [change, deletion, created],
  entries: [intent, success, ...deletionEntries, ...againEntries.map((entry) => ({ ...entry, ...ofPlan }))],
  associations: [{ ...association, associationId: 'a-2', associationArn: arnOfAgain, operationId: 'op-3' }],
  answers: [{ ...answer, ...again, ...ofPlan, associationArn: arnOfAgain, plannedAt: 3_000 }],
};

/** The one entry of an adoption, and its answer. */
export const adoption: TrailEntry = { ...success, kind: 'adopt', operationId: 'op-9', roleArn: null };
export const adoptionAnswer: CallerAnswer = { ...answer, kind: 'adopt', operationId: 'op-9' };

/** An association that was created outside, and then adopted. */
export const adoptionFacts: Facts = {
  ...sound,
  changes: [],
  associations: [{ ...association, operationId: null }],
  entries: [adoption],
  records: [{ ...token, operationId: 'op-9' }],
  answers: [adoptionAnswer],
  outside: [{ ...at(100), kind: 'create', associationId: 'a-1', roleArn: 'role-1' }],
};
