import { defaultTimes } from '../../src/idempotency/times.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { holdAnswers, inDoubtMs, leaseMs, reconcileNow, withChanges } from '../support/changes.ts';
import { input, openGateway, openSimulator } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import { makeClock } from '../support/test-clock.ts';

const create = 'CreatePodIdentityAssociation';

/** Dependencies whose create call to EKS waits until `thawed` resolves. */
function frozenBeforeEks(deps: Dependencies, thawed: Promise<unknown>): Dependencies {
  return withChanges(deps, (eks) => ({
    create: (call) => thawed.then(() => eks.create({ ...call, deadline: deps.clock() + 10_000 })),
  }));
}

describeOnLedger('lease holders on $name', ({ open }) => {
  let ledger: Ledger;
  let closeLedger: () => Promise<void>;
  let gateways: Gateway[];

  beforeEach(async () => {
    ({ ledger, close: closeLedger } = await open());
    gateways = [];
  });

  afterEach(async () => {
    for (const gateway of gateways.reverse()) await gateway.close();
    await closeLedger();
  });

  const openOne = async (options: Partial<Parameters<typeof openGateway>[0]> = {}) => {
    const gateway = await openGateway({ ledger, ...options });
    gateways.push(gateway);
    return gateway;
  };

  test('a superseded lease holder whose signature has expired is rejected by EKS and writes nothing', async () => {
    const clock = makeClock();
    const simulator = await openSimulator(clock);
    const claimed = Promise.withResolvers<undefined>();
    const { promise: thawed, resolve: thaw } = Promise.withResolvers<undefined>();
    const freezing = (deps: Dependencies): Dependencies => ({
      ...frozenBeforeEks(deps, thawed),
      ledger: {
        ...ledger,
        commit: async (...call) => {
          const result = await ledger.commit(...call);
          claimed.resolve(undefined);
          return result;
        },
      },
    });
    const frozen = await openOne({ simulator, times: defaultTimes, change: freezing });
    const other = await openOne({ simulator, clock, times: defaultTimes });

    const resultOfFrozen = frozen.create();
    await claimed.promise;
    clock.skip(8 * 60_000);
    const resultOfOther = await other.create();
    expect(resultOfOther).toMatchObject({ status: 'SUCCEEDED', auditEntry: { fence: 3 } });
    simulator.control.deleteAssociation(resultOfOther.association?.associationId ?? '');
    thaw(undefined);
    // The late create would have succeeded, because the service account is free again.
    expect(await resultOfFrozen).toMatchObject({
      status: 'SUCCEEDED',
      replayed: true,
      association: resultOfOther.association,
    });
    expect(simulator.control.associations()).toEqual([]);
    await simulator.close();
  });

  test('returns IN_PROGRESS when the ledger fails after the EKS call, and the reconciler completes the operation', async () => {
    let commits = 0;
    const breaking = (deps: Dependencies): Dependencies => ({
      ...deps,
      ledger: {
        ...ledger,
        commit: (...args) => {
          commits += 1;
          return commits === 1 ? ledger.commit(...args) : Promise.reject(new LedgerUnavailable(new Error('gone')));
        },
      },
    });
    const simulator = (await openOne()).simulator;
    const broken = await openOne({ simulator, change: breaking });
    const answer = await broken.create();
    expect(answer).toMatchObject({ status: 'IN_PROGRESS', refusal: null, auditEntry: { event: 'INTENT' } });
    const working = await openOne({ simulator });
    working.clock.skip(leaseMs);
    expect(await reconcileNow(working)).toMatchObject({ closed: 1, open: 0, superseded: 0, failed: 0 });
    expect(await working.create()).toMatchObject({ status: 'SUCCEEDED', replayed: true });
    expect(working.sent()).toBe(1);
  });

  test('sends no request to EKS while the ledger is unavailable', async () => {
    const gone = () => Promise.reject(new LedgerUnavailable(new Error('gone')));
    const change = (deps: Dependencies): Dependencies => ({
      ...deps,
      ledger: { ...ledger, commit: gone, appendEntry: gone },
    });
    const gateway = await openOne({ change });
    await expect(gateway.create()).rejects.toThrow('LEDGER_UNAVAILABLE');
    await expect(gateway.create({ namespace: '*' })).rejects.toThrow('LEDGER_UNAVAILABLE');
    expect(gateway.simulator.control.requests()).toEqual([]);
  });

  test('fails with LEDGER_UNAVAILABLE when the record disappears during the claim', async () => {
    const commit = () => Promise.resolve({ kind: 'conflict', record: null } as const);
    const gateway = await openOne({ change: (deps) => ({ ...deps, ledger: { ...ledger, commit } }) });
    await expect(gateway.create()).rejects.toThrow('LEDGER_UNAVAILABLE');
    expect(gateway.simulator.control.requests()).toEqual([]);
  });

  test('returns IN_PROGRESS after 4 claims that other requests win', async () => {
    let claims = 0;
    const commit: Ledger['commit'] = (_, next) => {
      claims += 1;
      if (claims > 20) throw new Error('Too many claims.');
      return Promise.resolve({ kind: 'conflict', record: { ...next, state: 'RELEASED' } });
    };
    const gateway = await openOne({ change: (deps) => ({ ...deps, ledger: { ...ledger, commit } }) });
    expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS', auditEntry: { event: 'CONTENDED' } });
    expect(claims).toBe(4);
    expect(gateway.sent()).toBe(0);
  });

  describe('the reconciler', () => {
    test('completes an operation whose effect is visible', async () => {
      const gateway = await openOne();
      gateway.simulator.control.addFault({ operation: create, kind: 'cut-after' });
      const { auditEntry } = await gateway.create();
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 1, open: 0, superseded: 0, failed: 0 });
      expect(await gateway.events(auditEntry.operationId)).toEqual(['INTENT', 'UNKNOWN', 'TAKEN_OVER', 'SUCCEEDED']);
      const [, , takenOver] = await ledger.operationEntries(auditEntry.operationId);
      expect(takenOver).toMatchObject({
        principal: { id: 'https://issuer.example#alice' },
        userAgent: 'pod-identity-gateway/reconciler',
        apiRequestId: 'reconciler-run',
      });
      expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED', replayed: true });
    });

    test('leaves an operation open while it is in doubt, then releases it without a create', async () => {
      const gateway = await openOne();
      gateway.simulator.control.addFault({ operation: create, kind: 'cut-before' });
      const { auditEntry } = await gateway.create();
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 0, open: 1, superseded: 0, failed: 0 });
      gateway.clock.skip(inDoubtMs);
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 1, open: 0, superseded: 0, failed: 0 });
      expect((await gateway.events(auditEntry.operationId)).at(-1)).toBe('RELEASED');
      expect(gateway.sent()).toBe(1);
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 0, open: 0, superseded: 0, failed: 0 });
      expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED', replayed: false });
    });

    test('does not touch an operation whose lease is valid', async () => {
      const { change, sent, release } = holdAnswers();
      const gateway = await openOne({ change });
      const answer = gateway.create();
      await sent;
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 0, open: 0, superseded: 0, failed: 0 });
      release();
      expect(await answer).toMatchObject({ status: 'SUCCEEDED', auditEntry: { fence: 1 } });
    });

    test('refuses a create when the service account already had an association', async () => {
      const gateway = await openOne();
      const { clusterName, namespace, serviceAccount, roleArn } = input;
      gateway.simulator.control.createAssociation({ clusterName, namespace, serviceAccount, roleArn });
      gateway.clock.skip(inDoubtMs);
      gateway.simulator.control.addFault({ operation: create, kind: 'cut-before' });
      await gateway.create();
      gateway.clock.skip(inDoubtMs);
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
      expect(await gateway.create()).toMatchObject({
        replayed: true,
        refusal: { code: 'ASSOCIATION_ALREADY_EXISTS', differences: [{ field: 'tags.team' }] },
      });
    });

    test('continues with other operations when EKS denies the read for one', async () => {
      const gateway = await openOne();
      const faults = gateway.simulator.control;
      for (const serviceAccount of ['one', 'two']) {
        faults.addFault({ operation: create, kind: 'cut-after' });
        await gateway.create({ serviceAccount, clientRequestToken: serviceAccount });
      }
      faults.addFault({
        operation: 'ListPodIdentityAssociations',
        kind: 'access-denied',
        match: { serviceAccount: 'one' },
      });
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 1, open: 1, superseded: 0, failed: 0 });
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 0, waiting: 1 });
      gateway.clock.skip(inDoubtMs);
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 1, open: 0, superseded: 0, failed: 0 });
    });
  });
});
