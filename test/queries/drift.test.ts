import { createDescriber } from '../../src/queries/describer.ts';
import { createRateLimiter } from '../../src/runtime/rate-limiter.ts';
import { createAuthorizeRead } from '../../src/queries/authorize-read.ts';
import { associationDrift } from '../../src/queries/drift.ts';
import type { QueryAssociationDriftArgs } from '../../src/generated/types.ts';
import type { Dependencies } from '../../src/operations/dependencies.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { RequestIdentity } from '../../src/model/principal.ts';
import { home, input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { appendAll, auditEntry, auditEntryAt } from '../support/ledger-samples.ts';
import { ledgersUnderTest } from '../support/ledgers.ts';

const identityOf = (name: string, groups: string[]): RequestIdentity => ({
  principal: { id: `https://issuer.example#${name}`, kind: 'USER', groups, sessionName: null },
  actor: null,
  sourceAddress: null,
  userAgent: null,
  apiRequestId: 'request',
});

const alice = identityOf('alice', ['payments-team']);
const olivia = identityOf('olivia', ['auditors']);

const place = { clusterName: 'apps-dev', namespace: 'payments' };

describe.each(ledgersUnderTest().filter(({ available }) => available))('associationDrift on $name', ({ open }) => {
  let ledger: Ledger;
  let closeLedger: () => Promise<void>;
  let gateway: Gateway;

  beforeEach(async () => {
    ({ ledger, close: closeLedger } = await open());
    gateway = await openGateway({ ledger, times: { listLagMs: 0 } });
  });

  afterEach(async () => {
    await gateway.close();
    await closeLedger();
  });

  const queryDrift = async (identity: RequestIdentity, where: QueryAssociationDriftArgs = place) => {
    const { deps } = gateway;
    const describer = createDescriber(deps, createRateLimiter({ concurrency: 8, perSecond: 1_000 }, Date.now));
    return associationDrift(deps, createAuthorizeRead(deps, identity), where, {
      describer,
      deadline: Date.now() + 10_000,
    });
  };

  const found = async (identity = alice, where: QueryAssociationDriftArgs = place) => {
    const result = await queryDrift(identity, where);
    if (result.kind !== 'ok') throw new Error(JSON.stringify(result));
    return result.value;
  };

  /** Creates an association directly at EKS. */
  const outsider = (fields: object = {}) =>
    gateway.simulator.control.createAssociation({
      ...place,
      serviceAccount: 'other',
      roleArn: input.roleArn,
      ...fields,
    });

  test('reports nothing that was created, updated and deleted through the gateway', async () => {
    const { association } = await gateway.create();
    const { associationId } = association ?? {};
    await gateway.update({ associationId, roleArn: roleArn('payments/payments-worker') });
    const second = await gateway.create({ serviceAccount: 'second', clientRequestToken: 'second' });
    await gateway.remove({ associationId: second.association?.associationId });
    expect(await found()).toEqual([]);
  });

  test('reports an association without the ownership tag as UNMANAGED', async () => {
    const { associationId } = outsider();
    expect(await found()).toMatchObject([
      { kind: 'UNMANAGED', association: { associationId }, lastEntry: null, differences: [] },
    ]);
  });

  test('reports a tag of an unknown operation, or of one on another service account, as FORGED_TAG', async () => {
    const { auditEntry } = await gateway.create();
    outsider({ serviceAccount: 'one', tags: { 'pod-identity-gateway/operation': '01J00000000000000000000000' } });
    outsider({ serviceAccount: 'two', tags: { 'pod-identity-gateway/operation': auditEntry.operationId } });
    expect((await found()).map(({ kind }) => kind)).toEqual(['FORGED_TAG', 'FORGED_TAG']);
  });

  test('reports a change from outside with its differences, until the gateway sets the association again', async () => {
    const { association } = await gateway.create();
    const { associationId = '' } = association ?? {};
    gateway.simulator.control.updateAssociation(associationId, { roleArn: roleArn('payments/payments-worker') });
    expect(await found()).toMatchObject([
      {
        kind: 'MODIFIED',
        differences: [{ field: 'roleArn', requested: input.roleArn, existing: roleArn('payments/payments-worker') }],
        lastEntry: { event: 'SUCCEEDED' },
      },
    ]);
    await gateway.update({ associationId, roleArn: input.roleArn });
    expect(await found()).toEqual([]);
  });

  test('reports tags that were changed outside, also after an update', async () => {
    const { association } = await gateway.create();
    const { associationId = '', tags = [] } = association ?? {};
    await gateway.update({ associationId, roleArn: roleArn('payments/payments-worker') });
    const own = Object.fromEntries(tags.map(({ key, value }) => [key, value]));
    gateway.simulator.control.updateAssociation(associationId, { tags: { ...own, team: 'search' } });
    expect(await found()).toMatchObject([{ kind: 'MODIFIED', differences: [{ field: 'tags.team' }] }]);
  });

  describe('reports a change from outside', () => {
    const roleOutside = roleArn('payments/payments-worker');

    test.each(['DENIED', 'CHECKED', 'REPLAYED', 'CONTENDED'] as const)(
      'after 1,000 requests for the association that ended as %s',
      async (event) => {
        const { association } = await gateway.create();
        const { associationId = '', associationArn = '' } = association ?? {};
        gateway.simulator.control.updateAssociation(associationId, { roleArn: roleOutside });
        const target = { ...home, ...place, serviceAccount: input.serviceAccount };
        const fields = { event, fence: null, associationArn, target };
        const noise = Array.from({ length: 1_000 }, (_, index) => auditEntryAt(Date.now() + index, fields));
        await appendAll(ledger, noise);
        expect(await found()).toMatchObject([{ kind: 'MODIFIED', lastEntry: { event: 'SUCCEEDED' } }]);
        gateway.simulator.control.deleteAssociation(associationId);
        expect(await found()).toMatchObject([{ kind: 'DELETED', associationArn }]);
      },
    );

    test.each([1, 60])('after %d changes that EKS refused', async (count) => {
      const { association } = await gateway.create();
      const { associationId = '', associationArn = '' } = association ?? {};
      gateway.simulator.control.updateAssociation(associationId, { roleArn: roleOutside });
      for (let index = 0; index < count; index += 1) {
        const { operationId } = auditEntry();
        for (const event of ['INTENT', 'REFUSED'] as const) {
          await ledger.appendEntry(auditEntryAt(Date.now(), { operationId, event, associationArn }));
        }
      }
      expect(await found()).toMatchObject([{ kind: 'MODIFIED' }]);
    });
  });

  test('reports an association that was deleted outside as DELETED', async () => {
    const { association } = await gateway.create();
    gateway.simulator.control.deleteAssociation(association?.associationId ?? '');
    expect(await found()).toMatchObject([
      { kind: 'DELETED', association: null, associationArn: association?.associationArn },
    ]);
  });

  test('does not report the effect of an operation that is still open', async () => {
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
    expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS' });
    expect(await found()).toEqual([]);
    const { association } = await gateway.create();
    gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-after' });
    const change = { associationId: association?.associationId, roleArn: roleArn('payments/payments-worker') };
    expect(await gateway.update(change)).toMatchObject({ status: 'IN_PROGRESS' });
    expect(await found()).toEqual([]);
  });

  test('requires permission to list associations and to read the trail', async () => {
    outsider();
    expect(await found(olivia, { clusterName: 'apps-dev' })).toHaveLength(1);
    expect(await queryDrift(alice, { clusterName: 'apps-dev' })).toMatchObject({ kind: 'denied' });
    expect(await queryDrift(alice, { ...place, namespace: 'search' })).toMatchObject({ kind: 'denied' });
    expect(await queryDrift(olivia, { clusterName: 'apps-none' })).toMatchObject({
      kind: 'denied',
      violations: [{ policyId: 'cluster-not-registered' }],
    });
  });

  test.each(['ListPodIdentityAssociations', 'ReadAuditTrail'])('is denied without permission to %s', async (action) => {
    const { deps } = gateway;
    const authorize: Dependencies['authorize'] = (context, request) => ({
      ...deps.authorize(context, request),
      ...(request.action === action
        ? { allowed: false, violations: [{ policyId: action, message: '', advice: null }] }
        : {}),
    });
    const describer = createDescriber(deps, createRateLimiter({ concurrency: 8, perSecond: 1_000 }, Date.now));
    const options = { describer, deadline: Date.now() + 10_000 };
    expect(
      await associationDrift(deps, createAuthorizeRead({ ...deps, authorize }, alice), place, options),
    ).toMatchObject({
      kind: 'denied',
      violations: [{ policyId: action }],
    });
  });

  test('does not report an association as DELETED while EKS’s list may lag behind its creation', async () => {
    const { association } = await gateway.create();
    gateway.simulator.control.deleteAssociation(association?.associationId ?? '');
    const { deps } = gateway;
    const describer = createDescriber(deps, createRateLimiter({ concurrency: 8, perSecond: 1_000 }, Date.now));
    const lagging = { ...deps, times: { ...deps.times, listLagMs: 60_000 } };
    const options = { describer, deadline: Date.now() + 10_000 };
    expect(await associationDrift(lagging, createAuthorizeRead(lagging, alice), place, options)).toEqual({
      kind: 'ok',
      value: [],
    });
  });

  describe('fails if there is too little time', () => {
    const tooMany = { kind: 'eks-failed', error: { message: expect.stringContaining('Name a namespace.') } };
    const driftWith = (deps: Dependencies, perSecond: number, leftMs: number) => {
      const describer = createDescriber(deps, createRateLimiter({ concurrency: 8, perSecond }, Date.now));
      return associationDrift(deps, createAuthorizeRead(deps, alice), place, {
        describer,
        deadline: Date.now() + leftMs,
      });
    };

    test('for describing the list, and then describes nothing', async () => {
      for (const serviceAccount of ['one', 'two', 'three']) outsider({ serviceAccount });
      expect(await driftWith(gateway.deps, 1, 1_000)).toMatchObject(tooMany);
      expect(gateway.sent('DescribePodIdentityAssociation')).toBe(0);
    });

    test.each([1, 2])('for reading the trail of %i associations', async (count) => {
      for (let index = 0; index < count; index += 1) outsider({ serviceAccount: `sa-${index}` });
      let read = 0;
      const trail: Ledger['readTrail'] = (query) => {
        read += 1;
        return ledger.readTrail(query);
      };
      const clock = () => Date.now() + (read > 0 ? 60_000 : 0);
      const deps = { ...gateway.deps, ledger: { ...ledger, readTrail: trail }, clock };
      expect(await driftWith(deps, 1_000, 10_000)).toMatchObject(tooMany);
      expect(read).toBe(1);
    });
  });

  test('reports invalid names, and a failed read from EKS', async () => {
    expect(await queryDrift(alice, { clusterName: '*', namespace: '*' })).toMatchObject({ kind: 'invalid' });
    gateway.simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'access-denied' });
    expect(await queryDrift(alice)).toMatchObject({
      kind: 'eks-failed',
      error: { exception: 'AccessDeniedException' },
    });
  });
});
