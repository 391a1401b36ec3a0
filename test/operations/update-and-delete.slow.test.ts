// Quick test: test/operations/update.test.ts.
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openForEachTest } from '../support/each-test.ts';
import type { WholeAssociation } from '../support/documents.ts';
import { input, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import {
  createAssociation,
  holdAnswers,
  inDoubtMs,
  leaseMs,
  operations,
  reconcileNow,
  target,
} from '../support/changes.ts';
import { isLarge } from '../support/sizes.ts';

/** How many requests race. */
const atOnce = isLarge ? 20 : 10;

describeOnLedger('changes on $name', ({ open }) => {
  let ledger: Ledger;
  let gateway: Gateway;
  let association: WholeAssociation;

  openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

  beforeEach(async () => {
    association = await createAssociation(gateway);
  });

  describe.each(operations)('$name', ({ call, send, isDone }) => {
    test('takes effect once per token and records the previous state', async () => {
      const first = await send(gateway, association, { reason: 'It moves.' });
      expect(first).toMatchObject({ status: 'SUCCEEDED', replayed: false, refusal: null });
      const again = await send(gateway, association);
      expect(again).toMatchObject({ status: 'SUCCEEDED', replayed: true, association: first.association });
      expect(gateway.sent(call)).toBe(1);
      expect(isDone(gateway)).toBe(true);
      const entries = await ledger.operationEntries(first.auditEntry.operationId);
      expect(entries.map(({ event }) => event)).toEqual(['INTENT', 'SUCCEEDED', 'REPLAYED']);
      expect(entries[0]).toMatchObject({
        target: { namespace: 'payments', serviceAccount: 'api' },
        before: { associationId: association.associationId, roleArn: input.roleArn },
        reason: 'It moves.',
        decision: { allowed: true },
      });
    });

    test('with the token of a create is a separate request', async () => {
      const answer = await send(gateway, association, { clientRequestToken: input.clientRequestToken });
      expect(answer).toMatchObject({ status: 'SUCCEEDED', replayed: false });
    });

    test('of another team’s association is refused as if it did not exist, without a change at EKS', async () => {
      const refused = await send(gateway, association, {}, 'bob');
      expect(refused).toMatchObject({ status: 'REFUSED', refusal: { code: 'ASSOCIATION_NOT_FOUND' } });
      expect(gateway.sent(call)).toBe(0);
    });

    test('of an association owned by an add-on is denied', async () => {
      const { associationId } = gateway.simulator.control.createAssociation({
        clusterName: 'apps-dev',
        namespace: 'payments',
        serviceAccount: 'addon',
        roleArn: input.roleArn,
        ownerArn: 'arn:aws:eks:eu-central-1:111122223333:addon/apps-dev/example/1234',
      });
      const denied = await send(gateway, { ...association, associationId });
      expect(denied.refusal).toMatchObject({ code: 'POLICY_DENIED', violations: [{ policyId: 'not-owned-by-addon' }] });
    });

    test('of an association that does not exist is refused', async () => {
      const absent = await send(gateway, { ...association, associationId: 'a-00000000000000000' });
      expect(absent).toMatchObject({
        status: 'REFUSED',
        refusal: { __typename: 'AssociationNotFound', code: 'ASSOCIATION_NOT_FOUND', retryable: false },
        auditEntry: { event: 'REFUSED', fence: null },
      });
      const elsewhere = await send(gateway, association, { clusterName: 'apps-prod' });
      expect(elsewhere.refusal?.code).toBe('ASSOCIATION_NOT_FOUND');
    });

    test('in a cluster that is not registered is denied without an EKS call', async () => {
      gateway.simulator.control.clearRequests();
      for (const elsewhere of [{ region: 'us-east-1' }, { clusterName: 'unknown-cluster' }]) {
        const { refusal } = await send(gateway, association, elsewhere);
        expect(refusal).toMatchObject({
          code: 'POLICY_DENIED',
          violations: [expect.objectContaining({ policyId: 'cluster-not-registered' })],
        });
      }
      expect(gateway.simulator.control.requests()).toEqual([]);
    });

    test('with an outdated expectedModifiedAt is refused, and succeeds with the current one and a new token', async () => {
      gateway.simulator.control.updateAssociation(association.associationId, { targetRoleArn: target });
      const expectedModifiedAt = association.modifiedAt;
      const refused = await send(gateway, association, { expectedModifiedAt });
      expect(refused).toMatchObject({
        status: 'REFUSED',
        refusal: { __typename: 'AssociationChanged', code: 'ASSOCIATION_CHANGED', existing: { targetRoleArn: target } },
      });
      expect(gateway.sent(call)).toBe(0);
      const now = { expectedModifiedAt: refused.refusal?.existing?.modifiedAt, clientRequestToken: 'again' };
      const answer = await send(gateway, association, now);
      expect(answer.status).toBe('SUCCEEDED');
      expect(await send(gateway, association, now)).toMatchObject({ status: 'SUCCEEDED', replayed: true });
    });

    test.each(['cut-after', 'error-after'] as const)(
      'in doubt (%s) that took effect is found by a repeated request',
      async (kind) => {
        gateway.simulator.control.addFault({ operation: call, kind });
        const first = await send(gateway, association);
        expect(first).toMatchObject({ status: 'IN_PROGRESS', auditEntry: { event: 'UNKNOWN' } });
        expect(await send(gateway, association)).toMatchObject({
          status: 'SUCCEEDED',
          association: { associationId: association.associationId },
        });
        expect(gateway.sent(call)).toBe(1);
        expect(await gateway.events(first.auditEntry.operationId)).toEqual([
          'INTENT',
          'UNKNOWN',
          'TAKEN_OVER',
          'SUCCEEDED',
        ]);
      },
    );

    test('in doubt that took no effect is sent again, once, when it is no longer in doubt', async () => {
      gateway.simulator.control.addFault({ operation: call, kind: 'cut-before' });
      await send(gateway, association);
      expect(await send(gateway, association)).toMatchObject({ status: 'IN_PROGRESS' });
      expect(gateway.sent(call)).toBe(1);
      gateway.clock.skip(inDoubtMs);
      expect(await send(gateway, association)).toMatchObject({ status: 'SUCCEEDED' });
      expect(gateway.sent(call)).toBe(2);
      expect(isDone(gateway)).toBe(true);
    });

    test('in doubt without a repeated request is completed by the reconciler', async () => {
      gateway.simulator.control.addFault({ operation: call, kind: 'cut-after' });
      const done = await send(gateway, association);
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
      expect((await gateway.events(done.auditEntry.operationId)).at(-1)).toBe('SUCCEEDED');
      expect(await send(gateway, association)).toMatchObject({ status: 'SUCCEEDED', replayed: true });
    });

    test('in doubt that took no effect is released by the reconciler when it is no longer in doubt', async () => {
      gateway.simulator.control.addFault({ operation: call, kind: 'cut-before' });
      const lost = await send(gateway, association);
      expect(await reconcileNow(gateway)).toMatchObject({ open: 1 });
      gateway.clock.skip(inDoubtMs);
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
      expect((await gateway.events(lost.auditEntry.operationId)).at(-1)).toBe('RELEASED');
      expect(gateway.sent(call)).toBe(1);
    });

    test(`${atOnce} concurrent requests with the same token make one EKS call, and repeats are replays`, async () => {
      const answers = await Promise.all(Array.from({ length: atOnce }, () => send(gateway, association)));
      expect(answers.filter(({ status, replayed }) => status === 'SUCCEEDED' && !replayed)).toHaveLength(1);
      expect(answers.every(({ status }) => status !== 'REFUSED')).toBe(true);
      expect(gateway.sent(call)).toBe(1);
      const again = await Promise.all(answers.map(() => send(gateway, association)));
      expect(again.every(({ replayed }) => replayed)).toBe(true);
    });

    test('by a lease holder that is superseded while it waits for EKS returns the recorded outcome', async () => {
      const { change, sent, release } = holdAnswers();
      const slowGateway = await openGateway({ ledger, simulator: gateway.simulator, change });
      const resultOfSlow = send(slowGateway, association);
      await sent;
      gateway.clock.skip(leaseMs);
      const resultOfOther = await send(gateway, association);
      release();
      expect(resultOfOther).toMatchObject({ status: 'SUCCEEDED', auditEntry: { fence: 2 } });
      expect(await resultOfSlow).toMatchObject({
        status: 'SUCCEEDED',
        replayed: true,
        auditEntry: { event: 'LATE_SUCCESS' },
      });
      await slowGateway.close();
    });

    test('throttled by EKS leaves the token free', async () => {
      gateway.simulator.control.addFault({ operation: call, kind: 'throttle' });
      expect(await send(gateway, association)).toMatchObject({ refusal: { code: 'THROTTLED', retryable: true } });
      expect(await send(gateway, association)).toMatchObject({ status: 'SUCCEEDED', auditEntry: { fence: 2 } });
    });

    test('fails without a change when EKS denies the describe call', async () => {
      gateway.simulator.control.addFault({ operation: 'DescribePodIdentityAssociation', kind: 'access-denied' });
      await expect(send(gateway, association)).rejects.toThrow('EKS_READ_FAILED');
      expect(gateway.sent(call)).toBe(0);
    });

    test.each([
      ['an id of the wrong length', { associationId: 'a-1' }, 'associationId'],
      ['an empty token', { clientRequestToken: '' }, 'clientRequestToken'],
      ['an invalid cluster name', { clusterName: '*' }, 'clusterName'],
    ])('with %s is invalid', async (_, fields, path) => {
      const invalid = await send(gateway, association, fields);
      expect(invalid).toMatchObject({ refusal: { code: 'INVALID_INPUT' }, auditEntry: { event: 'INVALID' } });
      expect(invalid.refusal?.findings?.map((finding) => finding.path)).toContain(path);
    });
  });
});
