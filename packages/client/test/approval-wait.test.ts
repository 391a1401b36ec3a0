import { roleArn } from '../../../test/support/gateway.ts';
import { bearer, makeGatewayClient } from '../src/index.ts';
import type { ApprovalStatus, MutationOptions } from '../src/index.ts';
import { approvalIn, held, polled, vote } from './approval.ts';
import { gateway, openFaultyRoute, route, variablesOf } from './gateway.ts';

openFaultyRoute();

let count = 0;
/** Sends a create of its own, whose first answers are the faults of the route. */
const create = (options: MutationOptions = {}) => {
  const client = makeGatewayClient({ url: route.url, authentication: bearer(() => gateway.tokenOf('alice')) });
  const place = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: `held-${(count += 1)}` };
  const tags = [{ key: 'team', value: 'payments' }];
  return client.createPodIdentityAssociation({ ...place, roleArn: roleArn('payments/payments-api'), tags }, options);
};

/** What was sent: the operation of each request. */
const sent = () => route.seen.map((seen) => (JSON.parse(seen.body) as { operationName: string }).operationName);

const shown: ApprovalStatus[] = [];
const waitForApproval = { onApproval: (approval: ApprovalStatus) => shown.push(approval) };
beforeEach(() => (shown.length = 0));

test('a request that needs an approval is answered at once, with who has to approve it', async () => {
  route.faults.push(held());
  const result = await create();
  if (result.kind !== 'refused' || result.refusal.__typename !== 'ApprovalRequired') throw new Error(result.kind);
  expect(result.refusal.approval).toMatchObject({ id: 'approval-1.key', state: 'PENDING' });
  expect(result.refusal.needs).toMatchObject([{ policyId: 'second-person', group: 'security', count: 1 }]);
  expect(sent()).toEqual(['CreatePodIdentityAssociation']);
});

test('a client that waits polls the approval, and sends the same request again once it is approved', async () => {
  route.faults.push(held(), polled(approvalIn('PENDING')), polled(approvalIn('APPROVED')));
  const result = await create({ waitForApproval });
  expect(result).toMatchObject({ kind: 'succeeded', replayed: false });
  expect(sent()).toEqual(['CreatePodIdentityAssociation', 'Approval', 'Approval', 'CreatePodIdentityAssociation']);
  expect(route.seen.at(-1)?.body).toBe(route.seen[0]?.body);
  expect(variablesOf(route.seen.at(-1)).input.clientRequestToken).toBe(result.clientRequestToken);
  expect(shown.map(({ state }) => state)).toEqual(['PENDING', 'APPROVED']);
});

test('each vote of an approval that needs several is told once', async () => {
  const needs = (approvedBy: readonly object[]) => [{ ...approvalIn('PENDING').needs[0], count: 2, approvedBy }];
  const [none, one] = [approvalIn('PENDING', { needs: needs([]) }), approvalIn('PENDING', { needs: needs([vote]) })];
  route.faults.push(held({ approval: none }), polled(none), polled(one), polled(one), polled(approvalIn('APPROVED')));
  await create({ waitForApproval });
  expect(shown.map(({ state, needs: [first] }) => [state, first?.approvedBy.length])).toEqual([
    ['PENDING', 0],
    ['PENDING', 1],
    ['APPROVED', 1],
  ]);
});

test.each([
  ['rejected', polled(approvalIn('REJECTED')), 'APPROVAL_REJECTED'],
  ['expired', polled(approvalIn('EXPIRED')), 'APPROVAL_EXPIRED'],
  [
    'over, which no request has recorded yet',
    polled(approvalIn('PENDING', { expiresAt: '2020-01-01T00:00:00Z' })),
    'APPROVAL_EXPIRED',
  ],
  ['not visible any more', polled(null), 'APPROVAL_REJECTED'],
])(
  'when the approval is %s, the request is sent once more, and its final answer is the result',
  async (_, end, code) => {
    route.faults.push(held(), end, held({ code, retryable: false }, null));
    expect(await create({ waitForApproval })).toMatchObject({ kind: 'refused', refusal: { code } });
    expect(sent()).toEqual(['CreatePodIdentityAssociation', 'Approval', 'CreatePodIdentityAssociation']);
  },
);

test('an approval that does not fit any more is followed by a wait for the next one', async () => {
  const next = approvalIn('PENDING', { id: 'approval-2.key' });
  const approved = approvalIn('APPROVED', { id: 'approval-2.key' });
  route.faults.push(held(), polled(approvalIn('APPROVED')), held({ approval: next }), polled(approved));
  expect(await create({ waitForApproval })).toMatchObject({ kind: 'succeeded' });
  expect(shown.map(({ id, state }) => `${id} ${state}`)).toEqual([
    'approval-1.key PENDING',
    'approval-1.key APPROVED',
    'approval-2.key PENDING',
    'approval-2.key APPROVED',
  ]);
});

test('beyond the limit of pending approvals, a client that waits sends the request again', async () => {
  const limited = held({ code: 'APPROVAL_LIMIT_REACHED', approval: null });
  route.faults.push(limited);
  expect(await create()).toMatchObject({ refusal: { code: 'APPROVAL_LIMIT_REACHED' } });
  route.faults.push(limited);
  expect(await create({ waitForApproval })).toMatchObject({ kind: 'succeeded' });
});

test('a poll without an answer does not end the wait', async () => {
  const failed = {
    status: 200,
    body: '{"errors":[{"message":"m","extensions":{"code":"NEW","retryable":true,"retryAfterSeconds":99}}]}',
  };
  route.faults.push(held(), failed, polled(approvalIn('APPROVED')));
  expect(await create({ waitForApproval })).toMatchObject({ kind: 'succeeded' });
});

test('a poll that the gateway does not permit ends the wait', async () => {
  route.faults.push(held(), { status: 403, body: '{"message":"Forbidden"}' });
  await expect(create({ waitForApproval })).rejects.toMatchObject({ code: 'HTTP_403' });
});

test('a wait ends at its limit, with what is missing', async () => {
  route.faults.push(held({}, 60), polled(approvalIn('PENDING')));
  const result = await create({ waitForApproval: { maxElapsedMs: 20 } });
  expect(result).toMatchObject({ kind: 'refused', refusal: { code: 'APPROVAL_REQUIRED' } });
  expect(sent()).toEqual(['CreatePodIdentityAssociation', 'Approval']);
});

test('a signal ends the wait for an approval', async () => {
  route.faults.push(held({}, 60));
  const stop = new AbortController();
  const onApproval = () => setImmediate(() => stop.abort(new Error('Enough.')));
  await expect(create({ signal: stop.signal, waitForApproval: { onApproval } })).rejects.toThrow('Enough.');
  expect(sent()).toEqual(['CreatePodIdentityAssociation']);
});

test('a call that is asked to finish does not wait for an approval any more, and gives the last answer', async () => {
  const finish = new AbortController();
  const onApproval = () => finish.abort();
  route.faults.push(held());
  const result = await create({ waitForApproval: { onApproval }, finish: finish.signal });
  expect(result).toMatchObject({ kind: 'refused', refusal: { code: 'APPROVAL_REQUIRED' } });
  expect(sent()).toEqual(['CreatePodIdentityAssociation']);
});
