import { setTimeout as sleep } from 'node:timers/promises';
import type { Dependencies } from '../../src/operations/dependencies.ts';
import { reconcile } from '../../src/operations/reconcile.ts';
import type { Eks } from '../../src/eks/eks.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { WholeAssociation } from '../support/documents.ts';
import { input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { ledgersUnderTest } from '../support/ledgers.ts';

const quietMs = 600;
const worker = roleArn('payments/payments-worker');
const target = 'arn:aws:iam::444455556666:role/shared-data-reader';

/** What update and delete have in common: how to ask, which call of EKS it is, and what it leaves behind. */
const operations = [
  {
    name: 'updatePodIdentityAssociation',
    call: 'UpdatePodIdentityAssociation',
    ask: (gateway: Gateway, { associationId }: WholeAssociation, more: object = {}, as?: string) =>
      gateway.update({ associationId, roleArn: worker, clientRequestToken: 'change', ...more }, as),
    isDone: (gateway: Gateway) => gateway.simulator.control.associations().every((one) => one.roleArn === worker),
  },
  {
    name: 'deletePodIdentityAssociation',
    call: 'DeletePodIdentityAssociation',
    ask: (gateway: Gateway, { associationId }: WholeAssociation, more: object = {}, as?: string) =>
      gateway.remove({ associationId, clientRequestToken: 'change', ...more }, as),
    isDone: (gateway: Gateway) => gateway.simulator.control.associations().length === 0,
  },
] as const;

const settleNow = ({ deps }: Gateway) => reconcile(deps, 'reconciler-run', Date.now() + 20_000);

describe.each(ledgersUnderTest().filter(({ available }) => available))('on $name', ({ open }) => {
  let ledger: Ledger;
  let closeLedger: () => Promise<void>;
  let gateway: Gateway;
  let association: WholeAssociation;

  beforeEach(async () => {
    ({ ledger, close: closeLedger } = await open());
    gateway = await openGateway({ ledger });
    const made = await gateway.create();
    if (!made.association) throw new Error(JSON.stringify(made));
    association = made.association;
    gateway.simulator.control.clearRequests();
  });

  afterEach(async () => {
    await gateway.close();
    await closeLedger();
  });

  describe.each(operations)('$name', ({ call, ask, isDone }) => {
    test('is done once for a token, and recorded with what was before', async () => {
      const first = await ask(gateway, association, { reason: 'It moves.' });
      expect(first).toMatchObject({ status: 'SUCCEEDED', replayed: false, refusal: null });
      const again = await ask(gateway, association);
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

    test('with the token of a create is another request', async () => {
      const answer = await ask(gateway, association, { clientRequestToken: input.clientRequestToken });
      expect(answer).toMatchObject({ status: 'SUCCEEDED', replayed: false });
    });

    test('of another team’s association is denied, and EKS is asked for no change', async () => {
      const denied = await ask(gateway, association, {}, 'bob');
      expect(denied).toMatchObject({ status: 'REFUSED', refusal: { code: 'POLICY_DENIED' } });
      expect(gateway.sent(call)).toBe(0);
    });

    test('of an add-on’s association is denied', async () => {
      const { associationId } = gateway.simulator.control.createAssociation({
        clusterName: 'apps-dev',
        namespace: 'payments',
        serviceAccount: 'addon',
        roleArn: input.roleArn,
        ownerArn: 'arn:aws:eks:eu-central-1:111122223333:addon/apps-dev/example/1234',
      });
      const denied = await ask(gateway, { ...association, associationId });
      expect(denied.refusal).toMatchObject({ code: 'POLICY_DENIED', violations: [{ policyId: 'not-owned-by-addon' }] });
    });

    test('of one that is not there is refused', async () => {
      const absent = await ask(gateway, { ...association, associationId: 'a-00000000000000000' });
      expect(absent).toMatchObject({
        status: 'REFUSED',
        refusal: { __typename: 'AssociationNotFound', code: 'ASSOCIATION_NOT_FOUND', retryable: false },
        auditEntry: { event: 'REFUSED', fence: null },
      });
      const elsewhere = await ask(gateway, association, { clusterName: 'apps-prod' });
      expect(elsewhere.refusal?.code).toBe('ASSOCIATION_NOT_FOUND');
      const unserved = await ask(gateway, association, { region: 'us-east-1' });
      expect(unserved.refusal?.code).toBe('ASSOCIATION_NOT_FOUND');
    });

    test('of one that changed since it was read is refused, until it is read again', async () => {
      gateway.simulator.control.updateAssociation(association.associationId, { targetRoleArn: target });
      const expectedModifiedAt = association.modifiedAt;
      const refused = await ask(gateway, association, { expectedModifiedAt });
      expect(refused).toMatchObject({
        status: 'REFUSED',
        refusal: { __typename: 'AssociationChanged', code: 'ASSOCIATION_CHANGED', existing: { targetRoleArn: target } },
      });
      expect(gateway.sent(call)).toBe(0);
      const now = { expectedModifiedAt: refused.refusal?.existing?.modifiedAt };
      const answer = await ask(gateway, association, now);
      expect(answer.status).toBe('SUCCEEDED');
      expect(await ask(gateway, association, now)).toMatchObject({ status: 'SUCCEEDED', replayed: true });
    });

    test.each(['cut-after', 'error-after'] as const)('whose answer is lost (%s) is found to be done', async (kind) => {
      gateway.simulator.control.addFault({ operation: call, kind });
      const first = await ask(gateway, association);
      expect(first).toMatchObject({ status: 'IN_PROGRESS', auditEntry: { event: 'UNKNOWN' } });
      expect(await ask(gateway, association)).toMatchObject({
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
    });

    test('that is lost on the way is done after the doubt, once', async () => {
      gateway.simulator.control.addFault({ operation: call, kind: 'cut-before' });
      await ask(gateway, association);
      expect(await ask(gateway, association)).toMatchObject({ status: 'IN_PROGRESS' });
      expect(gateway.sent(call)).toBe(1);
      await sleep(quietMs);
      expect(await ask(gateway, association)).toMatchObject({ status: 'SUCCEEDED' });
      expect(gateway.sent(call)).toBe(2);
      expect(isDone(gateway)).toBe(true);
    });

    test('that nobody asks for again is closed by the reconciler, which changes nothing', async () => {
      gateway.simulator.control.addFault({ operation: call, kind: 'cut-after' });
      const done = await ask(gateway, association);
      expect(await settleNow(gateway)).toMatchObject({ closed: 1 });
      expect((await gateway.events(done.auditEntry.operationId)).at(-1)).toBe('SUCCEEDED');
      expect(await ask(gateway, association)).toMatchObject({ status: 'SUCCEEDED', replayed: true });
    });

    test('that never reached EKS is released by the reconciler once it is quiet', async () => {
      gateway.simulator.control.addFault({ operation: call, kind: 'cut-before' });
      const lost = await ask(gateway, association);
      expect(await settleNow(gateway)).toMatchObject({ open: 1 });
      await sleep(quietMs);
      expect(await settleNow(gateway)).toMatchObject({ closed: 1 });
      expect((await gateway.events(lost.auditEntry.operationId)).at(-1)).toBe('RELEASED');
      expect(gateway.sent(call)).toBe(1);
    });

    test('30 at once with one token: one call, and in the end one answer', async () => {
      const answers = await Promise.all(Array.from({ length: 30 }, () => ask(gateway, association)));
      expect(answers.filter(({ status, replayed }) => status === 'SUCCEEDED' && !replayed)).toHaveLength(1);
      expect(answers.every(({ status }) => status !== 'REFUSED')).toBe(true);
      expect(gateway.sent(call)).toBe(1);
      const again = await Promise.all(answers.map(() => ask(gateway, association)));
      expect(again.every(({ replayed }) => replayed)).toBe(true);
    });

    test('by a holder that is overtaken while it waits for EKS: it answers from the record', async () => {
      const frozen = await openGateway({ ledger, simulator: gateway.simulator, times: { leaseMs: 150 }, change: slow });
      const answerOfFrozen = ask(frozen, association);
      await sleep(400);
      const answerOfOther = await ask(gateway, association);
      expect(answerOfOther).toMatchObject({ status: 'SUCCEEDED', auditEntry: { fence: 2 } });
      expect(await answerOfFrozen).toMatchObject({
        status: 'SUCCEEDED',
        replayed: true,
        auditEntry: { event: 'LATE_SUCCESS' },
      });
      await frozen.close();
    });

    test('that EKS refuses for now leaves the token free', async () => {
      gateway.simulator.control.addFault({ operation: call, kind: 'throttle' });
      expect(await ask(gateway, association)).toMatchObject({ refusal: { code: 'THROTTLED', retryable: true } });
      expect(await ask(gateway, association)).toMatchObject({ status: 'SUCCEEDED', auditEntry: { fence: 2 } });
    });

    test('is not tried where EKS can’t be asked what it is about', async () => {
      gateway.simulator.control.addFault({ operation: 'DescribePodIdentityAssociation', kind: 'access-denied' });
      await expect(ask(gateway, association)).rejects.toThrow('EKS_READ_FAILED');
      expect(gateway.sent(call)).toBe(0);
    });

    test.each([
      ['an id of the wrong length', { associationId: 'a-1' }, 'associationId'],
      ['no instant', { expectedModifiedAt: 'yesterday' }, 'expectedModifiedAt'],
      ['an empty token', { clientRequestToken: '' }, 'clientRequestToken'],
      ['a name that can’t be', { clusterName: '*' }, 'clusterName'],
    ])('with %s is invalid', async (_, fields, path) => {
      const invalid = await ask(gateway, association, fields);
      expect(invalid).toMatchObject({ refusal: { code: 'INVALID_INPUT' }, auditEntry: { event: 'INVALID' } });
      expect(invalid.refusal?.findings?.map((finding) => finding.path)).toContain(path);
    });
  });

  describe('updatePodIdentityAssociation', () => {
    const update = (fields: object) => gateway.update({ associationId: association.associationId, ...fields });

    test('changes what is named, clears what is null, and keeps the rest', async () => {
      const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}';
      const whole = await update({ targetRoleArn: target, disableSessionTags: true, policy });
      expect(whole.association).toMatchObject({ roleArn: input.roleArn, targetRoleArn: target, policy });
      const cleared = await update({ targetRoleArn: null, policy: null });
      expect(cleared.association).toMatchObject({ targetRoleArn: null, policy: null, disableSessionTags: true });
      const entries = await ledger.operationEntries(cleared.auditEntry.operationId);
      expect(entries[0]?.request).toMatchObject({ changes: { targetRoleArn: null, policy: null } });
    });

    test.each([
      ['nothing to change', {}, 'input'],
      ['a role that is cleared', { roleArn: null }, 'roleArn'],
      ['session tags that are cleared', { disableSessionTags: null }, 'disableSessionTags'],
      ['an empty target role', { targetRoleArn: '' }, 'targetRoleArn'],
      ['a policy that is no JSON', { policy: 'allow' }, 'policy'],
    ])('with %s is invalid', async (_, fields, path) => {
      const { refusal } = await update(fields);
      expect(refusal?.findings?.map((finding) => finding.path)).toContain(path);
    });

    test('of what has changed since it was read is refused, also with a token that was used for something else', async () => {
      const { associationId, modifiedAt } = association;
      await gateway.update({ associationId, roleArn: worker, clientRequestToken: 'change' });
      const stale = {
        associationId,
        targetRoleArn: target,
        expectedModifiedAt: modifiedAt,
        clientRequestToken: 'change',
      };
      const { refusal } = await gateway.update(stale);
      expect(refusal).toMatchObject({ code: 'ASSOCIATION_CHANGED', differences: [{ field: 'targetRoleArn' }] });
    });

    test('to a role that policy does not allow is denied', async () => {
      const denied = await update({ roleArn: roleArn('search/search-api') });
      expect(denied.refusal).toMatchObject({ code: 'POLICY_DENIED', violations: [{ policyId: 'role-by-convention' }] });
    });

    test('with a session policy while session tags stay on is denied', async () => {
      const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}';
      expect((await update({ policy })).refusal?.code).toBe('POLICY_DENIED');
    });

    test('that got lost, of what somebody else changed meanwhile, is refused with what is there', async () => {
      const asked = { roleArn: worker, clientRequestToken: 'lost' };
      gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-before' });
      await update(asked);
      gateway.simulator.control.updateAssociation(association.associationId, { targetRoleArn: target });
      expect(await update(asked)).toMatchObject({ status: 'IN_PROGRESS' });
      await sleep(quietMs);
      expect((await update(asked)).refusal).toMatchObject({
        code: 'ASSOCIATION_CHANGED',
        existing: { targetRoleArn: target },
        differences: [{ field: 'roleArn', requested: worker, existing: input.roleArn }],
      });
    });

    test('that got lost is not called done by a look that is shown what was before somebody else’s change', async () => {
      const call = 'UpdatePodIdentityAssociation';
      gateway.simulator.control.addFault({ operation: call, kind: 'lag', delayMs: 300 });
      expect(await update({ roleArn: worker, clientRequestToken: 'other' })).toMatchObject({ status: 'SUCCEEDED' });
      const back = { roleArn: input.roleArn, clientRequestToken: 'lost' };
      gateway.simulator.control.addFault({ operation: call, kind: 'cut-before' });
      await update(back);
      expect(await update(back)).toMatchObject({ status: 'IN_PROGRESS' });
      await sleep(quietMs);
      expect((await update(back)).refusal).toMatchObject({
        code: 'ASSOCIATION_CHANGED',
        existing: { roleArn: worker },
      });
    });

    test('that got lost, to what the association is already, is done once the doubt is over', async () => {
      const asked = { roleArn: input.roleArn, clientRequestToken: 'lost' };
      gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-before' });
      await update(asked);
      expect(await update(asked)).toMatchObject({ status: 'IN_PROGRESS' });
      await sleep(quietMs);
      expect(await update(asked)).toMatchObject({ status: 'SUCCEEDED', association: { roleArn: input.roleArn } });
      expect(gateway.sent('UpdatePodIdentityAssociation')).toBe(1);
    });

    test('that got lost, of what somebody else deleted meanwhile, is refused', async () => {
      const asked = { roleArn: worker, clientRequestToken: 'lost' };
      gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-before' });
      await update(asked);
      gateway.simulator.control.deleteAssociation(association.associationId);
      expect((await update(asked)).refusal?.code).toBe('ASSOCIATION_NOT_FOUND');
    });

    test('several at once with tokens of their own are all done, one after the other', async () => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) => update({ roleArn: worker, clientRequestToken: `token-${index}` })),
      );
      expect(answers.every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    });
  });

  describe('deletePodIdentityAssociation', () => {
    const remove = (clientRequestToken: string) =>
      gateway.remove({ associationId: association.associationId, clientRequestToken });

    test('answers what was deleted', async () => {
      const { association: deleted } = await remove('delete');
      expect(deleted).toEqual(association);
    });

    test('of what is deleted already is refused, with another token', async () => {
      await remove('delete');
      expect((await remove('again')).refusal?.code).toBe('ASSOCIATION_NOT_FOUND');
    });

    test('several at once with tokens of their own: one succeeds, the others find it gone', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => remove(`token-${index}`)));
      expect(answers.filter(({ status }) => status === 'SUCCEEDED')).toHaveLength(1);
      expect(answers.filter(({ refusal }) => refusal?.code === 'ASSOCIATION_NOT_FOUND')).toHaveLength(9);
    });

    test('of what is not there, with the token of another delete, tells nothing of that', async () => {
      await gateway.remove({ associationId: association.associationId, clientRequestToken: 'change' });
      const other = await gateway.remove({ associationId: 'a-00000000000000000', clientRequestToken: 'change' });
      expect(other.refusal).toMatchObject({ code: 'ASSOCIATION_NOT_FOUND' });
    });

    test('frees the service account', async () => {
      await remove('delete');
      expect(await gateway.create({ clientRequestToken: 'anew' })).toMatchObject({ status: 'SUCCEEDED' });
    });
  });
});

/** Dependencies whose EKS answers a change only after a while. */
function slow(deps: Dependencies): Dependencies {
  const later = async <T>(answer: Promise<T>): Promise<T> => {
    const result = await answer;
    await sleep(900);
    return result;
  };
  const eksFor = (cluster: Parameters<Dependencies['eksFor']>[0]): Eks => {
    const eks = deps.eksFor(cluster);
    return { ...eks, update: (call) => later(eks.update(call)), delete: (call) => later(eks.delete(call)) };
  };
  return { ...deps, eksFor };
}
