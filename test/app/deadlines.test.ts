import { marshall } from '@aws-sdk/util-dynamodb';
import { makeCheckpointHandler } from '../../src/app/checkpoint-handler.ts';
import { makeDeliverHandler } from '../../src/app/deliver-handler.ts';
import { makeExpireHandler } from '../../src/app/expire-handler.ts';
import { meteredPolicy } from '../../src/app/metered-policy.ts';
import { makeReconcileHandler } from '../../src/app/reconcile-handler.ts';
import { makeScanHandler } from '../../src/app/scan-handler.ts';
import { warmUp } from '../../src/app/warm-up.ts';
import { ClockWrong } from '../../src/ledger/ledger-unavailable.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { entryItem } from '../../src/ledger/stored/entry.ts';
import { defaultScanSettings } from '../../src/observations/scan.ts';
import { defaultExpireSettings } from '../../src/operations/expiry/run.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import type { Deadline } from '../../src/runtime/deadline.ts';
import { makeMeter, meterFields, withMeter } from '../../src/runtime/meter.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { openLog } from '../support/checkpoint-log.ts';
import { createDocument } from '../support/documents.ts';
import { input, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { auditEntry } from '../support/ledger-samples.ts';
import { openSqlite } from '../support/ledgers.ts';
import { admittedCreate, dependenciesOn } from '../support/mutations.ts';
import { streamRecord } from '../support/lambda-event.ts';

describe('deadlines', () => {
  type Store = Awaited<ReturnType<typeof openSqlite>>['ledger'];

  let opened: Awaited<ReturnType<typeof openSqlite>>;
  let gateway: Gateway;
  /** The deadlines of the stores that were asked for. */
  let deadlines: Deadline[] = [];
  /** All stores that have no deadline. */
  let unbound: Store;
  let boundTo: (store: Store) => Partial<Store> = () => ({});

  const storesUntil = (deadline: Deadline) => {
    deadlines.push(deadline);
    const store = { ...opened.ledger, ...boundTo(opened.ledger) };
    return { ledger: store, associations: store, approvals: store, observations: store, repairs: store };
  };

  beforeEach(async () => {
    opened = await openSqlite();
    unbound = new Proxy(opened.ledger, {
      get: (_, name) => () => Promise.reject(new Error(`${String(name)} is called without a deadline.`)),
    });
    deadlines = [];
    boundTo = () => ({});
    const change = (deps: Dependencies): Dependencies => ({
      ...deps,
      ...{ ledger: unbound, associations: unbound, approvals: unbound, storesUntil },
    });
    gateway = await openGateway({ ledger: opened.ledger, recordTrailReads: true, change });
  });
  afterEach(async () => {
    await gateway.close();
    await opened.close();
  });

  const current = () => Promise.resolve(gateway.deps);
  const context = { awsRequestId: 'run', getRemainingTimeInMillis: () => 60_000 };

  test.each<[string, () => Promise<unknown>]>([
    ['reconciler', () => makeReconcileHandler(current, unbound)({}, context)],
    ['scan', () => makeScanHandler(current, unbound, defaultScanSettings)({}, context)],
    [
      'expire',
      () =>
        makeExpireHandler(current, { observations: unbound, approvals: unbound }, defaultExpireSettings)({}, context),
    ],
    [
      'checkpoint',
      async () => {
        const log = openLog(opened.ledger);
        const sendersUntil = (deadline: Deadline) => ({ ...log.deps, store: storesUntil(deadline).ledger });
        await makeCheckpointHandler({ ...log.deps, sendersUntil, clock: gateway.clock.now }, () => undefined)(
          {},
          context,
        );
        log.close();
      },
    ],
    [
      'deliver',
      () =>
        makeDeliverHandler({
          ...{ ledger: unbound, storesUntil, clock: gateway.clock.now, denialShare: 1, log: () => undefined },
          target: { send: (events) => Promise.resolve(events.map(() => ({ kind: 'sent' }))) },
          findDisabled: () => Promise.resolve([]),
        })({ Records: [streamRecord('INSERT', marshall(entryItem(auditEntry({ event: 'SUCCEEDED' }))))] }, context),
    ],
  ])('a run of the %s reads and writes until its deadline, and ends it', async (_, run) => {
    const before = gateway.clock.now();
    await run();
    expect(deadlines).toHaveLength(1);
    const [deadline] = deadlines;
    expect(deadline?.at).toBeLessThan(gateway.clock.now() + 60_000);
    expect(deadline?.at).toBeGreaterThanOrEqual(before + 30_000);
    expect(deadline?.aborted).toBe(true);
  });

  test('every request has the deadline of its answer, and ends it with that', async () => {
    const before = gateway.clock.now();
    const { refusal } = await gateway.create();
    expect(refusal).toBeNull();
    const queries = [
      '{ locks { scope } }',
      '{ openOperations { operationId } }',
      '{ auditTrail(all: true) { nodes { entryId } } }',
      '{ approvals(clusterName: "apps-dev") { nodes { id } } }',
      '{ associations(clusterName: "apps-dev") { nodes { associationArn } } }',
      '{ associationDrift(clusterName: "apps-dev", namespace: "payments") { nodes { kind } } }',
    ];
    for (const query of queries) {
      const { errors = [] } = await gateway.send(query, {}, 'pat');
      expect(errors.filter(({ message }) => message.includes('without a deadline'))).toEqual([]);
    }
    expect(deadlines.length).toBeGreaterThan(1);
    expect(deadlines.every(({ aborted }) => aborted)).toBe(true);
    const { requestMs } = gateway.deps.times;
    expect(deadlines[0]?.at).toBeGreaterThanOrEqual(before + requestMs);
    expect(deadlines[0]?.at).toBeLessThanOrEqual(gateway.clock.now() + requestMs);
  });

  test('a request to an instance whose clock is wrong gets a retryable error that says so, and EKS no change', async () => {
    boundTo = () => ({ commit: () => Promise.reject(new ClockWrong()) });
    const { errors } = await gateway.send(createDocument, { input });
    expect(errors).toMatchObject([
      {
        message: 'The clock of this instance is wrong. Retry; send a mutation again with the same clientRequestToken.',
        extensions: { code: 'LEDGER_UNAVAILABLE', retryable: true },
      },
    ]);
    expect(gateway.sent()).toBe(0);
  });

  test('a checkpoint of a function whose clock is wrong takes no entries', async () => {
    const log = openLog(opened.ledger);
    await opened.ledger.appendEntry(auditEntry());
    const deps = { ...log.deps, sendersUntil: () => log.deps, clockCheck: { isWrong: () => true } };
    await expect(makeCheckpointHandler(deps, () => undefined)({}, context)).rejects.toThrow(ClockWrong);
    const names: string[] = [];
    for await (const name of log.deps.storage.list('')) names.push(name);
    expect(names).toEqual([]);
    log.close();
  });
});

describe('the start of a function', () => {
  const ledger = makeSqliteLedger({ file: ':memory:' });
  let gateway: Gateway;

  beforeEach(async () => {
    gateway = await openGateway({ ledger });
  });

  afterEach(() => gateway.close());
  afterAll(() => ledger.close());

  const calls = () => gateway.simulator.control.requests().map(({ operation, outcome }) => [operation, outcome]);

  test('decides, reads from EKS, and reads the locks beside another read of DynamoDB', async () => {
    const decisions: unknown[] = [];
    const reads: string[] = [];
    await warmUp({
      ...gateway.deps,
      authorize: (context, request) => {
        const decision = gateway.deps.authorize(context, request);
        decisions.push(decision.allowed);
        return decision;
      },
      ledger: {
        ...ledger,
        getLocks: () => {
          reads.push('locks');
          return ledger.getLocks();
        },
        getRecord: (key) => {
          reads.push('record');
          return ledger.getRecord(key);
        },
      },
    });
    expect(decisions).toEqual([true]);
    expect(reads).toEqual(['locks', 'record']);
    expect(calls()).toEqual([['ListPodIdentityAssociations', 'succeeded']]);
  });

  test('succeeds without AWS, and logs nothing', async () => {
    await gateway.simulator.close();
    const getLocks = () => Promise.reject(new LedgerUnavailable(new Error('no connection')));
    await expect(warmUp({ ...gateway.deps, ledger: { ...ledger, getLocks } })).resolves.toBeUndefined();
    expect(gateway.logged).toEqual([]);
    gateway = await openGateway({ ledger });
  });

  test('does not wait for a ledger that does not answer', async () => {
    const getLocks = () => new Promise<never>(() => undefined);
    await expect(warmUp({ ...gateway.deps, ledger: { ...ledger, getLocks } })).resolves.toBeUndefined();
  });
});

describe('the metered policy', () => {
  const mutation = admittedCreate(60_000_000);
  const request = { action: 'CreatePodIdentityAssociation', association: mutation.request } as const;
  const ledger = makeSqliteLedger({ file: ':memory:' });
  const deps = dependenciesOn(ledger);
  afterAll(() => ledger.close());

  test('measures each decision, and counts those that failed', () => {
    const failing = meteredPolicy({
      ...deps,
      authorize: (...asked) => ({ ...deps.authorize(...asked), allowed: false, failed: true }),
    });
    const meter = makeMeter();
    withMeter(meter, () => {
      expect(failing.authorize(mutation.authorization, request).failed).toBe(true);
      expect(failing.preauthorize(mutation.authorization, request.action, mutation.request)).toBeNull();
    });
    expect(meterFields(meter)).toMatchObject({ policyFailures: 1, policySlowestMs: expect.any(Number) });
  });

  test('counts no failure of a decision that was made', () => {
    const meter = makeMeter();
    withMeter(meter, () => deps.authorize(mutation.authorization, request));
    expect(meterFields(meter)).toMatchObject({ policyCalls: 1 });
    expect(meterFields(meter)).not.toHaveProperty('policyFailures');
  });
});
