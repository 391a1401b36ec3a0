// Quick test: test/queries/drift.test.ts.
import { makeRateLimiter } from '../../src/runtime/rate-limiter.ts';
import { makeDescriber } from '../../src/queries/terms/describer.ts';
import { associationDrift } from '../../src/queries/drift/drift.ts';
import { readerOf } from '../support/cursors.ts';
import { holdAnswers, worker } from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';

const place = { clusterName: 'apps-dev', namespace: 'payments' };
const tags = { team: 'payments', 'managed-by': 'terraform' };
const operationTag = 'pod-identity-gateway/operation';

describeOnLedger('associationDrift of adopted associations on $name', ({ open }) => {
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway } = opened), { open, times: { listLagMs: 0, clockErrorMs: 1_000 } });

  const found = async () => {
    const principal = { id: 'pat', kind: 'USER', groups: ['platform-admins'], sessionName: null } as const;
    const identity = { principal, actor: null, sourceAddress: null, userAgent: null, apiRequestId: 'request' };
    const { deps } = gateway;
    const describer = makeDescriber(deps, makeRateLimiter({ concurrency: 8, perSecond: 1_000 }, Date.now));
    const bounds = { describer, deadline: gateway.clock.now() + 10_000 };
    const result = await associationDrift(deps, readerOf(deps, identity), place, bounds);
    if (result.kind !== 'ok') throw new Error(JSON.stringify(result));
    return result.value.edges.map(({ node: { kind, differences } }) => ({ kind, differences }));
  };
  const outsider = (fields: object = {}) => {
    const { control } = gateway.simulator;
    const made = control.createAssociation({
      ...place,
      serviceAccount: 'other',
      roleArn: input.roleArn,
      tags,
      ...fields,
    });
    gateway.clock.skip(2_000);
    return made.associationId;
  };
  const adopt = async (associationId: string) => {
    expect(await gateway.adopt({ associationId })).toMatchObject({ status: 'SUCCEEDED' });
    gateway.clock.skip(2_000);
  };
  const changeOutside = (associationId: string, change: object) => {
    gateway.simulator.control.updateAssociation(associationId, change);
    gateway.clock.skip(2_000);
  };

  test('an adopted association is not UNMANAGED any more', async () => {
    const associationId = outsider();
    expect(await found()).toEqual([{ kind: 'UNMANAGED', differences: [] }]);
    await adopt(associationId);
    expect(await found()).toEqual([]);
  });

  test('a later change from outside is MODIFIED against the adopted state, until it is adopted too', async () => {
    const associationId = outsider();
    await adopt(associationId);
    changeOutside(associationId, { roleArn: worker });
    expect(await found()).toEqual([
      { kind: 'MODIFIED', differences: [{ field: 'roleArn', requested: input.roleArn, existing: worker }] },
    ]);
    await adopt(associationId);
    expect(await found()).toEqual([]);
  });

  test('a later change of a tag from outside is MODIFIED, also of a tag that the gateway would set', async () => {
    const associationId = outsider();
    await adopt(associationId);
    changeOutside(associationId, { tags: { team: 'payments', [operationTag]: 'x' } });
    expect((await found()).map(({ kind, differences }) => [kind, differences.map(({ field }) => field)])).toEqual([
      ['MODIFIED', ['tags.managed-by', `tags.${operationTag}`]],
    ]);
  });

  test('a modification from outside that leaves the adopted settings is MODIFIED', async () => {
    const associationId = outsider();
    await adopt(associationId);
    changeOutside(associationId, { roleArn: input.roleArn });
    expect((await found()).map(({ differences }) => differences.map(({ field }) => field))).toEqual([['modifiedAt']]);
  });

  test('a later delete outside is DELETED, and one through the gateway is not', async () => {
    const associationId = outsider();
    await adopt(associationId);
    const second = outsider({ serviceAccount: 'second' });
    await adopt(second);
    await gateway.remove({ associationId: second });
    gateway.clock.skip(2_000);
    expect(await found()).toEqual([]);
    gateway.simulator.control.deleteAssociation(associationId);
    gateway.clock.skip(2_000);
    expect(await found()).toEqual([{ kind: 'DELETED', differences: [] }]);
  });

  test.each([
    ['with its ownership tag', {}],
    ['without it', { tags: { team: 'payments' } }],
  ])('adopting accepts a change from outside to an association of the gateway, %s', async (_, change) => {
    const { association } = await gateway.create();
    const associationId = association?.associationId ?? '';
    gateway.clock.skip(2_000);
    changeOutside(associationId, { roleArn: worker, ...change });
    expect(await found()).toMatchObject([{ kind: 'MODIFIED' }]);
    await adopt(associationId);
    expect(await found()).toEqual([]);
  });

  test('an update through the gateway counts from the adopted state on', async () => {
    const associationId = outsider({ roleArn: roleArn('terraform/api') });
    await adopt(associationId);
    expect(await gateway.update({ associationId, roleArn: worker })).toMatchObject({ status: 'SUCCEEDED' });
    gateway.clock.skip(2_000);
    expect(await found()).toEqual([]);
    changeOutside(associationId, { disableSessionTags: true });
    expect(await found()).toMatchObject([{ kind: 'MODIFIED', differences: [{ field: 'disableSessionTags' }] }]);
  });

  describe('when the adoption reads EKS before another change takes effect and is recorded after it', () => {
    /** Runs `change` between the read of EKS and the record of an adoption. */
    const adoptAround = async (associationId: string, change: () => Promise<unknown>) => {
      const { clock, simulator, deps } = gateway;
      const getLocks = async () => {
        await change();
        return deps.ledger.getLocks();
      };
      const slow = await openGateway({
        ledger: deps.ledger,
        clock,
        simulator,
        change: (own) => ({ ...own, ledger: { ...own.ledger, getLocks } }),
      });
      expect(await slow.adopt({ associationId })).toMatchObject({ status: 'SUCCEEDED' });
      await slow.close();
      clock.skip(2_000);
    };

    test.each([0, 2_000])('an update explains the state, of an association made %s ms before', async (ms) => {
      const { control } = gateway.simulator;
      const { associationId } = control.createAssociation({
        ...place,
        serviceAccount: 'other',
        roleArn: input.roleArn,
      });
      gateway.clock.skip(ms);
      await adoptAround(associationId, () => gateway.update({ associationId, roleArn: worker }));
      expect(await found()).toEqual([]);
    });

    test('a delete explains that the association is gone', async () => {
      const associationId = outsider();
      await adoptAround(associationId, () => gateway.remove({ associationId }));
      expect(await found()).toEqual([]);
    });
  });

  test('an update explains the state where a create adopts what a read showed that lags behind it', async () => {
    const { serviceAccount } = input;
    const associationId = outsider({ serviceAccount });
    gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'lag', delayMs: 29_000 });
    expect(await gateway.update({ associationId, roleArn: worker })).toMatchObject({ status: 'SUCCEEDED' });
    const tagged = Object.entries(tags).map(([key, value]) => ({ key, value }));
    const adopting = { ...input, serviceAccount, tags: tagged, ifExists: 'ADOPT' };
    expect(await gateway.create(adopting, 'pat')).toMatchObject({ association: { associationId } });
    gateway.clock.skip(60_000);
    expect(await found()).toEqual([]);
  });

  test('an update in flight while the association is adopted explains the state', async () => {
    const associationId = outsider();
    const { change, sent, release } = holdAnswers();
    const { clock, simulator, deps } = gateway;
    const other = await openGateway({ ledger: deps.ledger, clock, simulator, change });
    const update = other.update({ associationId, roleArn: worker });
    await sent;
    await adopt(associationId);
    expect(await found()).toEqual([]);
    release();
    await update;
    await other.close();
    clock.skip(2_000);
    expect(await found()).toEqual([]);
  });
});
