import { setTimeout as sleep } from 'node:timers/promises';
import type { Dependencies } from '../../src/operations/dependencies.ts';
import { reconcile } from '../../src/operations/reconcile.ts';
import type { Eks } from '../../src/eks/eks.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { startEksSimulator } from '#eks-simulator';
import { input, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { ledgersUnderTest } from '../support/ledgers.ts';

const create = 'CreatePodIdentityAssociation';
const quietMs = 600;

/** Dependencies whose holder stands still at EKS's door until it is let go. */
function frozenBeforeEks(deps: Dependencies, thawed: Promise<unknown>): Dependencies {
  const eksFor = (cluster: Parameters<Dependencies['eksFor']>[0]): Eks => {
    const eks = deps.eksFor(cluster);
    return { ...eks, create: (call) => thawed.then(() => eks.create({ ...call, deadline: Date.now() + 5_000 })) };
  };
  return { ...deps, eksFor };
}

describe.each(ledgersUnderTest().filter(({ available }) => available))('holders of a token on $name', ({ open }) => {
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

  const settleNow = ({ deps }: Gateway) => reconcile(deps, 'reconciler-run', Date.now() + 20_000);

  test('who sends the create after its signature has expired is refused by EKS itself, and writes nothing', async () => {
    // A signature's date has whole seconds, so a window of less than one or two would refuse fresh ones.
    const simulator = await startEksSimulator({ signatureWindowMs: 1_500 });
    const times = { leaseMs: 200, requestMs: 20_000, signatureWindowMs: 1_600 };
    const { promise: thawed, resolve: thaw } = Promise.withResolvers<undefined>();
    const frozen = await openOne({ simulator, times, change: (deps) => frozenBeforeEks(deps, thawed) });
    const other = await openOne({ simulator, times });

    const answerOfFrozen = frozen.create();
    await sleep(2_400);
    const answerOfOther = await other.create();
    expect(answerOfOther).toMatchObject({ status: 'SUCCEEDED', auditEntry: { fence: 3 } });
    simulator.control.deleteAssociation(answerOfOther.association?.associationId ?? '');
    thaw(undefined);
    // Its late create would have found the service account free.
    expect(await answerOfFrozen).toMatchObject({
      status: 'SUCCEEDED',
      replayed: true,
      association: answerOfOther.association,
    });
    expect(simulator.control.associations()).toEqual([]);
    await simulator.close();
  }, 20_000);

  test('one that finds the ledger gone after EKS answers IN_PROGRESS, and the reconciler finishes', async () => {
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
    const broken = await openOne({ simulator, change: breaking, times: { leaseMs: 100 } });
    const answer = await broken.create();
    expect(answer).toMatchObject({ status: 'IN_PROGRESS', refusal: null, auditEntry: { event: 'INTENT' } });
    await sleep(150);
    const sound = await openOne({ simulator });
    expect(await settleNow(sound)).toEqual({ closed: 1, open: 0, overtaken: 0, failed: 0 });
    expect(await sound.create()).toMatchObject({ status: 'SUCCEEDED', replayed: true });
    expect(sound.sent()).toBe(1);
  });

  test('no request is sent to EKS while the ledger is gone', async () => {
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

  test('a record that vanishes while it is claimed is no claim', async () => {
    const commit = () => Promise.resolve({ kind: 'conflict', record: null } as const);
    const gateway = await openOne({ change: (deps) => ({ ...deps, ledger: { ...ledger, commit } }) });
    await expect(gateway.create()).rejects.toThrow('LEDGER_UNAVAILABLE');
    expect(gateway.simulator.control.requests()).toEqual([]);
  });

  test('a token that everybody else gets first is told to be in use, after a few tries', async () => {
    let tries = 0;
    const commit: Ledger['commit'] = (_, next) => {
      tries += 1;
      if (tries > 20) throw new Error('Nobody tries that often.');
      return Promise.resolve({ kind: 'conflict', record: { ...next, state: 'RELEASED' } });
    };
    const gateway = await openOne({ change: (deps) => ({ ...deps, ledger: { ...ledger, commit } }) });
    expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS', auditEntry: { event: 'CONTENDED' } });
    expect(tries).toBe(4);
    expect(gateway.sent()).toBe(0);
  });

  describe('the reconciler', () => {
    test('closes an operation whose effect shows', async () => {
      const gateway = await openOne();
      gateway.simulator.control.addFault({ operation: create, kind: 'cut-after' });
      const { auditEntry } = await gateway.create();
      expect(await settleNow(gateway)).toEqual({ closed: 1, open: 0, overtaken: 0, failed: 0 });
      expect(await gateway.events(auditEntry.operationId)).toEqual(['INTENT', 'UNKNOWN', 'TAKEN_OVER', 'SUCCEEDED']);
      const [, , takenOver] = await ledger.operationEntries(auditEntry.operationId);
      expect(takenOver).toMatchObject({
        principal: { id: 'https://issuer.example#alice' },
        userAgent: 'pod-identity-gateway/reconciler',
        apiRequestId: 'reconciler-run',
      });
      expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED', replayed: true });
    });

    test('leaves an operation open while its effect can still come, then releases it and creates nothing', async () => {
      const gateway = await openOne();
      gateway.simulator.control.addFault({ operation: create, kind: 'cut-before' });
      const { auditEntry } = await gateway.create();
      expect(await settleNow(gateway)).toEqual({ closed: 0, open: 1, overtaken: 0, failed: 0 });
      await sleep(quietMs);
      expect(await settleNow(gateway)).toEqual({ closed: 1, open: 0, overtaken: 0, failed: 0 });
      expect((await gateway.events(auditEntry.operationId)).at(-1)).toBe('RELEASED');
      expect(gateway.sent()).toBe(1);
      expect(await settleNow(gateway)).toEqual({ closed: 0, open: 0, overtaken: 0, failed: 0 });
      expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED', replayed: false });
    });

    test('does not touch an operation whose holder still has its lease', async () => {
      const gateway = await openOne();
      gateway.simulator.control.addFault({ operation: create, kind: 'delay', delayMs: 500 });
      const answer = gateway.create();
      await sleep(250);
      expect(await settleNow(gateway)).toEqual({ closed: 0, open: 0, overtaken: 0, failed: 0 });
      expect(await answer).toMatchObject({ status: 'SUCCEEDED', auditEntry: { fence: 1 } });
    });

    test('refuses what another association stands in the way of', async () => {
      const gateway = await openOne();
      gateway.simulator.control.addFault({ operation: create, kind: 'cut-before' });
      await gateway.create();
      const { clusterName, namespace, serviceAccount, roleArn } = input;
      gateway.simulator.control.createAssociation({ clusterName, namespace, serviceAccount, roleArn });
      await sleep(quietMs);
      expect(await settleNow(gateway)).toMatchObject({ closed: 1 });
      expect(await gateway.create()).toMatchObject({
        replayed: true,
        refusal: { code: 'ASSOCIATION_ALREADY_EXISTS', differences: [{ field: 'tags.team' }] },
      });
    });

    test('goes on with the others when EKS can’t be asked about one', async () => {
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
      expect(await settleNow(gateway)).toEqual({ closed: 1, open: 1, overtaken: 0, failed: 0 });
      expect(await settleNow(gateway)).toEqual({ closed: 1, open: 0, overtaken: 0, failed: 0 });
    });
  });
});
