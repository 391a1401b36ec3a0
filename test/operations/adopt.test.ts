import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { readLagMs, reconcileNow, worker } from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedgers } from '../support/ledgers.ts';
import { lockOperations } from '../support/locks.ts';

describeOnLedgers('adoptPodIdentityAssociation on $name', ({ open }) => {
  let ledger: Ledger;
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

  const terraformRole = roleArn('terraform/api');
  const tags = { team: 'payments', 'managed-by': 'terraform' };

  /** Creates an association directly at EKS, with a role that policy would not permit. */
  const outsider = (fields: object = {}) => {
    const place = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' };
    const made = gateway.simulator.control.createAssociation({ ...place, roleArn: terraformRole, tags, ...fields });
    gateway.clock.skip(readLagMs);
    return made;
  };
  const describeOutside = () => gateway.simulator.control.associations()[0];
  const changesSent = () =>
    gateway.simulator.control
      .requests()
      .map(({ operation }) => operation)
      .filter((operation) => operation !== 'DescribePodIdentityAssociation');

  test('records the association as EKS returns it in one entry, and changes nothing at EKS', async () => {
    const { associationId, associationArn } = outsider();
    const before = describeOutside();
    const adopted = await gateway.adopt({ associationId, reason: 'Hand-over from Terraform.' });
    expect(adopted).toMatchObject({
      status: 'SUCCEEDED',
      replayed: false,
      refusal: null,
      association: { associationId, roleArn: terraformRole, operationId: null },
      auditEntry: { event: 'SUCCEEDED', fence: 1 },
    });
    expect(describeOutside()).toEqual(before);
    expect(changesSent()).toEqual([]);
    const entries = await ledger.operationEntries(adopted.auditEntry.operationId);
    expect(entries).toMatchObject([
      {
        operation: 'ADOPT_POD_IDENTITY_ASSOCIATION',
        event: 'SUCCEEDED',
        associationArn,
        before: {
          roleArn: terraformRole,
          tags: Object.entries(tags)
            .map(([key, value]) => ({ key, value }))
            .sort(byKey),
        },
        reason: 'Hand-over from Terraform.',
        decision: { allowed: true, policyIds: ['platform-admins'] },
      },
    ]);
  });

  test('says in the entry whether policy would let the principal create the association', async () => {
    const first = await gateway.adopt({ associationId: outsider({ tags: {} }).associationId });
    expect(first.auditEntry.message).toMatch(/Policy would deny a create of it: required-tags, role-by-convention\.$/);
    const second = outsider({ serviceAccount: 'second', roleArn: worker });
    const { auditEntry } = await gateway.adopt({ associationId: second.associationId });
    expect(auditEntry.message).toMatch(/Policy would permit a create of it\.$/);
  });

  test('returns the first answer again for the same token, also after the association was changed or deleted', async () => {
    const { associationId } = outsider();
    const request = { associationId, clientRequestToken: 'adopt' };
    const first = await gateway.adopt(request);
    gateway.simulator.control.updateAssociation(associationId, { roleArn: worker });
    const again = await gateway.adopt(request);
    expect(again).toMatchObject({ status: 'SUCCEEDED', replayed: true, association: first.association });
    gateway.simulator.control.deleteAssociation(associationId);
    expect(await gateway.adopt(request)).toMatchObject({ replayed: true, association: first.association });
    expect(await gateway.events(first.auditEntry.operationId)).toEqual(['SUCCEEDED', 'REPLAYED', 'REPLAYED']);
  });

  test('adopts once for ten concurrent requests with one token', async () => {
    const { associationId } = outsider();
    const requests = Array.from({ length: 10 }, () => gateway.adopt({ associationId, clientRequestToken: 'adopt' }));
    const answers = await Promise.all(requests);
    expect(answers.every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const [operationId = '', ...others] = new Set(answers.map(({ auditEntry }) => auditEntry.operationId));
    expect(others).toEqual([]);
    expect((await gateway.events(operationId)).filter((event) => event === 'SUCCEEDED')).toHaveLength(1);
  });

  test('refuses a token that was used for another association', async () => {
    const { associationId } = outsider();
    const second = outsider({ serviceAccount: 'second' });
    await gateway.adopt({ associationId, clientRequestToken: 'adopt' });
    const { refusal } = await gateway.adopt({ associationId: second.associationId, clientRequestToken: 'adopt' });
    expect(refusal?.code).toBe('TOKEN_REUSED_WITH_DIFFERENT_INPUT');
  });

  test('refuses an association that was modified since expectedModifiedAt, also when the token is sent again', async () => {
    const { associationId } = outsider();
    const expectedModifiedAt = '2026-11-01T00:00:00Z';
    const request = { associationId, expectedModifiedAt, clientRequestToken: 'adopt' };
    const refused = await gateway.adopt(request);
    expect(refused).toMatchObject({
      status: 'REFUSED',
      refusal: { code: 'ASSOCIATION_CHANGED', existing: { associationId } },
    });
    expect(await gateway.adopt(request)).toMatchObject({ replayed: true, refusal: { code: 'ASSOCIATION_CHANGED' } });
    expect(await gateway.events(refused.auditEntry.operationId)).toEqual(['REFUSED', 'REPLAYED']);
  });

  test('accepts the modifiedAt that EKS shows as expectedModifiedAt', async () => {
    const { associationId, modifiedAt } = outsider();
    const expectedModifiedAt = new Date(modifiedAt * 1_000).toISOString();
    expect(await gateway.adopt({ associationId, expectedModifiedAt })).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('is denied to the owners of the namespace without a call to EKS', async () => {
    const { associationId } = outsider({ roleArn: worker });
    const denied = await gateway.adopt({ associationId }, 'alice');
    expect(denied.refusal).toMatchObject({
      code: 'POLICY_DENIED',
      violations: [{ policyId: 'default-deny', advice: 'Ask the platform admins to adopt the association.' }],
    });
    expect(denied.auditEntry.event).toBe('DENIED');
    expect(gateway.simulator.control.requests()).toEqual([]);
  });

  test('is denied for an association that an EKS add-on owns', async () => {
    const ownerArn = 'arn:aws:eks:eu-central-1:111122223333:addon/apps-dev/vpc-cni/a1';
    const { associationId } = outsider({ ownerArn });
    const { refusal } = await gateway.adopt({ associationId });
    expect(refusal).toMatchObject({ code: 'POLICY_DENIED', violations: [{ policyId: 'not-owned-by-addon' }] });
  });

  test('refuses an association that does not exist', async () => {
    const { refusal } = await gateway.adopt({ associationId: 'a-00000000000000000' });
    expect(refusal?.code).toBe('ASSOCIATION_NOT_FOUND');
  });

  test('is refused under a lock with nothing recorded under the token, and succeeds once the lock is lifted', async () => {
    const { associationId } = outsider();
    const request = { associationId, clientRequestToken: 'adopt' };
    const locks = lockOperations(ledger);
    await locks.lock({ kind: 'ALL' });
    const locked = await gateway.adopt(request);
    expect(locked).toMatchObject({ refusal: { code: 'CHANGES_LOCKED' }, auditEntry: { fence: null } });
    expect(await gateway.events(locked.auditEntry.operationId)).toEqual(['REFUSED']);
    await locks.lift({ kind: 'ALL' });
    expect(await gateway.adopt(request)).toMatchObject({ status: 'SUCCEEDED', replayed: false });
  });

  test('fails without a record when the locks cannot be read', async () => {
    const { associationId } = outsider();
    const change = (deps: Gateway['deps']): Gateway['deps'] => ({
      ...deps,
      ledger: { ...ledger, getLocks: () => Promise.reject(new LedgerUnavailable(new Error('down'))) },
    });
    const { clock, simulator } = gateway;
    const broken = await openGateway({ ledger, clock, simulator, change });
    const request = { associationId, clientRequestToken: 'adopt' };
    await expect(broken.adopt(request)).rejects.toThrow('LEDGER_UNAVAILABLE');
    await broken.close();
    expect(await gateway.adopt(request)).toMatchObject({ status: 'SUCCEEDED', replayed: false });
  });

  test('leaves nothing to reconcile', async () => {
    await gateway.adopt({ associationId: outsider().associationId });
    expect(await ledger.expiredLeases(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
    expect(await reconcileNow(gateway)).toMatchObject({ closed: 0 });
  });

  test('is recorded again for an association that the gateway created, changed or adopted', async () => {
    const { association } = await gateway.create();
    gateway.clock.skip(readLagMs);
    const associationId = association?.associationId ?? '';
    for (const clientRequestToken of ['one', 'two']) {
      const adopted = await gateway.adopt({ associationId, clientRequestToken });
      expect(adopted).toMatchObject({ status: 'SUCCEEDED', replayed: false, auditEntry: { event: 'SUCCEEDED' } });
    }
  });

  test('lets the owners update and delete the association afterwards, as before', async () => {
    const { associationId } = outsider();
    await gateway.adopt({ associationId });
    expect(await gateway.update({ associationId, roleArn: input.roleArn })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await gateway.remove({ associationId })).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('a dry run says what an adoption would record, and records only the check', async () => {
    const { associationId } = outsider();
    const document = `query ($input: AdoptPodIdentityAssociationInput!) {
      checked: checkAdoptPodIdentityAssociation(input: $input) {
        wouldBeAttempted refusal { code } existing { associationId } differences { field } decision { allowed }
        auditEntry { event message }
      }
    }`;
    const check = async (as: string) =>
      (await gateway.send(document, { input: { clusterName: 'apps-dev', associationId } }, as)).data;
    expect(await check('pat')).toEqual({
      checked: {
        wouldBeAttempted: true,
        refusal: null,
        existing: { associationId },
        differences: null,
        decision: { allowed: true },
        auditEntry: {
          event: 'CHECKED',
          message:
            'The request would record: The association was adopted as EKS returned it; nothing was changed at EKS. ' +
            'Policy would deny a create of it: role-by-convention.',
        },
      },
    });
    expect(await check('alice')).toMatchObject({
      checked: { wouldBeAttempted: false, refusal: { code: 'POLICY_DENIED' } },
    });
    expect(changesSent()).toEqual([]);
  });
});

function byKey(one: { readonly key: string }, other: { readonly key: string }): number {
  return one.key < other.key ? -1 : 1;
}
