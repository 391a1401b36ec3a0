import type { AssociationReads } from '../../src/ledger/association-history.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { holdAnswers, inDoubtMs, readLagMs, reconcileNow } from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, openBeside } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';

describeOnLedger('a create with expectedRevision, on $name', ({ open }) => {
  let ledger: Ledger & AssociationReads;
  let gateway: Gateway;
  openForEachTest((opened) => ({ gateway, ledger } = opened as typeof opened & { ledger: typeof ledger }), { open });

  /** The create of a plan that was made when the service account had this revision. */
  const planned = (expectedRevision: number, more: object = {}) =>
    gateway.create({ clientRequestToken: 'plan', expectedRevision, ...more });
  const createByOthers = async () => {
    const { association } = await gateway.create({ clientRequestToken: 'others' }, 'pat');
    if (!association) throw new Error('Nothing was created.');
    gateway.clock.skip(readLagMs);
    return association;
  };
  const removeByOthers = ({ associationId }: { readonly associationId: string }) =>
    gateway.remove({ associationId, clientRequestToken: 'others' }, 'pat');
  const fault = (operation: 'Create' | 'Update' | 'Delete', kind: 'throttle' | 'cut-before' | 'cut-after') =>
    gateway.simulator.control.addFault({ operation: `${operation}PodIdentityAssociation`, kind });
  const changed = { status: 'REFUSED', refusal: { code: 'ASSOCIATION_CHANGED', retryable: false } };
  const busy = {
    status: 'REFUSED',
    refusal: { code: 'OPERATION_IN_PROGRESS', retryable: true },
    retryAfterSeconds: 10,
  };

  test('succeeds while the service account has this revision', async () => {
    expect(await planned(0)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await planned(0)).toMatchObject({ status: 'SUCCEEDED', replayed: true });
  });

  test('is refused once and for all after others deleted the association, with one entry and no call to EKS', async () => {
    await removeByOthers(await createByOthers());
    const refused = await planned(0);
    expect(refused).toMatchObject({ ...changed, auditEntry: { event: 'REFUSED', fence: null } });
    expect(refused.refusal?.message).toBe(
      'The service account payments/api has revision 2, not 0 as expected: its association changed, or may have.',
    );
    expect(await gateway.events(refused.auditEntry.operationId)).toEqual(['REFUSED']);
    expect(await planned(0)).toMatchObject({ ...changed, replayed: true });
    expect(gateway.sent()).toBe(1);
    expect(await planned(2, { clientRequestToken: 'later' })).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('waits for the delete of others that is not recorded yet, and is refused once it is', async () => {
    const association = await createByOthers();
    fault('Delete', 'cut-after');
    expect(await removeByOthers(association)).toMatchObject({ status: 'IN_PROGRESS' });
    expect(await planned(1)).toMatchObject(busy);
    // Its token is still unused.
    expect(await planned(1)).toMatchObject({ ...busy, replayed: false });
    gateway.clock.skip(inDoubtMs);
    expect(await planned(1)).toMatchObject(busy);
    expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
    expect(await planned(1)).toMatchObject(changed);
    expect(gateway.simulator.control.associations()).toEqual([]);
  });

  test('is not moved by its own releases', async () => {
    fault('Create', 'throttle');
    expect(await planned(0)).toMatchObject({ refusal: { code: 'THROTTLED' } });
    fault('Create', 'cut-before');
    expect(await planned(0)).toMatchObject({ status: 'IN_PROGRESS' });
    gateway.clock.skip(inDoubtMs);
    expect(await planned(0)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('is not sent again if others created and deleted an association while it was in doubt', async () => {
    fault('Create', 'cut-before');
    expect(await planned(0)).toMatchObject({ status: 'IN_PROGRESS' });
    await removeByOthers(await createByOthers());
    gateway.clock.skip(inDoubtMs);
    const refused = await planned(0);
    expect(refused).toMatchObject(changed);
    expect(await gateway.events(refused.auditEntry.operationId)).toEqual([
      'INTENT',
      'UNKNOWN',
      'TAKEN_OVER',
      'REFUSED',
    ]);
    expect(gateway.simulator.control.associations()).toEqual([]);
  });

  test('is not sent again while the delete of others is in progress', async () => {
    const { associationId } = await createByOthers();
    fault('Create', 'cut-before');
    expect(await planned(1)).toMatchObject({ status: 'IN_PROGRESS' });
    gateway.clock.skip(inDoubtMs);
    const { change, sent, release } = holdAnswers();
    const { simulator } = gateway;
    const deleting = await openBeside(gateway, { change });
    const removed = deleting.remove({ associationId, clientRequestToken: 'others' }, 'pat');
    await sent;
    expect(await planned(1)).toMatchObject({ status: 'IN_PROGRESS', auditEntry: { event: 'RELEASED' } });
    expect(await planned(1)).toMatchObject(busy);
    release();
    expect(await removed).toMatchObject({ status: 'SUCCEEDED' });
    expect(await planned(1)).toMatchObject(changed);
    expect(simulator.control.associations()).toEqual([]);
  });

  test('is answered by its dry run as by the create, with one read of the state, and none without it', async () => {
    await removeByOthers(await createByOthers());
    let reads = 0;
    const counting: typeof ledger = {
      ...ledger,
      getAssociationStates: (targets) => {
        reads += 1;
        return ledger.getAssociationStates(targets);
      },
    };
    const checking = await openBeside(gateway, { ledger: counting });
    const { clientRequestToken: _, ...create } = input;
    const check = async (fields: object) => {
      reads = 0;
      const answer = await checking.send<{ readonly check: object }>(
        `query ($input: CreatePodIdentityAssociationInput!) {
          check: checkCreatePodIdentityAssociation(input: $input) { wouldBeAttempted refusal { code message } auditEntry { message } }
        }`,
        { input: { ...create, ...fields } },
      );
      return [answer.data?.check, reads];
    };
    const message =
      'The service account payments/api has revision 2, not 0 as expected: its association changed, or may have.';
    const refusal = { code: 'ASSOCIATION_CHANGED', message };
    expect(await check({ expectedRevision: 0 })).toMatchObject([
      { wouldBeAttempted: false, refusal, auditEntry: { message } },
      1,
    ]);
    expect(await check({ expectedRevision: 2 })).toMatchObject([{ wouldBeAttempted: true, refusal: null }, 1]);
    expect(await check({})).toMatchObject([{ wouldBeAttempted: true }, 0]);
    expect(await check({ expectedRevision: 0, namespace: 'kube-system' })).toMatchObject([
      { wouldBeAttempted: false },
      0,
    ]);
  });

  test('is another request than one without it, or with another one', async () => {
    await planned(0);
    for (const again of [planned(1), gateway.create({ clientRequestToken: 'plan' })]) {
      expect(await again).toMatchObject({ refusal: { code: 'TOKEN_REUSED_WITH_DIFFERENT_INPUT' } });
    }
  });

  test.each(['remove', 'adopt', 'tag', 'untag'] as const)(
    'is demanded by a %s too, in the write that begins it',
    async (name) => {
      const { associationId } = await createByOthers();
      const tags = { tags: [{ key: 'cost-center', value: '1' }], tagKeys: ['cost-center'] };
      const fields = { remove: {}, adopt: {}, tag: { tags: tags.tags }, untag: { tagKeys: tags.tagKeys } }[name];
      const send = (expectedRevision: number, clientRequestToken: string) =>
        gateway[name]({ associationId, ...fields, expectedRevision, clientRequestToken }, 'pat');
      expect(await send(0, 'older')).toMatchObject(changed);
      fault('Update', 'cut-before');
      await gateway.update({ associationId, clientRequestToken: 'others', disableSessionTags: true });
      expect(await send(1, 'busy')).toMatchObject(busy);
      gateway.clock.skip(inDoubtMs);
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
      expect(await send(1, 'busy')).toMatchObject({ status: 'SUCCEEDED' });
    },
  );

  test('must not be negative', async () => {
    const { refusal } = await planned(-1);
    expect(refusal).toMatchObject({ code: 'INVALID_INPUT', findings: [{ path: 'expectedRevision' }] });
  });
});
