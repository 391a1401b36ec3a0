// No quick test.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPolicy } from '../../../../src/policy/load.ts';
import { runOperator } from '../run-operator.ts';
import {
  adopt,
  alice,
  association,
  bob,
  context,
  pat,
  remove,
  replaceIn,
  service,
  update,
} from '../../../../test/support/policy-sample.ts';
import { addHeldDelete, openTrail } from './open-trail.ts';

const command = ['policies', 'replay'];

let sample: ReturnType<typeof openTrail>;

beforeEach(() => {
  sample = openTrail();
});

afterEach(() => sample.remove());

test('reports no difference with the policies that decided', async () => {
  sample.recordCreate(context(alice));
  sample.recordCreate(context(bob));
  const before = association();
  const { accountId, region, clusterName, associationId } = before;
  const reference = { accountId, region, clusterName, associationId, expectedModifiedAt: null };
  const changes = { disableSessionTags: true };
  const updated = { operation: 'UPDATE_POD_IDENTITY_ASSOCIATION', request: { ...reference, changes }, before };
  sample.record(update({}, changes), updated, context(alice));
  sample.record(remove(), { operation: 'DELETE_POD_IDENTITY_ASSOCIATION', request: reference, before }, context(alice));
  const adopted = { operation: 'ADOPT_POD_IDENTITY_ASSOCIATION', request: reference, before };
  sample.record(adopt(), adopted, context(pat), { event: 'SUCCEEDED' });
  expect(await sample.replay()).toEqual({
    status: 0,
    out: '5 requests replayed: 0 now denied, 0 now allowed, 0 now needing approval, 0 decided by other policies\n',
    err: '',
  });
});

test('lists each decision that changed policies flip, with counts and who is affected', async () => {
  const chatops = service('https://issuer.example#chatops');
  sample.recordCreate(context(alice));
  sample.recordCreate(context(chatops, { onBehalfOf: 'alice@example.com' }));
  sample.recordCreate(context(alice), { serviceAccount: 'other' });
  replaceIn(join(sample.folder, 'guardrails.cedar'), 'serviceAccount == "default"', 'serviceAccount == "payments-api"');
  const { status, out } = await sample.replay();
  const target = '111122223333/eu-central-1/apps-dev/payments/payments-api';
  expect({ status, lines: out.trimEnd().split('\n') }).toEqual({
    status: 1,
    lines: [
      `2026-11-02T00:00:00.000Z CreatePodIdentityAssociation ${target} by https://issuer.example#alice, operation operation-0: allowed by owners-create; now denied by no-default-service-account`,
      `2026-11-02T00:00:00.000Z CreatePodIdentityAssociation ${target} by https://issuer.example#chatops on behalf of alice@example.com, operation operation-1: allowed by owners-create; now denied by no-default-service-account`,
      '3 requests replayed: 2 now denied, 0 now allowed, 0 now needing approval, 0 decided by other policies',
      '1 of https://issuer.example#alice',
      '1 of https://issuer.example#chatops',
    ],
  });
});

test('lists decisions that a changed inventory flips', async () => {
  sample.recordCreate(context(alice));
  sample.recordCreate(context(bob));
  const inventory = join(sample.folder, 'changed.json');
  const text = readFileSync(join(sample.folder, 'inventory.json'), 'utf8');
  writeFileSync(
    inventory,
    text.replace('"name": "payments", "owners": ["payments-team"]', '"name": "payments", "owners": ["search-team"]'),
  );
  const { status, out } = await sample.replay('--inventory', inventory);
  expect(status).toBe(1);
  expect(out).toContain('by https://issuer.example#alice, operation operation-0: allowed by owners-create; now denied');
  expect(out).toContain('by https://issuer.example#bob, operation operation-1: denied by default-deny; now allowed');
  expect(out).toContain(
    '2 requests replayed: 1 now denied, 1 now allowed, 0 now needing approval, 0 decided by other policies\n',
  );
});

test('counts decisions that are the same for other reasons, which are no difference', async () => {
  sample.recordCreate(context(bob));
  replaceIn(join(sample.folder, 'guardrails.cedar'), 'serviceAccount == "default"', 'serviceAccount == "payments-api"');
  const { status, out } = await sample.replay();
  expect({ status, out }).toEqual({
    status: 0,
    out: '1 requests replayed: 0 now denied, 0 now allowed, 0 now needing approval, 1 decided by other policies\n',
  });
});

test('lists requests that need an approval now, and counts them apart', async () => {
  const { accountId, region, clusterName, associationId } = association();
  const deleted = {
    operation: 'DELETE_POD_IDENTITY_ASSOCIATION',
    request: { accountId, region, clusterName, associationId, expectedModifiedAt: null },
    before: association(),
  };
  sample.record(remove(), deleted, context(alice));
  addHeldDelete(sample.folder);
  const changed = await sample.replay();
  expect(changed.status).toBe(1);
  expect(changed.out).toContain(
    'operation operation-0: allowed by owners-delete; now needs approval for held (1 of security)\n' +
      '1 requests replayed: 0 now denied, 0 now allowed, 1 now needing approval, 0 decided by other policies\n',
  );
  const ofApproval = { fence: 1, operation: 'DELETE_POD_IDENTITY_ASSOCIATION' };
  sample.lines.length = 0;
  sample.record(remove(), deleted, context(alice), { ...ofApproval, event: 'APPROVAL_REQUESTED' });
  sample.record(remove(), deleted, context(bob), { ...ofApproval, event: 'APPROVED' });
  sample.record(adopt(), { ...deleted, operation: 'ADOPT_POD_IDENTITY_ASSOCIATION' }, context(pat), {
    event: 'APPROVED',
  });
  sample.record(remove(), { operation: 'APPROVE_REQUEST', request: null, before: null }, context(bob), {
    event: 'DENIED',
  });
  expect((await sample.replay()).out).toBe(
    '1 requests replayed: 0 now denied, 0 now allowed, 0 now needing approval, 0 decided by other policies\n',
  );
});

test('uses the time of the decision', async () => {
  const friday =
    '@id("friday") @message("m") @advice("a") forbid (principal, action, resource) when { context.weekday == "Friday" };';
  sample.recordCreate(context(alice, { now: Date.parse('2026-11-27T12:00:00Z') }));
  sample.recordCreate(context(alice, { now: Date.parse('2026-11-26T12:00:00Z') }));
  writeFileSync(join(sample.folder, 'friday.cedar'), friday);
  const { out } = await sample.replay();
  expect(out).toContain('2026-11-27T12:00:00.000Z CreatePodIdentityAssociation');
  expect(out).toContain('2 requests replayed: 1 now denied, 0 now allowed');
});

test('replays each request once, and skips entries without a decision', async () => {
  sample.recordCreate(context(alice));
  sample.recordCreate(context(alice), {}, { event: 'SUCCEEDED', fence: 1 });
  sample.recordCreate(context(alice), {}, { event: 'INVALID', fence: null, decision: null, request: null });
  sample.lines.push(
    JSON.stringify({ operation: 'READ_AUDIT_TRAIL', event: 'TRAIL_READ', request: null, decision: null }),
  );
  expect((await sample.replay()).out).toMatch(/^1 requests replayed/);
});

test(`counts requests that can't be replayed whole, and fails`, async () => {
  sample.recordCreate(context(alice), {}, { omitted: ['request.tags'] });
  sample.recordCreate(context(alice), {}, { omitted: ['decision.slice'] });
  const { status, out } = await sample.replay();
  expect(status).toBe(1);
  expect(out).toContain('1 requests replayed: 0 now denied');
  expect(out).toContain("1 requests can't be replayed: their entries leave out parts for their size\n");
});

test('names the line of an entry that is not valid, and a file that does not exist', async () => {
  sample.recordCreate(context(alice));
  sample.lines.push('{"operation": 1}');
  const { status, err } = await sample.replay();
  expect({ status, err }).toEqual({
    status: 1,
    err: expect.stringContaining(`${sample.trail}:2 is not valid: - operation: `),
  });
  const missing = await runOperator([...command, '--trail', join(sample.folder, 'none')]);
  expect({ ...missing, stderr: missing.stderr.split('\n').length }).toEqual({ status: 1, stdout: '', stderr: 2 });
});

test.each([
  [['--since', 'yesterday'], '--since is "yesterday": give an RFC 3339 timestamp'],
  [['--since', '2026-11-24T10:00:00Z', '--trail', 'x'], 'Give --trail or --since, not both.'],
  [['entry.json', '--trail', 'x'], 'Give an ENTRY, or --trail or --since with their options, not both.'],
])('rejects the arguments %j', async (args, message) => {
  const { status, stderr } = await runOperator([...command, ...args]);
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) });
});

test('replays the decision about the delete that an expiry is, also of an update of the expiry alone', async () => {
  const before = association();
  const { accountId, region, clusterName, associationId } = before;
  const expiresAt = '2026-11-03T00:00:00.000Z';
  const request = { accountId, region, clusterName, associationId, expectedModifiedAt: null, changes: {}, expiresAt };
  const { authorize } = loadPolicy(sample.folder);
  const deleteDecision = authorize({ ...context(alice), now: Date.parse(expiresAt) }, remove());
  const updated = { operation: 'UPDATE_POD_IDENTITY_ASSOCIATION', request, before };
  sample.record(update({}, {}), updated, context(alice), { event: 'SUCCEEDED', endingBefore: null, deleteDecision });
  addHeldDelete(sample.folder);
  expect((await sample.replay()).out).toContain(
    'operation operation-0: allowed by owners-delete; now needs approval for held (1 of security)\n' +
      '2 requests replayed: 0 now denied, 0 now allowed, 1 now needing approval, 0 decided by other policies\n',
  );
});
