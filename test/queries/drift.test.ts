import { createDescriber } from '../../src/queries/describer.ts';
import { createRateLimiter } from '../../src/runtime/rate-limiter.ts';
import { associationDrift } from '../../src/queries/drift.ts';
import type { DriftInput } from '../../src/queries/drift.ts';
import type { Dependencies } from '../../src/operations/dependencies.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { RequestIdentity } from '../../src/model/principal.ts';
import { input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { ledgersUnderTest } from '../support/ledgers.ts';

const authenticate = (name: string, groups: string[]): RequestIdentity => ({
  principal: { id: `https://issuer.example#${name}`, kind: 'USER', groups, sessionName: null },
  actor: null,
  sourceAddress: null,
  userAgent: null,
  apiRequestId: 'request',
});

const alice = authenticate('alice', ['payments-team']);
const olivia = authenticate('olivia', ['auditors']);

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

  const look = async (identity: RequestIdentity, where: DriftInput = place) => {
    const { deps } = gateway;
    const describer = createDescriber(
      deps,
      createRateLimiter({ describeConcurrency: 8, describesPerSecond: 1_000 }, Date.now),
    );
    return associationDrift(deps, identity, where, { describer, deadline: Date.now() + 10_000 });
  };

  const found = async (identity = alice, where: DriftInput = place) => {
    const answer = await look(identity, where);
    if (answer.kind !== 'looked') throw new Error(JSON.stringify(answer));
    return answer.ungoverned;
  };

  /** An association that somebody makes directly at EKS. */
  const outsider = (fields: object = {}) =>
    gateway.simulator.control.createAssociation({
      ...place,
      serviceAccount: 'other',
      roleArn: input.roleArn,
      ...fields,
    });

  test('shows nothing of what the gateway made, changed and deleted itself', async () => {
    const { association } = await gateway.create();
    const { associationId } = association ?? {};
    await gateway.update({ associationId, roleArn: roleArn('payments/payments-worker') });
    const second = await gateway.create({ serviceAccount: 'second', clientRequestToken: 'second' });
    await gateway.remove({ associationId: second.association?.associationId });
    expect(await found()).toEqual([]);
  });

  test('shows what bears no tag of the gateway', async () => {
    const { associationId } = outsider();
    expect(await found()).toMatchObject([
      { kind: 'UNMANAGED', association: { associationId }, lastEntry: null, differences: [] },
    ]);
  });

  test('shows a tag that leads to no operation, or to one on something else', async () => {
    const { auditEntry } = await gateway.create();
    outsider({ serviceAccount: 'one', tags: { 'pod-identity-gateway/operation': '01J00000000000000000000000' } });
    outsider({ serviceAccount: 'two', tags: { 'pod-identity-gateway/operation': auditEntry.operationId } });
    expect((await found()).map(({ kind }) => kind)).toEqual(['FORGED_TAG', 'FORGED_TAG']);
  });

  test('shows what was changed outside, and how, and not what the gateway then changed again', async () => {
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

  test('shows tags that were changed outside, also after an update', async () => {
    const { association } = await gateway.create();
    const { associationId = '', tags = [] } = association ?? {};
    await gateway.update({ associationId, roleArn: roleArn('payments/payments-worker') });
    const own = Object.fromEntries(tags.map(({ key, value }) => [key, value]));
    gateway.simulator.control.updateAssociation(associationId, { tags: { ...own, team: 'search' } });
    expect(await found()).toMatchObject([{ kind: 'MODIFIED', differences: [{ field: 'tags.team' }] }]);
  });

  test('shows what was deleted outside', async () => {
    const { association } = await gateway.create();
    gateway.simulator.control.deleteAssociation(association?.associationId ?? '');
    expect(await found()).toMatchObject([
      { kind: 'DELETED', association: null, associationArn: association?.associationArn },
    ]);
  });

  test('does not take an operation under way for something foreign', async () => {
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
    expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS' });
    expect(await found()).toEqual([]);
    const { association } = await gateway.create();
    gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-after' });
    const change = { associationId: association?.associationId, roleArn: roleArn('payments/payments-worker') };
    expect(await gateway.update(change)).toMatchObject({ status: 'IN_PROGRESS' });
    expect(await found()).toEqual([]);
  });

  test('is for those who may list the associations and read the trail', async () => {
    outsider();
    expect(await found(olivia, { clusterName: 'apps-dev' })).toHaveLength(1);
    expect(await look(alice, { clusterName: 'apps-dev' })).toMatchObject({ kind: 'denied' });
    expect(await look(alice, { ...place, namespace: 'search' })).toMatchObject({ kind: 'denied' });
    expect(await look(olivia, { clusterName: 'apps-none' })).toMatchObject({
      kind: 'denied',
      violations: [{ policyId: 'cluster-not-registered' }],
    });
  });

  describe('says so where its time does not suffice', () => {
    const tooMany = { kind: 'eks-failed', error: { message: expect.stringContaining('Name a namespace.') } };
    const lookWith = (deps: Dependencies, describesPerSecond: number, leftMs: number) => {
      const describer = createDescriber(
        deps,
        createRateLimiter({ describeConcurrency: 8, describesPerSecond }, Date.now),
      );
      return associationDrift(deps, alice, place, { describer, deadline: Date.now() + leftMs });
    };

    test('for a long list, of which it then describes none', async () => {
      for (const serviceAccount of ['one', 'two', 'three']) outsider({ serviceAccount });
      expect(await lookWith(gateway.deps, 1, 1_000)).toMatchObject(tooMany);
      expect(gateway.sent('DescribePodIdentityAssociation')).toBe(0);
    });

    test.each([1, 2])('for what the trail says of %i associations', async (count) => {
      for (let index = 0; index < count; index += 1) outsider({ serviceAccount: `sa-${index}` });
      let read = 0;
      const trail: Ledger['readTrail'] = (query) => {
        read += 1;
        return ledger.readTrail(query);
      };
      const clock = () => Date.now() + (read > 0 ? 60_000 : 0);
      const deps = { ...gateway.deps, ledger: { ...ledger, readTrail: trail }, clock };
      expect(await lookWith(deps, 1_000, 10_000)).toMatchObject(tooMany);
      expect(read).toBe(1);
    });
  });

  test('says what is wrong with names, and that EKS gave no answer', async () => {
    expect(await look(alice, { clusterName: '*', namespace: '*' })).toMatchObject({ kind: 'invalid' });
    gateway.simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'access-denied' });
    expect(await look(alice)).toMatchObject({ kind: 'eks-failed', error: { exception: 'AccessDeniedException' } });
  });
});
