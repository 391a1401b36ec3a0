import type { CallerAnswer, Facts } from './facts.ts';
import {
  againEntries,
  created,
  deletionEntries,
  foreignUpdate,
  others,
  overwritten,
  plannedBefore,
  released,
  revoked,
  update,
  updateAnswer,
  updated,
  updateIntent,
} from './histories.ts';
import { violations } from './invariants.ts';
import { answer, at, change, intent, sound, success } from './sound-facts.ts';
import { successesNotApplied, unseenChanges } from './truth.ts';

function broken(history: Partial<Facts>): string[] {
  return violations({ ...sound, ...history }).map(({ invariant }) => invariant);
}

const refusedForRevision: CallerAnswer = {
  ...answer,
  ...{ status: 'REFUSED', event: 'REFUSED', code: 'ASSOCIATION_CHANGED', associationArn: null },
  ...{ clientRequestToken: 'plan', operationId: 'op-9', apiRequestId: 'q-9' },
};
const notBegun = { operationId: 'op-9', apiRequestId: 'q-9' };
const undetermined = { ...updated, event: 'REFUSED', refusalCode: 'OUTCOME_UNDETERMINED' };
const changed = { ...updated, event: 'REFUSED', refusalCode: 'ASSOCIATION_CHANGED' };
const taken = { ...intent, entryId: '3', time: 1_500, event: 'TAKEN_OVER', fence: 2 };
const deletedOutside = { ...at(2_500), kind: 'delete', associationId: 'a-1', roleArn: null } as const;

test.each<[string, string, Partial<Facts>]>([
  [
    'an update that EKS applied is recorded as refused because others changed the association',
    'truthful',
    { changes: [update], entries: [updateIntent, changed], answers: [], outside: [foreignUpdate] },
  ],
  [
    'a create that EKS applied is recorded as released after a delete through the gateway',
    'truthful',
    { ...revoked, entries: [intent, ...deletionEntries, released], changes: revoked.changes?.slice(0, 2) ?? [] },
  ],
  [
    'a create that EKS applied is recorded as released before it is deleted outside',
    'truthful',
    {
      entries: [intent, { ...released, time: 2_400 }],
      associations: [],
      answers: [],
      outside: [deletedOutside],
    },
  ],
  [
    'an operation is recorded as done that EKS did not apply',
    'truthful',
    { changes: [{ ...change, effect: null }], associations: [] },
  ],
  [
    'an outcome is undetermined although nobody else acted',
    'truthful',
    { changes: [update], entries: [updateIntent, undetermined], answers: [] },
  ],
  [
    'a refusal that nothing records is followed by a success',
    'oneEffect',
    {
      changes: [update],
      entries: [updateIntent, updated],
      answers: [
        updateAnswer,
        { ...updateAnswer, status: 'REFUSED', event: 'REFUSED', code: 'ASSOCIATION_CHANGED', operationId: 'op-9' },
      ],
    },
  ],
  [
    'an update overwrites what another token changed',
    'respected',
    {
      ...overwritten,
      outside: [],
      changes: [update, { ...update, operationId: 'op-2', requestId: 'r-2', effect: at(400) }],
      entries: [
        updateIntent,
        updated,
        { ...updateIntent, operationId: 'op-2', entryId: '10', principal: 'bob' },
        { ...updated, operationId: 'op-2', entryId: '11', principal: 'bob' },
      ],
    },
  ],
  ['a create undoes a delete that began after its plan and before it', 'revoked', plannedBefore],
  [
    'a create is refused for a revision that nothing moved',
    'truthful',
    { changes: [], associations: [], entries: [], answers: [{ ...refusedForRevision, plannedAt: 3_500 }] },
  ],
  [
    'an update is refused for a revision that nothing moved',
    'truthful',
    {
      ...{ changes: [], associations: [], entries: [] },
      answers: [{ ...refusedForRevision, kind: 'update', plannedAt: 3_500 }],
    },
  ],
  [
    'a change is sent under a lock that was set before the take-over',
    'locked',
    { entries: [intent, taken, { ...success, fence: 2 }], locks: [{ from: 1_400, until: Infinity }] },
  ],
])('the guarantees are violated if %s', (_what, invariant, history) => {
  expect(broken(history)).toContain(invariant);
});

test.each<[string, Partial<Facts>]>([
  [
    'an update that others replaced is recorded as undetermined',
    {
      changes: [update],
      entries: [updateIntent, undetermined],
      answers: [{ ...updateAnswer, status: 'REFUSED', event: 'REFUSED', code: 'OUTCOME_UNDETERMINED' }],
      outside: [{ ...foreignUpdate, ...at(2_500) }],
      associations: [others],
    },
  ],
  [
    'an update overwrites a change that was not visible yet',
    {
      ...overwritten,
      outside: [{ ...foreignUpdate, visibleAt: 501 }],
    },
  ],
  [
    'an update expects the change of others',
    { ...overwritten, answers: [{ ...updateAnswer, expectedModifiedAt: 400 }] },
  ],
  [
    'a create in doubt is deleted outside, released and repeated',
    { ...revoked, changes: [change, created], entries: [intent, released, ...againEntries], outside: [deletedOutside] },
  ],
  [
    'an update is recorded as done whose state others had set',
    {
      changes: [{ ...update, effect: null }],
      entries: [updateIntent, updated],
      answers: [updateAnswer],
      associations: [others],
      outside: [{ ...foreignUpdate, roleArn: updated.roleArn }],
    },
  ],
  [
    'a refusal that leaves the token unused is followed by a success',
    {
      answers: [{ ...answer, status: 'REFUSED', event: 'REFUSED', code: 'ASSOCIATION_NOT_FOUND', ...notBegun }, answer],
    },
  ],
  [
    'a create follows a delete that its plan knew',
    { ...plannedBefore, answers: (plannedBefore.answers ?? []).map((one) => ({ ...one, plannedAt: 3_550 })) },
  ],
  [
    'a create is refused for a revision that a success moved',
    { answers: [answer, { ...refusedForRevision, plannedAt: 2_500 }] },
  ],
  ['a lock is set after the request arrived', { locks: [{ from: 600, until: Infinity }] }],
  ['a lock is lifted before the change is sent', { locks: [{ from: 400, until: 1_500 }] }],
])('the guarantees hold if %s', (_what, history) => {
  expect(broken(history)).toEqual([]);
});

test('each exception of a guarantee says why it is one', () => {
  for (const { name, reason } of [...unseenChanges, ...successesNotApplied]) expect([name, reason]).not.toContain('');
});
