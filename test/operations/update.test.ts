import type { Ledger } from '../../src/ledger/ledger.ts';
import { createAssociation, inDoubtMs, target, worker } from '../support/changes.ts';
import type { WholeAssociation } from '../support/documents.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';

describeOnLedger('changes on $name', ({ open }) => {
  let ledger: Ledger;
  let gateway: Gateway;
  let association: WholeAssociation;

  openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

  beforeEach(async () => {
    association = await createAssociation(gateway);
  });

  describe('updatePodIdentityAssociation', () => {
    const update = (fields: object) => gateway.update({ associationId: association.associationId, ...fields });

    test('changes the given fields, clears those that are null, and keeps the rest', async () => {
      const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}';
      const whole = await update({ targetRoleArn: target, disableSessionTags: true, policy });
      expect(whole.association).toMatchObject({ roleArn: input.roleArn, targetRoleArn: target, policy });
      const cleared = await update({ targetRoleArn: null, policy: null });
      expect(cleared.association).toMatchObject({ targetRoleArn: null, policy: null, disableSessionTags: true });
      const entries = await ledger.operationEntries(cleared.auditEntry.operationId);
      expect(entries[0]?.request).toMatchObject({ changes: { targetRoleArn: null, policy: null } });
    });

    test('with an outdated expectedModifiedAt and the token of another update is a reuse of the token', async () => {
      const { associationId, modifiedAt } = association;
      await gateway.update({ associationId, roleArn: worker, clientRequestToken: 'change' });
      const stale = {
        associationId,
        targetRoleArn: target,
        expectedModifiedAt: modifiedAt,
        clientRequestToken: 'change',
      };
      const { refusal } = await gateway.update(stale);
      expect(refusal?.code).toBe('TOKEN_REUSED_WITH_DIFFERENT_INPUT');
      const { refusal: refused } = await gateway.update({ ...stale, clientRequestToken: 'other' });
      expect(refused).toMatchObject({ code: 'ASSOCIATION_CHANGED', differences: [{ field: 'targetRoleArn' }] });
    });

    test('to a role that policy does not permit is denied', async () => {
      const denied = await update({ roleArn: roleArn('search/search-api') });
      expect(denied.refusal).toMatchObject({ code: 'POLICY_DENIED', violations: [{ policyId: 'role-by-convention' }] });
    });

    test('with a session policy but without disableSessionTags is denied', async () => {
      const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}';
      expect((await update({ policy })).refusal?.code).toBe('POLICY_DENIED');
    });

    test('in doubt is undetermined, with the current state, when the association is changed outside the gateway', async () => {
      const fields = { roleArn: worker, clientRequestToken: 'lost' };
      gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-before' });
      await update(fields);
      gateway.simulator.control.updateAssociation(association.associationId, { targetRoleArn: target });
      expect(await update(fields)).toMatchObject({ status: 'IN_PROGRESS' });
      gateway.clock.skip(inDoubtMs);
      expect((await update(fields)).refusal).toMatchObject({
        code: 'OUTCOME_UNDETERMINED',
        existing: { targetRoleArn: target },
        differences: [{ field: 'roleArn', requested: worker, existing: input.roleArn }],
      });
    });

    test('in doubt is not reported as done from a stale read', async () => {
      const call = 'UpdatePodIdentityAssociation';
      gateway.simulator.control.addFault({ operation: call, kind: 'lag', delayMs: 30_000 });
      expect(await update({ roleArn: worker, clientRequestToken: 'other' })).toMatchObject({ status: 'SUCCEEDED' });
      const back = { roleArn: input.roleArn, clientRequestToken: 'lost' };
      gateway.simulator.control.addFault({ operation: call, kind: 'cut-before' });
      await update(back);
      expect(await update(back)).toMatchObject({ status: 'IN_PROGRESS' });
      gateway.clock.skip(inDoubtMs);
      expect((await update(back)).refusal).toMatchObject({
        code: 'OUTCOME_UNDETERMINED',
        existing: { roleArn: worker },
      });
    });

    test('in doubt that changes nothing succeeds when it is no longer in doubt', async () => {
      const fields = { roleArn: input.roleArn, clientRequestToken: 'lost' };
      gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-before' });
      await update(fields);
      expect(await update(fields)).toMatchObject({ status: 'IN_PROGRESS' });
      gateway.clock.skip(inDoubtMs);
      expect(await update(fields)).toMatchObject({ status: 'SUCCEEDED', association: { roleArn: input.roleArn } });
      expect(gateway.sent('UpdatePodIdentityAssociation')).toBe(1);
    });

    test('in doubt is undetermined when the association is deleted outside the gateway', async () => {
      const fields = { roleArn: worker, clientRequestToken: 'lost' };
      gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-before' });
      await update(fields);
      gateway.simulator.control.deleteAssociation(association.associationId);
      expect((await update(fields)).refusal?.code).toBe('OUTCOME_UNDETERMINED');
    });

    test('10 concurrent requests with different tokens all succeed', async () => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) => update({ roleArn: worker, clientRequestToken: `token-${index}` })),
      );
      expect(answers.every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    });
  });
});

describeOnLedger('changes on $name', ({ open }) => {
  let gateway: Gateway;
  let association: WholeAssociation;

  openForEachTest((opened) => ({ gateway } = opened), { open });

  beforeEach(async () => {
    const created = await gateway.create();
    if (!created.association) throw new Error(JSON.stringify(created));
    association = created.association;
    gateway.simulator.control.clearRequests();
  });

  describe('deletePodIdentityAssociation', () => {
    const remove = (clientRequestToken: string) =>
      gateway.remove({ associationId: association.associationId, clientRequestToken });

    test('returns the deleted association', async () => {
      const { association: deleted } = await remove('delete');
      expect(deleted).toEqual(association);
    });

    test('of a deleted association is refused with another token', async () => {
      await remove('delete');
      expect((await remove('again')).refusal?.code).toBe('ASSOCIATION_NOT_FOUND');
    });

    test('10 concurrent requests with different tokens: 1 succeeds, 9 are refused as not found', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => remove(`token-${index}`)));
      expect(answers.filter(({ status }) => status === 'SUCCEEDED')).toHaveLength(1);
      expect(answers.filter(({ refusal }) => refusal?.code === 'ASSOCIATION_NOT_FOUND')).toHaveLength(9);
    });

    test('of an unknown association does not disclose another delete with the same token', async () => {
      await gateway.remove({ associationId: association.associationId, clientRequestToken: 'change' });
      const other = await gateway.remove({ associationId: 'a-00000000000000000', clientRequestToken: 'change' });
      expect(other.refusal).toMatchObject({ code: 'ASSOCIATION_NOT_FOUND' });
    });

    test('frees the service account', async () => {
      await remove('delete');
      expect(await gateway.create({ clientRequestToken: 'second' })).toMatchObject({ status: 'SUCCEEDED' });
    });
  });
});
