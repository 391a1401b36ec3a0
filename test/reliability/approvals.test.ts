import type { ApprovalEntry, ApprovalFact, ApprovalFacts, Facts } from './facts.ts';
import { violations } from './invariants.ts';
import { answer, at, change, intent, sound, success } from './sound-facts.ts';

const [id, other] = ['approval-1', 'approval-2'];

function entry(revision: number, event: string, fields: Partial<ApprovalEntry> = {}): ApprovalEntry {
  return { approvalId: id, event, revision, principal: 'alice', time: 100 * revision, usedBy: null, ...fields };
}

const asked = entry(1, 'APPROVAL_REQUESTED');
const given = entry(2, 'APPROVED', { principal: 'nina' });
const used = entry(3, 'APPROVAL_USED', { usedBy: 'op-1' });
const item: ApprovalFact = {
  ...{ id, revision: 3, state: 'USED', principal: 'alice', approvedBy: ['nina'], rejectedBy: [], usedBy: 'op-1' },
};
const approvals: ApprovalFacts = {
  items: [item],
  entries: [asked, given, used],
  votes: [{ approvalId: id, principal: 'nina', event: 'APPROVED', httpStatus: 200 }],
};
const heldIntent = { ...intent, approvers: 1 };
const facts: Facts = { ...sound, entries: [heldIntent, { ...success, approvers: 1 }], approvals };

/** The facts with other entries of the approval, and the item that they lead to. */
function history(entries: readonly ApprovalEntry[], fields: Partial<ApprovalFact> = {}): Partial<Facts> {
  return { approvals: { ...approvals, entries, items: [{ ...item, revision: entries.length, ...fields }] } };
}

const rejected = entry(3, 'REJECTED', { principal: 'sven' });
const again = { ...heldIntent, operationId: 'op-2', entryId: '7', time: 4_000 };

test('the guarantees hold for a request that was approved by another person, and for one whose operation followed a release', () => {
  expect(violations(facts)).toEqual([]);
  const usedAgain = entry(4, 'APPROVAL_USED', { usedBy: 'op-2' });
  const released: Facts = {
    ...facts,
    changes: [
      { ...change, effect: null },
      { ...change, requestId: 'r-2', operationId: 'op-2', time: 5_000, effect: at(5_000) },
    ],
    associations: facts.associations.map((one) => ({ ...one, operationId: 'op-2' })),
    entries: [
      heldIntent,
      { ...success, event: 'RELEASED', associationArn: null },
      again,
      { ...success, operationId: 'op-2', entryId: '8', time: 6_000 },
    ],
    answers: [{ ...answer, operationId: 'op-2' }],
    records: facts.records.map((one) => ({ ...one, operationId: 'op-2' })),
    ...history([asked, given, used, usedAgain], { usedBy: 'op-2' }),
  };
  expect(violations(released)).toEqual([]);
});

test('a person has one vote: the last one', () => {
  const turned = history([asked, given, { ...rejected, principal: 'nina' }], {
    ...{ state: 'REJECTED', approvedBy: [], rejectedBy: ['nina'], usedBy: null },
  });
  const notBegun: Partial<Facts> = { changes: [], associations: [], entries: [], records: [], answers: [] };
  expect(violations({ ...facts, ...notBegun, ...turned })).toEqual([]);
  const widened = history([asked, given, { ...given, revision: 3 }, { ...used, revision: 4 }]);
  expect(violations({ ...facts, ...widened })).toEqual([]);
});

test.each<[string, Partial<Facts>]>([
  ['an operation that used no approval', history([asked, given], { state: 'APPROVED', usedBy: null })],
  [
    'an operation that used an approval which nobody gave',
    history([asked, entry(2, 'APPROVAL_USED', { usedBy: 'op-1' })], { approvedBy: [] }),
  ],
  [
    'an approval of the principal alone',
    history([asked, { ...given, principal: 'alice' }, used], { approvedBy: ['alice'] }),
  ],
  ['a use with one approver where two are needed', { entries: [{ ...heldIntent, approvers: 2 }, success] }],
  ['a use after a rejection', history([asked, given, rejected, { ...used, revision: 4 }], { rejectedBy: ['sven'] })],
  [
    'a use by two approvers, of whom one is counted twice',
    {
      entries: [{ ...heldIntent, approvers: 2 }, success],
      ...history([asked, given, { ...given, revision: 3 }, { ...used, revision: 4 }]),
    },
  ],
  [
    'an item with the approval of a person who rejected later',
    history([asked, given, { ...rejected, principal: 'nina' }], {
      ...{ state: 'REJECTED', approvedBy: ['nina'], rejectedBy: ['nina'], usedBy: null },
    }),
  ],
  ['two effects of one approval', { changes: [change, { ...change, requestId: 'r-2' }] }],
  ['a gap in the revisions', history([asked, given, { ...used, revision: 4 }], { revision: 3 })],
  ['two entries of one revision', history([asked, given, used, { ...used, usedBy: 'op-2' }], { usedBy: 'op-2' })],
  ['a use after the use was over', history([asked, given, entry(3, 'APPROVAL_EXPIRED'), { ...used, revision: 4 }])],
  [
    'an item in another state than its entries',
    { approvals: { ...approvals, items: [{ ...item, state: 'APPROVED' }] } },
  ],
  [
    'an item with a vote that no entry has',
    { approvals: { ...approvals, items: [{ ...item, approvedBy: ['nina', 'sven'] }] } },
  ],
  ['an item without entries', { approvals: { ...approvals, items: [item, { ...item, id: other }] } }],
  [
    'a vote that was answered as counted, and has no entry',
    {
      approvals: { ...approvals, votes: [{ approvalId: id, principal: 'sven', event: 'REJECTED', httpStatus: 200 }] },
    },
  ],
  [
    'an answer with an approval that another principal asked for',
    {
      answers: [
        answer,
        {
          ...answer,
          principal: 'bob',
          status: 'REFUSED',
          code: 'APPROVAL_REQUIRED',
          operationId: id,
          event: 'APPROVAL_REQUESTED',
        },
      ],
    },
  ],
])('the guarantee of approvals is violated by %s', (_, differing) => {
  expect(violations({ ...facts, ...differing }).map(({ invariant }) => invariant)).toContain('approved');
});

test('a vote that causes a server error violates a guarantee', () => {
  const votes = [{ approvalId: id, principal: 'nina', event: null, httpStatus: 500 }];
  expect(violations({ ...facts, approvals: { ...approvals, votes } })).toMatchObject([{ invariant: 'answered' }]);
});
