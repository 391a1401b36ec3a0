import { bindingOf, changesBetween } from '../../src/operations/approvals/binding.ts';
import { approvalNeed, association } from '../support/ledger-samples.ts';
import { entries } from '../support/stored-samples.ts';
import { approvalStep } from '../../src/operations/approvals/step.ts';
import { approval as storedApproval } from '../support/ledger-samples.ts';

const slice = entries.INTENT.decision?.slice;
if (!slice) throw new Error('The sample has no decision.');
const need = approvalNeed();
const ofDelete = { ...need, operation: 'DELETE_POD_IDENTITY_ASSOCIATION' } as const;
const tags = [
  { key: 'a', value: '1' },
  { key: 'b', value: '2' },
];
const before = association({ tags });
const bound = bindingOf([need], { slice }, { before, declaration: 'payments' });

const needOf = (fields: object) => bindingOf([{ ...need, ...fields }], { slice }, { before, declaration: 'payments' });
const asShown = (fields: object) =>
  bindingOf([need], { slice }, { before: { ...before, ...fields }, declaration: 'payments' });
const changed = `the policy ${need.policyId} changed`;

test.each([
  ['another group that approves', needOf({ group: 'another' }), changed],
  ['another number of people', needOf({ count: need.count + 1 }), changed],
  ['another text of the policy', needOf({ policyHash: 'another' }), changed],
  ['an association with another id', asShown({ associationId: 'a-another' }), 'the association changed'],
  ['an association with another setting', asShown({ roleArn: 'another' }), 'the association changed'],
  ['an association with another tag', asShown({ tags: tags.slice(1) }), 'the association changed'],
  ['an association of another time', asShown({ modifiedAt: '2027-01-01T00:00:00.000Z' }), 'the association changed'],
])('an approval does not fit %s', (_, now, change) => {
  expect(changesBetween(bound, now)).toEqual([change]);
});

test('an approval of a request does not fit the same need of the delete that its expiry is', () => {
  const both = bindingOf([need, ofDelete], { slice }, { before, declaration: 'payments' });
  expect(changesBetween(bound, both)).toEqual([`the policy ${need.policyId} asks for an approval too`]);
  expect(changesBetween(both, bound)).toEqual([`the policy ${need.policyId} asks for no approval any more`]);
});

test('an approval fits what is in another order: needs and tags', () => {
  const other = approvalNeed({ policyId: 'another' });
  const context = { before, declaration: 'payments' };
  const asked = bindingOf([need, other], { slice }, context);
  expect(changesBetween(asked, bindingOf([other, need], { slice }, context))).toEqual([]);
  expect(changesBetween(bound, asShown({ tags: tags.toReversed() }))).toEqual([]);
});

test.each([
  ['waits', { state: 'PENDING', decideUntil: 1_000, useUntil: null }, ['wait', 'expire']],
  ['was given', { state: 'APPROVED', decideUntil: 500, useUntil: 1_000 }, ['begin', 'expire']],
] as const)('an approval that %s is over from the end of its time on', (_, fields, steps) => {
  const approval = storedApproval(fields);
  const { idempotencyKey, fingerprint, binding } = approval;
  const question = { idempotencyKey, fingerprint, binding, startedAt: 0 };
  const stepAt = (now: number) => approvalStep(question, { record: null, approval }, now).kind;
  expect([stepAt(999), stepAt(1_000)]).toEqual(steps);
});
