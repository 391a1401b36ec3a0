import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { readLagMs, reconcileNow, worker } from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import { home, input, openBeside, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import { lockOperations } from '../support/locks.ts';

describeOnLedger('adoptPodIdentityAssociation on $name', ({ open }) => {
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
    const getLocks = () => Promise.reject(new LedgerUnavailable(new Error('down')));
    const broken = await openBeside(gateway, { ledger: { ...ledger, getLocks } });
    const request = { associationId, clientRequestToken: 'adopt' };
    await expect(broken.adopt(request)).rejects.toThrow('LEDGER_UNAVAILABLE');
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

describeOnLedger(
  'the adoption of an association that appeared after the first scan of its cluster on $name',
  ({ open }) => {
    let ledger: Ledger;
    let gateway: Gateway;

    openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

    /** Records that the cluster was scanned completely, for the first time now. */
    const scanned = () => {
      const at = gateway.clock.now();
      const times = {
        startedAt: at,
        endedAt: at,
        completedAt: at,
        firstCompletedAt: at,
        incompleteSince: null,
        leaseUntil: at,
      };
      const scan = { cluster: { ...home, clusterName: input.clusterName }, fence: 1, ...times, failure: null };
      return (ledger as Ledger & ObservationStore).putClusterScan(0, scan);
    };
    const outsider = () => {
      const { clusterName, namespace, serviceAccount, roleArn } = input;
      gateway.clock.skip(readLagMs);
      const made = gateway.simulator.control.createAssociation({
        ...{ clusterName, namespace, serviceAccount, roleArn, tags: { team: 'payments' } },
      });
      gateway.clock.skip(readLagMs);
      return made;
    };
    const alarms = () => gateway.logged.filter(({ fields }) => fields.firstScanAt !== undefined);
    const isCounted = () => gateway.logged.some(({ fields }) => fields.lateAdoptions === 1);
    const notice = /It was created at \S+, after the first scan of its cluster at \S+: check who made it\./;

    test('is logged, counted and said in the entry', async () => {
      await scanned();
      const { associationId, associationArn } = outsider();
      const { status, auditEntry } = await gateway.adopt({ associationId });
      expect({ status, message: auditEntry.message }).toEqual({
        status: 'SUCCEEDED',
        message: expect.stringMatching(notice) as string,
      });
      const { operationId } = auditEntry;
      expect(alarms()).toMatchObject([{ level: 'warn', fields: { operationId, associationArn } }]);
      expect(isCounted()).toBe(true);
    });

    test('is logged once, also where the answer is replayed', async () => {
      await scanned();
      const request = { associationId: outsider().associationId, clientRequestToken: 'adopt' };
      await gateway.adopt(request);
      expect(await gateway.adopt(request)).toMatchObject({ replayed: true });
      expect(alarms()).toHaveLength(1);
    });

    test('is logged of a create that adopts it', async () => {
      await scanned();
      outsider();
      const { auditEntry } = await gateway.create({ ifExists: 'ADOPT' }, 'pat');
      expect(auditEntry.message).toMatch(notice);
      expect([alarms().length, isCounted()]).toEqual([1, true]);
    });

    test('is foreseen by a dry run, which logs nothing', async () => {
      await scanned();
      const { associationId } = outsider();
      const document = `query ($input: AdoptPodIdentityAssociationInput!) {
      checkAdoptPodIdentityAssociation(input: $input) { auditEntry { message } }
    }`;
      const { data } = await gateway.send(
        document,
        { input: { clusterName: input.clusterName, associationId } },
        'pat',
      );
      expect(JSON.stringify(data)).toMatch(notice);
      expect(alarms()).toEqual([]);
    });

    test('is assumed if it cannot be read whether the cluster was scanned', async () => {
      const { associationId } = outsider();
      const getClusterScan = () => Promise.reject(new LedgerUnavailable(new Error('down')));
      const broken = await openBeside(gateway, { ledger: { ...ledger, getClusterScan } });
      const { status, auditEntry } = await broken.adopt({ associationId });
      expect(status).toBe('SUCCEEDED');
      expect(auditEntry.message).toMatch(/whether it appeared after the first scan of its cluster is not known/);
      expect(broken.logged.filter(({ fields }) => fields.firstScanAt === null)).toHaveLength(1);
    });

    test.each<[string, () => Promise<string>]>([
      [
        'is older than the scan',
        async () => {
          const { associationId } = outsider();
          await scanned();
          return associationId;
        },
      ],
      ['is in a cluster that was never scanned completely', () => Promise.resolve(outsider().associationId)],
      [
        'was created by the gateway',
        async () => {
          await scanned();
          gateway.clock.skip(readLagMs);
          const { association } = await gateway.create();
          gateway.clock.skip(readLagMs);
          return association?.associationId ?? '';
        },
      ],
    ])('is not said of one that %s', async (_, prepare) => {
      const { status, auditEntry } = await gateway.adopt({ associationId: await prepare() });
      expect(status).toBe('SUCCEEDED');
      expect(auditEntry.message).not.toContain('first scan');
      expect([alarms(), isCounted()]).toEqual([[], false]);
    });

    test('is said of one with the copied tag of an association that the gateway created', async () => {
      await scanned();
      gateway.clock.skip(readLagMs);
      const { association, auditEntry } = await gateway.create();
      gateway.simulator.control.deleteAssociation(association?.associationId ?? '');
      const { clusterName, namespace, serviceAccount, roleArn } = input;
      const tags = { 'pod-identity-gateway/operation': auditEntry.operationId };
      const copy = gateway.simulator.control.createAssociation({
        clusterName,
        namespace,
        serviceAccount,
        roleArn,
        tags,
      });
      gateway.clock.skip(readLagMs);
      const { auditEntry: adopted } = await gateway.adopt({ associationId: copy.associationId });
      expect(adopted.message).toMatch(notice);
    });
  },
);
