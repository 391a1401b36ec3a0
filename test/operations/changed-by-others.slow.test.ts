// Quick test: test/operations/effects.test.ts.
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openForEachTest } from '../support/each-test.ts';
import type { WholeAssociation } from '../support/documents.ts';
import { input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import {
  createAssociation,
  holdAnswers,
  inDoubtMs,
  operations,
  reconcileNow,
  target,
  withChanges,
  worker,
} from '../support/changes.ts';
import { lockOperations } from '../support/locks.ts';

/** A role that the owners of the namespace may use, and that no request of these tests asks for. */
const batch = roleArn('payments/payments-batch');

describeOnLedger('others act in between, on $name', ({ open }) => {
  let ledger: Ledger;
  let gateway: Gateway;
  let association: WholeAssociation;

  openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

  const createOld = async () => {
    association = await createAssociation(gateway, inDoubtMs);
  };
  const fault = (operation: 'Create' | 'Update' | 'Delete', kind: 'throttle' | 'cut-before' | 'cut-after') =>
    gateway.simulator.control.addFault({ operation: `${operation}PodIdentityAssociation`, kind });
  const changeOutside = () =>
    gateway.simulator.control.updateAssociation(association.associationId, { targetRoleArn: target });
  const closingEntry = async (operationId: string) => (await ledger.operationEntries(operationId)).at(-1);

  describe.each(operations)('$name with expectedModifiedAt', ({ call, send }) => {
    const kind = call === 'UpdatePodIdentityAssociation' ? 'Update' : 'Delete';
    const sendExpecting = () => send(gateway, association, { expectedModifiedAt: association.modifiedAt });
    beforeEach(createOld);

    test('sent again after a throttle does not touch what was changed in between, and repeats that answer', async () => {
      fault(kind, 'throttle');
      expect(await sendExpecting()).toMatchObject({ refusal: { code: 'THROTTLED' } });
      changeOutside();
      const refused = await sendExpecting();
      expect(refused).toMatchObject({
        status: 'REFUSED',
        refusal: { code: 'ASSOCIATION_CHANGED', existing: { targetRoleArn: target } },
        auditEntry: { event: 'REFUSED', fence: null },
      });
      expect(await sendExpecting()).toMatchObject({ refusal: refused.refusal, replayed: true });
      expect(gateway.sent(call)).toBe(1);
    });

    test('has one final answer, also after the association is gone', async () => {
      changeOutside();
      const refused = await sendExpecting();
      expect(refused).toMatchObject({ refusal: { code: 'ASSOCIATION_CHANGED' }, replayed: false });
      gateway.simulator.control.deleteAssociation(association.associationId);
      expect(await sendExpecting()).toMatchObject({ refusal: refused.refusal, replayed: true });
    });

    test('sent again after a throttle begins nothing for an association that is gone', async () => {
      fault(kind, 'throttle');
      await sendExpecting();
      gateway.simulator.control.deleteAssociation(association.associationId);
      expect(await sendExpecting()).toMatchObject({ refusal: { code: 'ASSOCIATION_NOT_FOUND' } });
      expect(gateway.sent(call)).toBe(1);
    });

    test('begins nothing for an association that is gone, also if its operation is released before the claim', async () => {
      const { simulator, clock } = gateway;
      const { change, sent, release } = holdAnswers();
      const holding = await openGateway({ ledger, simulator, clock, change });
      fault(kind, 'throttle');
      const throttled = send(holding, association);
      await sent;
      simulator.control.deleteAssociation(association.associationId);
      const getRecord: Ledger['getRecord'] = async (key) => {
        const record = await ledger.getRecord(key);
        release();
        expect(await throttled).toMatchObject({ auditEntry: { event: 'RELEASED' } });
        return record;
      };
      const answering = await openGateway({ ledger: { ...ledger, getRecord }, simulator, clock });
      const refused = await send(answering, association);
      expect(refused).toMatchObject({ status: 'REFUSED', refusal: { code: 'ASSOCIATION_NOT_FOUND' } });
      expect(await gateway.events(refused.auditEntry.operationId)).toEqual(['REFUSED']);
      expect(gateway.sent(call)).toBe(1);
      await answering.close();
      await holding.close();
    });

    test('sent again after a release by the reconciler does not touch what was changed in between', async () => {
      fault(kind, 'cut-before');
      await sendExpecting();
      gateway.clock.skip(inDoubtMs);
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
      changeOutside();
      expect(await sendExpecting()).toMatchObject({ refusal: { code: 'ASSOCIATION_CHANGED' } });
      expect(gateway.sent(call)).toBe(1);
    });

    test('sent again after its record expired does not touch what was changed in between', async () => {
      const forgetful = await openGateway({
        ledger,
        simulator: gateway.simulator,
        clock: gateway.clock,
        times: { retentionMs: 1_000 },
      });
      fault(kind, 'throttle');
      await send(forgetful, association, { expectedModifiedAt: association.modifiedAt });
      gateway.clock.skip(2_000);
      changeOutside();
      const again = await send(forgetful, association, { expectedModifiedAt: association.modifiedAt });
      expect(again).toMatchObject({ refusal: { code: 'ASSOCIATION_CHANGED' } });
      expect(gateway.sent(call)).toBe(1);
      await forgetful.close();
    });

    test('is refused once and for all: two requests at once with a stale one have one final answer', async () => {
      changeOutside();
      const answers = await Promise.all([sendExpecting(), sendExpecting()]);
      expect(answers.map(({ refusal }) => refusal?.code)).toEqual(['ASSOCIATION_CHANGED', 'ASSOCIATION_CHANGED']);
      expect(answers.map(({ replayed }) => replayed).sort()).toEqual([false, true]);
      expect(gateway.sent(call)).toBe(0);
    });
  });

  describe('updatePodIdentityAssociation', () => {
    const update = (more: object = {}) =>
      gateway.update({ associationId: association.associationId, roleArn: worker, clientRequestToken: 'u', ...more });
    beforeEach(createOld);

    test('applied, with a lost answer, and then deleted by others is undetermined, not refused as not done', async () => {
      fault('Update', 'cut-after');
      const lost = await update();
      gateway.simulator.control.deleteAssociation(association.associationId);
      const answer = await update();
      expect(answer).toMatchObject({
        status: 'REFUSED',
        refusal: { code: 'OUTCOME_UNDETERMINED', retryable: false },
      });
      expect(answer.refusal?.message).toMatch(/may have been applied/);
      expect(await update()).toMatchObject({ refusal: answer.refusal, replayed: true });
      expect(await closingEntry(lost.auditEntry.operationId)).toMatchObject({ event: 'REPLAYED' });
    });

    test('applied, with a lost answer, and then changed by others is undetermined after the doubt', async () => {
      fault('Update', 'cut-after');
      const lost = await update();
      gateway.simulator.control.updateAssociation(association.associationId, { roleArn: batch });
      expect(await update()).toMatchObject({ status: 'IN_PROGRESS' });
      gateway.clock.skip(inDoubtMs);
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
      expect(await closingEntry(lost.auditEntry.operationId)).toMatchObject({
        event: 'REFUSED',
        refusalCode: 'OUTCOME_UNDETERMINED',
      });
      expect(await update()).toMatchObject({
        refusal: { code: 'OUTCOME_UNDETERMINED', existing: { roleArn: batch } },
      });
      expect(gateway.sent('UpdatePodIdentityAssociation')).toBe(1);
    });
  });

  describe('deletePodIdentityAssociation', () => {
    beforeEach(createOld);

    test('that was not applied is refused when others changed the association since expectedModifiedAt', async () => {
      const remove = () =>
        gateway.remove({
          associationId: association.associationId,
          clientRequestToken: 'd',
          expectedModifiedAt: association.modifiedAt,
        });
      fault('Delete', 'cut-before');
      await remove();
      changeOutside();
      expect(await remove()).toMatchObject({ status: 'IN_PROGRESS' });
      gateway.clock.skip(inDoubtMs);
      expect(await remove()).toMatchObject({ refusal: { code: 'ASSOCIATION_CHANGED' } });
      expect(gateway.sent('DeletePodIdentityAssociation')).toBe(1);
    });

    test('that was not applied is not sent again for a state that policy did not judge', async () => {
      const remove = (by: Gateway) => by.remove({ associationId: association.associationId, clientRequestToken: 'd' });
      fault('Delete', 'cut-before');
      await remove(gateway);
      gateway.clock.skip(inDoubtMs);
      let describes = 0;
      const raced = await openGateway({
        ledger,
        simulator: gateway.simulator,
        clock: gateway.clock,
        change: (deps) =>
          withChanges(deps, (eks) => ({
            describe: async (...args) => {
              // The first describe is that of the admission, the second one observes.
              describes += 1;
              if (describes === 2) changeOutside();
              return eks.describe(...args);
            },
          })),
      });
      expect(await remove(raced)).toMatchObject({ status: 'IN_PROGRESS' });
      expect(gateway.sent('DeletePodIdentityAssociation')).toBe(1);
      expect(await remove(raced)).toMatchObject({ status: 'SUCCEEDED' });
      await raced.close();
    });
  });

  describe('an association that is not visible', () => {
    test('leaves the token unused, and the answer says so', async () => {
      const missing = { associationId: 'a-00000000000000000', roleArn: worker, clientRequestToken: 'u' };
      const refused = await gateway.update(missing);
      expect(refused).toMatchObject({ refusal: { code: 'ASSOCIATION_NOT_FOUND' }, auditEntry: { fence: null } });
      expect(refused.refusal?.advice).toMatch(/clientRequestToken can be used again/);
    });

    test('and is younger than reads can lag does not conclude a delete', async () => {
      const slow = await openGateway({
        ledger,
        simulator: gateway.simulator,
        clock: gateway.clock,
        times: { listLagMs: 20_000 },
      });
      const created = await slow.create();
      const remove = () => slow.remove({ associationId: created.association?.associationId, clientRequestToken: 'd' });
      fault('Delete', 'cut-after');
      await remove();
      expect(await remove()).toMatchObject({ status: 'IN_PROGRESS' });
      gateway.clock.skip(31_000);
      expect(await remove()).toMatchObject({ status: 'SUCCEEDED' });
      await slow.close();
    });
  });

  describe('createPodIdentityAssociation', () => {
    const { clusterName, namespace, serviceAccount } = input;
    const other = { clusterName, namespace, serviceAccount, roleArn: worker };

    test('applied, with a lost answer, and deleted through the gateway has had its one effect', async () => {
      fault('Create', 'cut-after');
      const lost = await gateway.create();
      const [applied] = gateway.simulator.control.associations();
      const removed = await gateway.remove({ associationId: applied?.associationId, clientRequestToken: 'd' }, 'pat');
      expect(removed).toMatchObject({ status: 'SUCCEEDED' });
      gateway.clock.skip(inDoubtMs);
      expect(await gateway.create()).toMatchObject({
        status: 'SUCCEEDED',
        association: { associationId: applied?.associationId },
        auditEntry: { event: 'SUCCEEDED' },
      });
      expect(gateway.simulator.control.associations()).toEqual([]);
      expect(gateway.sent()).toBe(1);
      expect(await closingEntry(lost.auditEntry.operationId)).toMatchObject({ event: 'SUCCEEDED' });
    });

    test('applied, deleted through the gateway, and made by others is recorded as done by the reconciler', async () => {
      fault('Create', 'cut-after');
      const lost = await gateway.create();
      const [applied] = gateway.simulator.control.associations();
      await gateway.remove({ associationId: applied?.associationId, clientRequestToken: 'd' }, 'pat');
      gateway.simulator.control.createAssociation(other);
      gateway.clock.skip(inDoubtMs);
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
      expect(await closingEntry(lost.auditEntry.operationId)).toMatchObject({ event: 'SUCCEEDED' });
    });

    test('in doubt whose service account got another association later is undetermined', async () => {
      fault('Create', 'cut-after');
      await gateway.create();
      const [applied] = gateway.simulator.control.associations();
      gateway.simulator.control.deleteAssociation(applied?.associationId ?? '');
      gateway.simulator.control.createAssociation(other);
      gateway.clock.skip(inDoubtMs);
      expect(await gateway.create()).toMatchObject({
        status: 'REFUSED',
        refusal: { code: 'OUTCOME_UNDETERMINED', existing: { roleArn: worker } },
      });
    });

    test('in doubt whose service account had another association before was not done', async () => {
      gateway.simulator.control.createAssociation(other);
      gateway.clock.skip(inDoubtMs);
      fault('Create', 'cut-before');
      await gateway.create();
      gateway.clock.skip(inDoubtMs);
      expect(await gateway.create()).toMatchObject({ refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' } });
    });

    test('taken over does not send under a lock that was set while it observed', async () => {
      fault('Create', 'cut-before');
      await gateway.create();
      gateway.clock.skip(inDoubtMs);
      const locking = await openGateway({
        ledger,
        simulator: gateway.simulator,
        clock: gateway.clock,
        change: (deps) =>
          withChanges(deps, (eks) => ({
            list: async (...args) => {
              await lockOperations(ledger).lock({ kind: 'ALL' });
              return eks.list(...args);
            },
          })),
      });
      await locking.create();
      expect(gateway.sent()).toBe(1);
      await locking.close();
    });
  });
});
