import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { Expiry, ExpirySetter } from '../../src/ledger/association-expiry.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AssociationTarget } from '../../src/model/association.ts';
import { expire } from '../../src/operations/expiry/run.ts';
import { defaultExpireSettings } from '../../src/operations/expiry/run.ts';
import type { ExpirePorts, ExpireSettings } from '../../src/operations/expiry/one-run.ts';
import { openForEachTest } from '../support/each-test.ts';
import type { Gateway } from '../support/gateway.ts';
import { association } from '../support/ledger-samples.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import { lockOperations } from '../support/locks.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;
const alice = 'https://issuer.example#alice';
const setterOf = (principalId: string): ExpirySetter => ({ principalId, actorId: null, onBehalfOf: null });
const targetOf = (serviceAccount: string): AssociationTarget => ({
  accountId: '111122223333',
  region: 'eu-central-1',
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount,
});
const names = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(4, '0')}`);

describeOnLedger('bursts of expiries, on $name', ({ open }) => {
  let ledger: Ledger & ObservationStore & ApprovalStore;
  let gateway: Gateway;
  openForEachTest((opened) => ({ gateway, ledger } = opened as typeof opened & { ledger: typeof ledger }), { open });

  const runNow = (settings: Partial<ExpireSettings> = {}, replaced: Partial<ExpirePorts> = {}, ms = minuteMs) =>
    expire(
      { ...gateway.deps, observations: ledger, approvals: ledger, ...replaced },
      { ...defaultExpireSettings, ...settings },
      'run-1',
      gateway.deps.clock() + ms,
    );
  const associations = () =>
    gateway.simulator.control
      .associations()
      .map(({ serviceAccount }) => serviceAccount)
      .sort();
  const inMs = (ms: number) => new Date(gateway.clock.now() + ms).toISOString();
  /** Associations that all end at one time. */
  const createAll = async (all: readonly string[], expiresAt: string, as = 'alice') => {
    for (const serviceAccount of all) {
      const created = await gateway.create({ serviceAccount, clientRequestToken: serviceAccount, expiresAt }, as);
      expect(created).toMatchObject({ status: 'SUCCEEDED' });
    }
  };
  const expiryOf = async (serviceAccount: string) =>
    (await ledger.getAssociationState(targetOf(serviceAccount)))?.expiry;
  /** Changes a stored expiry, as another version of the gateway or another run would. */
  const replaceExpiry = async (serviceAccount: string, change: (expiry: Expiry) => Expiry) => {
    const target = targetOf(serviceAccount);
    const state = await ledger.getAssociationState(target);
    if (!state?.expiry) throw new Error(`${serviceAccount} has no expiry.`);
    const changed = { target, expiry: change(state.expiry), openOperations: [], endedOperationIds: [] };
    expect(await ledger.observeAssociation(state.revision, changed, null)).toBe(true);
  };
  /** Stores the state of an association with an expiry, without the association. */
  const store = async (serviceAccount: string, expiresAt: string, setter: ExpirySetter) => {
    const target = targetOf(serviceAccount);
    const associationId = `a-${serviceAccount.replaceAll('-', '').padStart(17, '0')}`;
    // The token of an expiry is derived from the ARN.
    const made = association({ ...target, associationId, associationArn: `arn:${associationId}` });
    const of = { associationId, setBy: 'operation', setter, isWarned: true, nextAt: Date.parse(expiresAt) };
    const expiry: Expiry = { ...of, expiresAt, suspendedFor: null };
    const operation = 'CREATE_POD_IDENTITY_ASSOCIATION' as const;
    const confirmed = { association: made, isDeleted: false, operationId: 'operation', operation, declaration: null };
    await ledger.observeAssociation(0, { target, confirmed, expiry, openOperations: [], endedOperationIds: [] }, null);
  };
  const alarms = () => gateway.logged.filter(({ message }) => message.startsWith('Endings are held'));

  test('four expiries of one setter at the same time stop no expiry of the cluster', async () => {
    const expiresAt = inMs(hourMs);
    await createAll(names('throw-away', 4), expiresAt);
    await createAll(['debug'], expiresAt, 'pat');
    gateway.clock.skip(hourMs + minuteMs);
    expect(await runNow()).toMatchObject({ deleted: 5, held: 0 });
    expect(alarms()).toEqual([]);
  });

  test("eleven expiries of one setter at the same time are held once, and don't delay those of others", async () => {
    const expiresAt = inMs(hourMs);
    const burst = names('throw-away', 11);
    await createAll(burst, expiresAt);
    await createAll(['debug'], expiresAt, 'pat');
    gateway.clock.skip(hourMs + minuteMs);
    const heldFrom = gateway.clock.now();
    expect(await runNow()).toMatchObject({ deleted: 1, held: 11, queued: 0, oldestDueSeconds: 0 });
    expect(associations()).toEqual(burst);
    expect(alarms()).toEqual([
      expect.objectContaining({
        level: 'error',
        fields: {
          ...setterOf(alice),
          endings: 11,
          heldUntil: expect.any(String) as string,
          lock: `npx pod-identity-operator lock --principal "${alice}"`,
        },
      }),
    ]);
    const { heldAt = 0, nextAt = 0 } = (await expiryOf('throw-away-0000')) ?? {};
    expect(heldAt).toBeGreaterThanOrEqual(heldFrom);
    expect(nextAt - heldAt).toBe(hourMs);
    expect(await runNow()).toMatchObject({ deleted: 0, held: 0 });
    gateway.clock.skip(hourMs + minuteMs);
    expect(await runNow()).toMatchObject({ deleted: 10, held: 0, queued: 1, oldestDueSeconds: 0 });
    expect(await runNow()).toMatchObject({ deleted: 1, queued: 0 });
    expect(alarms()).toHaveLength(1);
  });

  test('two runs at once that list the same burst hold each of its expiries once, and raise one alarm', async () => {
    const burst = names('throw-away', 11);
    await createAll(burst, inMs(hourMs));
    gateway.clock.skip(hourMs + minuteMs);
    const revisions = async () => {
      const states = await Promise.all(burst.map((name) => ledger.getAssociationState(targetOf(name))));
      return states.map((state) => ({ revision: state?.revision ?? 0, heldAt: state?.expiry?.heldAt }));
    };
    const before = await revisions();
    const bothListed = Promise.withResolvers<undefined>();
    let lists = 0;
    const dueExpiries: typeof ledger.dueExpiries = async (...due) => {
      const listed = await ledger.dueExpiries(...due);
      lists += 1;
      const isSecond = lists === 2;
      if (isSecond) bothListed.resolve(undefined);
      await bothListed.promise;
      // The order of those that end at one time is not that of the list.
      return isSecond ? listed.toReversed() : listed;
    };
    const replaced = { observations: { ...ledger, dueExpiries } };
    const [one, other] = await Promise.all([runNow({}, replaced), runNow({}, replaced)]);
    expect(one.held + other.held).toBe(11);
    expect([one.deleted, other.deleted]).toEqual([0, 0]);
    const after = await revisions();
    expect(after.map(({ revision }) => revision)).toEqual(before.map(({ revision }) => revision + 1));
    expect(alarms().map(({ fields }) => fields)).toEqual([
      expect.objectContaining({ principalId: alice, endings: 11 }),
    ]);
    expect(await runNow()).toMatchObject({ deleted: 0, held: 0 });
    expect(await revisions()).toEqual(after);
    expect(associations()).toEqual(burst);
  });

  test('a fleet whose contracts end at midnight ends an hour later, in the order of its expiries', async () => {
    const midnight = gateway.clock.now() + hourMs;
    const fleet = names('contract', 12);
    for (const [index, name] of fleet.entries()) await createAll([name], new Date(midnight - index).toISOString());
    await createAll(['other'], new Date(midnight + 1).toISOString(), 'pat');
    gateway.clock.skip(hourMs + minuteMs);
    expect(await runNow()).toMatchObject({ held: 12, deleted: 1 });
    gateway.clock.skip(hourMs + minuteMs);
    expect(await runNow()).toMatchObject({ deleted: 10, queued: 2 });
    expect(associations()).toEqual(fleet.slice(0, 2));
    expect(await runNow()).toMatchObject({ deleted: 2 });
  });

  test('400 expiries of one setter, held or past their hold, delay no expiry of another one', async () => {
    const due = inMs(-2 * minuteMs);
    const many = names('many', 400);
    for (let from = 0; from < many.length; from += 20)
      await Promise.all(many.slice(from, from + 20).map((name) => store(name, due, setterOf('mallory'))));
    await createAll(['one', 'later'], inMs(6 * minuteMs), 'pat');
    await replaceExpiry('later', (expiry) => ({ ...expiry, expiresAt: inMs(2 * hourMs), nextAt: 0 }));
    gateway.clock.skip(8 * minuteMs);
    const reads = { lists: 0, states: 0 };
    const counted = {
      observations: {
        ...ledger,
        dueExpiries: (...of: Parameters<typeof ledger.dueExpiries>) => ((reads.lists += 1), ledger.dueExpiries(...of)),
        getAssociationState: (target: AssociationTarget) => ((reads.states += 1), ledger.getAssociationState(target)),
      },
    };
    // The run holds what it has time for, and deletes at the same time.
    expect(await runNow({}, counted)).toMatchObject({ deleted: 1 });
    expect(associations()).toEqual(['later']);
    expect(reads).toEqual({ lists: 1, states: 2 });
    for (let held = 1; held > 0;) ({ held } = await runNow());
    // All of them are due again, and earlier than the other one.
    gateway.clock.skip(2 * hourMs);
    reads.states = 0;
    expect(await runNow({}, counted)).toMatchObject({ deleted: 1, dropped: 10, queued: 390 });
    expect(associations()).toEqual([]);
    expect(reads).toEqual({ lists: 2, states: 11 });
  });

  test('an expiry that was held is carried out after the grace, whatever its setter adds meanwhile', async () => {
    await createAll(names('first', 6), inMs(hourMs));
    gateway.clock.skip(hourMs + minuteMs);
    expect(await runNow()).toMatchObject({ held: 6 });
    for (const prefix of ['second', 'third']) {
      const due = inMs(0);
      for (const name of names(prefix, 6)) await store(name, due, setterOf(alice));
      gateway.clock.skip(hourMs / 2 + minuteMs);
      await runNow();
    }
    expect(associations()).toEqual([]);
  });

  test('a setter is the principal with its actor and the person it acts for, whatever declaration a request names', async () => {
    const due = inMs(-minuteMs);
    const setters: ExpirySetter[] = [
      setterOf(alice),
      { ...setterOf(alice), actorId: 'chatops' },
      { ...setterOf(alice), onBehalfOf: 'erin' },
      setterOf('erin'),
    ];
    for (const [index, setter] of setters.entries())
      for (const name of names(`of-${index}`, 5)) await store(name, due, setter);
    expect(await runNow()).toMatchObject({ dropped: 20, held: 0 });
    await createAll(['via'], inMs(hourMs), 'alice-via-chatops');
    expect((await expiryOf('via'))?.setter).toMatchObject({
      principalId: alice,
      actorId: 'https://issuer.example#chatops',
    });
  });

  test('an extension starts without the hold, and no hold is written over it', async () => {
    const burst = names('burst', 6);
    await createAll(burst, inMs(hourMs));
    gateway.clock.skip(hourMs + minuteMs);
    const [extended = ''] = burst;
    const associationId = (await expiryOf(extended))?.associationId;
    const extending = {
      observations: {
        ...ledger,
        dueExpiries: async (...of: Parameters<typeof ledger.dueExpiries>) => {
          const listed = await ledger.dueExpiries(...of);
          await gateway.update({ associationId, expiresAt: inMs(2 * hourMs), clientRequestToken: 'extend' });
          return listed;
        },
      },
    };
    expect(await runNow({}, extending)).toMatchObject({ held: 5 });
    expect(await expiryOf(extended)).toEqual(expect.not.objectContaining({ heldAt: expect.anything() as unknown }));
    await gateway.update({ associationId, expiresAt: inMs(hourMs), clientRequestToken: 'again' });
    gateway.clock.skip(hourMs + minuteMs);
    expect(await runNow()).toMatchObject({ deleted: 6, held: 0 });
  });

  test('an expiry that replaced a held one after it was listed waits for a run that lists it', async () => {
    await createAll(['debug'], inMs(hourMs));
    gateway.clock.skip(hourMs + minuteMs);
    const listed = await ledger.dueExpiries({ warnUntil: gateway.clock.now(), now: gateway.clock.now() }, 10);
    await replaceExpiry('debug', (expiry) => ({ ...expiry, setBy: 'another' }));
    const stale = { observations: { ...ledger, dueExpiries: () => Promise.resolve(listed) } };
    expect(await runNow({}, stale)).toMatchObject({ deleted: 0, waiting: 1 });
  });

  test('an expiry that has nothing left to end keeps none of the others of its setter from their turn', async () => {
    const burst = names('debug', 4);
    const settings = { burstAbove: 3, maxPerSetter: 3 };
    await createAll(burst, inMs(hourMs));
    gateway.clock.skip(hourMs + minuteMs);
    expect(await runNow(settings)).toMatchObject({ held: 4 });
    gateway.clock.skip(hourMs + minuteMs);
    await replaceExpiry('debug-0000', (expiry) => ({ ...expiry, associationId: 'a-successor' }));
    expect(await runNow(settings)).toMatchObject({ dropped: 1, deleted: 3, queued: 0 });
    expect(associations()).toEqual(['debug-0000']);
    expect(await expiryOf('debug-0000')).toBeUndefined();
  });

  test('of a burst whose run is cut off while it holds, no more are carried out without a hold than make no burst', async () => {
    await createAll(names('burst', 11), inMs(hourMs));
    gateway.clock.skip(hourMs + minuteMs);
    const { burstAbove } = defaultExpireSettings;
    const holds: Promise<boolean>[] = [];
    const observeAssociation: ObservationStore['observeAssociation'] = async (...call) => {
      if (holds.length === 11 - burstAbove) throw new LedgerUnavailable(new Error('cut off'));
      const held = ledger.observeAssociation(...call);
      holds.push(held);
      return held;
    };
    const cutOff = runNow({}, { observations: { ...ledger, observeAssociation } });
    await expect(cutOff).rejects.toThrow(LedgerUnavailable);
    // They are sent in parallel, and those that were on their way arrive.
    await Promise.all(holds);
    expect(alarms()).toHaveLength(1);
    expect(await runNow()).toMatchObject({ deleted: burstAbove, held: 0 });
    expect(await runNow()).toMatchObject({ deleted: 0, held: 0 });
    gateway.clock.skip(hourMs + minuteMs);
    expect(await runNow()).toMatchObject({ deleted: 11 - burstAbove });
  });

  test('a burst is none before it is due by every clock, and none of it is carried out that cannot be held', async () => {
    await createAll(names('burst', 6), inMs(hourMs));
    gateway.clock.skip(hourMs);
    expect(await runNow()).toMatchObject({ held: 0, deleted: 0, warned: 6 });
    expect(alarms()).toEqual([]);
    gateway.clock.skip(minuteMs);
    const written: ObservationStore['observeAssociation'] = () => Promise.resolve(false);
    const observations = { ...ledger, observeAssociation: written };
    expect(await runNow({}, { observations })).toMatchObject({ held: 0, deleted: 0 });
    // Nothing else says that they wait.
    expect(alarms()).toHaveLength(1);
    expect(await runNow()).toMatchObject({ held: 6, deleted: 0 });
    expect(alarms()).toHaveLength(2);
  });

  test('the next expiry of a burst decides who raises the alarm if the first one was extended', async () => {
    await createAll(names('burst', 8), inMs(hourMs));
    gateway.clock.skip(hourMs + minuteMs);
    const [first] = await ledger.dueExpiries({ warnUntil: gateway.clock.now(), now: gateway.clock.now() }, 1);
    const observeAssociation: typeof ledger.observeAssociation = (revision, change, entry) =>
      change.target.serviceAccount === first?.target.serviceAccount
        ? Promise.resolve(false)
        : ledger.observeAssociation(revision, change, entry);
    expect(await runNow({}, { observations: { ...ledger, observeAssociation } })).toMatchObject({ held: 7 });
    expect(alarms()).toHaveLength(1);
  });

  test.each([
    ['is repeated by the client', () => Promise.resolve(false)],
    ['is lost', () => Promise.reject(new LedgerUnavailable(new Error('no response')))],
  ])('a burst whose first write %s after it was applied raises an alarm', async (_, answer) => {
    await createAll(names('burst', 6), inMs(hourMs));
    gateway.clock.skip(hourMs + minuteMs);
    let writes = 0;
    const observeAssociation: typeof ledger.observeAssociation = async (...call) => {
      writes += 1;
      const isWritten = await ledger.observeAssociation(...call);
      return writes === 1 ? answer() : isWritten;
    };
    await runNow({}, { observations: { ...ledger, observeAssociation } }).catch((error: unknown) => {
      expect(error).toBeInstanceOf(LedgerUnavailable);
    });
    expect(writes).toBeGreaterThan(0);
    expect(alarms()).toHaveLength(1);
  });

  test('a run without time holds nothing and carries nothing out', async () => {
    await createAll(names('burst', 6), inMs(hourMs));
    await createAll(['debug'], inMs(hourMs), 'pat');
    gateway.clock.skip(hourMs + minuteMs);
    expect(await runNow({}, {}, 9_000)).toMatchObject({ held: 0, deleted: 0, queued: 1 });
  });

  test('expiries that fail in between stop none of their cluster', async () => {
    await createAll(names('debug', 6), inMs(hourMs));
    gateway.clock.skip(hourMs + minuteMs);
    let reads = 0;
    const error = { exception: 'InternalFailure', message: '', requestId: null };
    const eksFor: ExpirePorts['eksFor'] = (cluster) => {
      const eks = gateway.deps.eksFor(cluster);
      const describe: typeof eks.describe = (...call) =>
        (reads += 1) % 3 === 0 ? eks.describe(...call) : Promise.resolve({ kind: 'failed', error });
      return { ...eks, describe };
    };
    expect(await runNow({ burstAbove: 6 }, { eksFor })).toMatchObject({ deleted: 2, failed: 4 });
  });

  test('expiries whose setter is not stored are those of the request that set them, and are held with it', async () => {
    const older = names('older', 6);
    await createAll(older, inMs(hourMs));
    await createAll(['debug'], inMs(hourMs), 'pat');
    for (const name of [...older, 'debug']) await replaceExpiry(name, ({ setter: _, ...expiry }) => expiry);
    gateway.clock.skip(hourMs + minuteMs);
    expect(await runNow()).toMatchObject({ held: 6, deleted: 1 });
    expect((await expiryOf('older-0000'))?.setter).toEqual(setterOf(alice));
  });

  test('a lock on a setter stops its expiries after their hold, and takes no turn from those of others', async () => {
    await createAll(names('burst', 6), inMs(hourMs));
    await createAll(['debug'], inMs(2 * hourMs), 'pat');
    gateway.clock.skip(hourMs + minuteMs);
    expect(await runNow()).toMatchObject({ held: 6 });
    const { lock, lift } = lockOperations(ledger);
    const scope = { kind: 'PRINCIPAL', principalId: alice } as const;
    await lock(scope);
    gateway.clock.skip(hourMs + minuteMs);
    expect(await runNow()).toMatchObject({ deleted: 1, locked: 6, open: 0 });
    await lift(scope);
    expect(await runNow()).toMatchObject({ deleted: 6 });
  });

  test('expiries of a cluster that EKS does not let it read take no turn from those of their setter in other clusters', async () => {
    const due = inMs(-minuteMs);
    for (const name of names('unreadable', 5)) await store(name, due, setterOf(alice));
    const elsewhere = { ...targetOf('api'), clusterName: 'apps-prod' };
    const state = await ledger.getAssociationState(targetOf('unreadable-0000'));
    if (!state?.expiry || !state.confirmed) throw new Error('Nothing was stored.');
    const { confirmed, expiry } = state;
    const later = { ...expiry, expiresAt: inMs(-minuteMs + 1) };
    const change = { target: elsewhere, confirmed, expiry: later, openOperations: [], endedOperationIds: [] };
    await ledger.observeAssociation(0, change, null);
    let reads = 0;
    const eksFor: ExpirePorts['eksFor'] = (cluster) => ({
      ...gateway.deps.eksFor(cluster),
      ...(cluster.clusterName === 'apps-dev' && { describe: () => Promise.resolve(((reads += 1), unreadable)) }),
    });
    const unreadable = { kind: 'failed', error: { exception: 'AccessDenied', message: '', requestId: null } } as const;
    expect(await runNow({ maxPerSetter: 1, burstAbove: 6 }, { eksFor })).toMatchObject({ failed: 5, dropped: 1 });
    expect(reads).toBe(3);
  });

  test('expiries that others changed or deleted make no burst', async () => {
    const changed = names('changed', 6);
    await createAll(changed, inMs(hourMs));
    gateway.clock.skip(hourMs + minuteMs);
    const observed = { at: 0, sight: null, origin: 'OUTSIDE', association: null, driftId: 'drift' } as const;
    for (const name of changed.slice(0, 3)) {
      const target = targetOf(name);
      const { revision = 0 } = (await ledger.getAssociationState(target)) ?? {};
      const seen = { ...observed, revision: revision + 1 };
      await ledger.observeAssociation(
        revision,
        { target, observed: seen, openOperations: [], endedOperationIds: [] },
        null,
      );
    }
    expect(await runNow()).toMatchObject({ held: 0, deleted: 3, suspended: 3 });
  });
});
