// Quick test: test/operations/expire-bursts.test.ts.
import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { expire } from '../../src/operations/expiry/run.ts';
import { defaultExpireSettings } from '../../src/operations/expiry/run.ts';
import { createAssociation, holdAnswers, inDoubtMs, readLagMs, reconcileNow, worker } from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import { openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import { lockOperations } from '../support/locks.ts';

const hourMs = 3_600_000;
const { accountId, region } = { accountId: '111122223333', region: 'eu-central-1' };
const targetOf = (serviceAccount: string) => ({
  accountId,
  region,
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount,
});
const nothing = {
  ...{ deleted: 0, warned: 0, dropped: 0, suspended: 0, open: 0, failed: 0 },
  ...{ locked: 0, held: 0 },
};

describeOnLedger('expire, on $name', ({ open }) => {
  let ledger: Ledger & ObservationStore & ApprovalStore;
  let gateway: Gateway;
  openForEachTest((opened) => ({ gateway, ledger } = opened as typeof opened & { ledger: typeof ledger }), { open });

  const runNow = (settings: Partial<typeof defaultExpireSettings> = {}, { deps } = gateway, leftMs = 60_000) =>
    expire(
      { ...deps, observations: ledger, approvals: ledger },
      { ...defaultExpireSettings, ...settings },
      'run-1',
      deps.clock() + leftMs,
    );
  /** A run that leaves an expiry that has been due for a minute, and more on a slow machine. */
  const runLate = async () => {
    const { oldestDueSeconds, ...counts } = await runNow();
    expect(oldestDueSeconds).toBeGreaterThanOrEqual(60);
    expect(oldestDueSeconds).toBeLessThan(120);
    return counts;
  };
  const inFuture = (ms: number) => new Date(gateway.clock.now() + ms).toISOString();
  const expiryOf = async (serviceAccount = 'api') =>
    (await ledger.getAssociationState(targetOf(serviceAccount)))?.expiry;
  const associations = () => gateway.simulator.control.associations();
  /** An association that ended by a minute, and was warned of. */
  const createEnded = async (serviceAccount = 'api') => {
    const created = await gateway.create({
      serviceAccount,
      clientRequestToken: serviceAccount,
      expiresAt: inFuture(hourMs),
    });
    if (!created.association) throw new Error(JSON.stringify(created));
    return created.association;
  };
  /** What a scan writes of an association, which it found to differ from what operations left. */
  const observe = async (
    { associationId, modifiedAt }: Awaited<ReturnType<typeof createEnded>>,
    driftId: string | null,
    serviceAccount = 'api',
  ) => {
    const target = targetOf(serviceAccount);
    const { revision = 0 } = (await ledger.getAssociationState(target)) ?? {};
    const sight = { associationId, modifiedAt, isGone: false };
    const origin = driftId ? 'OUTSIDE' : 'OPERATION';
    const observed = {
      at: gateway.clock.now(),
      revision: revision + 1,
      sight,
      origin,
      association: null,
      driftId,
    } as const;
    const change = { target, observed, openOperations: [], endedOperationIds: [] };
    expect(await ledger.observeAssociation(revision, change, null)).toBe(true);
  };
  const skipPastEnd = async () => {
    await runNow();
    gateway.clock.skip(hourMs + 60_000);
  };
  const lastDelete = async () => {
    const page = await ledger.readTrail({
      partition: { kind: 'all' },
      ...{ since: null, until: null, events: null, roleArn: null, policyId: null, refusalCodes: null },
      operations: ['DELETE_POD_IDENTITY_ASSOCIATION'],
      limit: 20,
      before: null,
    });
    return page.entries;
  };

  test('deletes an association after its expiry, for who set it, with the gateway as the actor', async () => {
    const { associationId } = await createEnded();
    await skipPastEnd();
    expect(await runNow()).toMatchObject({ ...nothing, deleted: 1, oldestDueSeconds: 0 });
    expect(associations()).toEqual([]);
    expect(await expiryOf()).toBeUndefined();
    const [succeeded, intent] = await lastDelete();
    expect(succeeded).toMatchObject({
      event: 'SUCCEEDED',
      principal: { id: expect.stringContaining('#alice') as string },
      actor: { id: 'pod-identity-gateway/expire' },
      apiRequestId: 'run-1',
      decision: null,
      request: { associationId, ending: { expiresAt: expect.any(String) as string } },
    });
    expect(intent).toMatchObject({ event: 'INTENT', operationId: succeeded?.operationId });
    expect(await runNow()).toMatchObject(nothing);
  });

  test('deletes nothing before its expiry, nor while clocks may differ', async () => {
    await createEnded();
    await runNow();
    gateway.clock.skip(hourMs - 5_000);
    expect(await runNow()).toMatchObject(nothing);
    gateway.clock.skip(10_000);
    expect(await runNow()).toMatchObject(nothing);
    gateway.clock.skip(10_000);
    // A run that is about to end begins no delete.
    expect(await runNow({}, gateway, 9_000)).toMatchObject(nothing);
    expect(await runNow()).toMatchObject({ deleted: 1 });
  });

  test('warns once of an expiry, when it is near', async () => {
    const { associationId } = await createAssociation(gateway);
    const expiresAt = inFuture(48 * hourMs);
    await gateway.update({ associationId, expiresAt, clientRequestToken: 'end' });
    expect(await runNow()).toMatchObject(nothing);
    gateway.clock.skip(25 * hourMs);
    expect(await runNow()).toMatchObject({ ...nothing, warned: 1 });
    expect(await runNow()).toMatchObject(nothing);
    const [warning] = await lastDelete();
    expect(warning).toMatchObject({
      event: 'EXPIRY_WARNED',
      principal: { id: expect.stringContaining('#alice') as string },
      request: { associationId, ending: { expiresAt } },
      before: { associationId },
    });
    // A later expiry is another one, warned of also while only some clocks show that it is over.
    await gateway.update({ associationId, expiresAt: inFuture(20 * hourMs), clientRequestToken: 'later' });
    gateway.clock.skip(20 * hourMs + 1_000);
    expect(await runNow()).toMatchObject({ ...nothing, warned: 1 });
  });

  test('does not delete an association whose expiry was extended or cleared', async () => {
    for (const [index, expiresAt] of [inFuture(9 * hourMs), null].entries()) {
      const { associationId } = await createEnded(`api-${index}`);
      await runNow();
      gateway.clock.skip(readLagMs);
      await gateway.update({ associationId, expiresAt, clientRequestToken: `extend-${index}` });
      gateway.clock.skip(hourMs + 60_000);
    }
    expect(await runNow()).toMatchObject({ deleted: 0 });
    expect(associations()).toHaveLength(2);
  });

  test('waits for an extension in progress, which wins', async () => {
    const { associationId } = await createEnded();
    await runNow();
    gateway.clock.skip(hourMs - 5_000);
    gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-after' });
    const expiresAt = inFuture(9 * hourMs);
    const extend = () => gateway.update({ associationId, roleArn: worker, expiresAt, clientRequestToken: 'extend' });
    expect(await extend()).toMatchObject({ status: 'IN_PROGRESS' });
    gateway.clock.skip(40_000);
    expect(await runNow()).toMatchObject({ ...nothing, waiting: 1 });
    expect(await extend()).toMatchObject({ status: 'SUCCEEDED' });
    expect(await runNow()).toMatchObject({ deleted: 0 });
    expect(associations()).toHaveLength(1);
  });

  test('refuses its claim if an extension was recorded after it examined the expiry', async () => {
    const { associationId } = await createEnded();
    await skipPastEnd();
    const { deps } = gateway;
    const extending: typeof deps = {
      ...deps,
      eksFor: (cluster) => {
        const eks = deps.eksFor(cluster);
        return {
          ...eks,
          describe: async (...call) => {
            const described = await eks.describe(...call);
            await gateway.update({ associationId, expiresAt: inFuture(hourMs), clientRequestToken: 'extend' });
            return described;
          },
        };
      },
    };
    expect(await runNow({}, { ...gateway, deps: extending })).toMatchObject({ deleted: 0, open: 1 });
    expect(associations()).toHaveLength(1);
    expect(gateway.sent('DeletePodIdentityAssociation')).toBe(0);
  });

  test('keeps an extension from beginning while its delete is in progress', async () => {
    await createEnded();
    await skipPastEnd();
    const { change, sent, release } = holdAnswers();
    const { simulator, clock } = gateway;
    const expiring = await openGateway({ ledger, simulator, clock, change });
    const expired = runNow({}, expiring);
    await sent;
    // The simulator has deleted it; a create for the same service account can't set an expiry either.
    expect(await gateway.create({ clientRequestToken: 'again', expiresAt: inFuture(hourMs) })).toMatchObject({
      refusal: { code: 'OPERATION_IN_PROGRESS' },
    });
    release();
    expect(await expired).toMatchObject({ deleted: 1 });
    await expiring.close();
  });

  test('reports an association that others changed, once, and deletes it after it was adopted', async () => {
    const { associationId } = await createEnded();
    await skipPastEnd();
    gateway.simulator.control.updateAssociation(associationId, { disableSessionTags: true });
    expect(await runNow()).toMatchObject({ ...nothing, suspended: 1 });
    expect(await expiryOf()).toMatchObject({ suspendedFor: 'CHANGED_OUTSIDE' });
    expect(gateway.logged).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'The ending of an association was suspended.' }),
    );
    gateway.clock.skip(hourMs + 60_000);
    expect(await runNow()).toMatchObject({ ...nothing, suspended: 1 });
    const refused = (await lastDelete()).filter(({ event }) => event !== 'EXPIRY_WARNED');
    expect(refused.map(({ event, refusalCode }) => [event, refusalCode])).toEqual([['REFUSED', 'ASSOCIATION_CHANGED']]);
    await gateway.adopt({ associationId, clientRequestToken: 'adopt' });
    gateway.clock.skip(hourMs + 60_000);
    expect(await runNow()).toMatchObject({ ...nothing, deleted: 1 });
    expect(associations()).toEqual([]);
  });

  test('ends an association later if its read lags behind a change through the gateway', async () => {
    const { associationId } = await createEnded();
    await skipPastEnd();
    gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'lag', delayMs: 10_000 });
    expect(await gateway.update({ associationId, disableSessionTags: true })).toMatchObject({
      status: 'SUCCEEDED',
    });
    expect(await runLate()).toMatchObject({ ...nothing, open: 1 });
    gateway.clock.skip(readLagMs);
    expect(await runNow()).toMatchObject({ ...nothing, deleted: 1 });
  });

  test('ends an association later that EKS does not let it read', async () => {
    await createEnded();
    await skipPastEnd();
    const { control } = gateway.simulator;
    // The SDK asks twice: it takes the clock that was set forward for the cause.
    control.addFault({ operation: 'DescribePodIdentityAssociation', kind: 'access-denied', times: 2 });
    expect(await runLate()).toMatchObject({ ...nothing, failed: 1 });
    expect(await runNow()).toMatchObject({ ...nothing, deleted: 1 });
  });

  test('ends an association later that a scan took for changed by others, once that is resolved', async () => {
    const association = await createEnded();
    await skipPastEnd();
    await observe(association, 'drift-1');
    expect(await runNow()).toMatchObject({ ...nothing, suspended: 1 });
    await observe(association, null);
    gateway.clock.skip(hourMs + 60_000);
    expect(await runNow()).toMatchObject({ ...nothing, deleted: 1 });
    expect((await lastDelete()).map(({ event }) => event)).toEqual(['SUCCEEDED', 'INTENT', 'REFUSED', 'EXPIRY_WARNED']);
  });

  test('drops the expiry of an association that is gone, with an entry', async () => {
    const { associationId } = await createEnded();
    await skipPastEnd();
    gateway.simulator.control.deleteAssociation(associationId);
    expect(await runNow()).toMatchObject({ ...nothing, dropped: 1 });
    expect(await expiryOf()).toBeUndefined();
    expect((await lastDelete())[0]).toMatchObject({ event: 'REFUSED', refusalCode: 'ASSOCIATION_NOT_FOUND' });
  });

  test('drops the expiry of an association that others replaced, and leaves the other one that was adopted', async () => {
    const { associationId, roleArn } = await createEnded();
    const { control } = gateway.simulator;
    control.deleteAssociation(associationId);
    const other = control.createAssociation({ ...targetOf('api'), roleArn, tags: { team: 'payments' } });
    await gateway.adopt({ associationId: other.associationId, clientRequestToken: 'adopt' });
    gateway.clock.skip(hourMs + 60_000);
    expect(await runNow()).toMatchObject({ ...nothing, dropped: 1 });
    expect(await expiryOf()).toBeUndefined();
    expect(await lastDelete()).toEqual([]);
    expect(associations()).toHaveLength(1);
  });

  test.each(['cut-before', 'cut-after'] as const)(
    'ends an association once whose delete was lost (%s)',
    async (kind) => {
      await createEnded();
      await skipPastEnd();
      gateway.simulator.control.addFault({ operation: 'DeletePodIdentityAssociation', kind });
      expect(await runNow()).toMatchObject({ ...nothing, open: 1 });
      expect(await runNow()).toMatchObject({ ...nothing, waiting: 1 });
      gateway.clock.skip(inDoubtMs);
      // The reconciler sends nothing: it records the effect, or releases the token for the next run.
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
      expect(await runNow()).toMatchObject({ deleted: kind === 'cut-before' ? 1 : 0 });
      expect(associations()).toEqual([]);
      expect(gateway.sent('DeletePodIdentityAssociation')).toBe(kind === 'cut-before' ? 2 : 1);
    },
  );

  test('deletes once if two runs find the same expiry', async () => {
    await createEnded();
    await skipPastEnd();
    const [one, other] = await Promise.all([runNow(), runNow()]);
    expect(one.deleted + other.deleted).toBe(1);
    expect(gateway.sent('DeletePodIdentityAssociation')).toBe(1);
  });

  test('deletes nothing under a lock on all, on who set the expiry, or on expiries, and writes no entry', async () => {
    await createEnded();
    await skipPastEnd();
    const { lock, lift } = lockOperations(ledger);
    const ofPrincipal = (principalId: string) => ({ kind: 'PRINCIPAL', principalId }) as const;
    const setter = ofPrincipal('https://issuer.example#alice');
    for (const scope of [{ kind: 'ALL' } as const, setter, ofPrincipal('pod-identity-gateway/expire')]) {
      await lock(scope);
      expect(await runLate()).toMatchObject({ ...nothing, locked: 1 });
      expect((await lastDelete()).map(({ event }) => event)).toEqual(['EXPIRY_WARNED']);
      await lift(scope);
    }
    expect(await runNow()).toMatchObject({ deleted: 1 });
  });

  test('suspends an expiry while another operation stays open', async () => {
    const { associationId } = await createEnded();
    gateway.clock.skip(readLagMs);
    gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-before' });
    await gateway.update({ associationId, roleArn: worker, clientRequestToken: 'lost' });
    await skipPastEnd();
    expect(await runNow()).toMatchObject({ ...nothing, suspended: 1 });
    expect(await expiryOf()).toMatchObject({ suspendedFor: 'OPERATION_OPEN' });
    expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
    gateway.clock.skip(hourMs + 60_000);
    expect(await runNow()).toMatchObject({ ...nothing, deleted: 1 });
  });

  test('suspends an expiry in a cluster that the inventory no longer has, and says so once', async () => {
    await createEnded();
    await skipPastEnd();
    const gone = { ...gateway, deps: { ...gateway.deps, serves: () => false } };
    const logged = () =>
      gateway.logged.filter(({ message }) => message === 'The ending of an association was suspended.');
    for (let run = 0; run < 2; run += 1) {
      expect(await runNow({}, gone)).toMatchObject({ ...nothing, suspended: 1 });
      expect(await expiryOf()).toMatchObject({ suspendedFor: 'CLUSTER_NOT_SERVED' });
      expect(logged()).toHaveLength(1);
      gateway.clock.skip(hourMs + 60_000);
    }
    expect(await runNow()).toMatchObject({ ...nothing, deleted: 1 });
  });

  test('a client deletes an association while its expiry is due', async () => {
    const { associationId } = await createEnded();
    await skipPastEnd();
    expect(await gateway.remove({ associationId, clientRequestToken: 'now' })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await runNow()).toMatchObject(nothing);
  });
});
