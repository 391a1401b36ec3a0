import { defaultTimes } from '../../src/idempotency/times.ts';
import type { AssociationReads } from '../../src/ledger/association-history.ts';
import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { LedgerUnavailable, noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { scan, defaultScanSettings } from '../../src/observations/scan.ts';
import { expire } from '../../src/operations/expiry/run.ts';
import { defaultExpireSettings } from '../../src/operations/expiry/run.ts';
import { reconcile } from '../../src/operations/flow/reconcile.ts';
import { inDoubtMs, readLagMs, reconcileNow } from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import { home } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import type { StoredItems } from '../support/ledgers.ts';
import { leaveBegun, leaveClosed } from './other-version.ts';

const target = { ...home, clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' };
const [minuteMs, hourMs] = [60_000, 3_600_000];

describeOnLedger('what another version of the gateway left in progress, on $name', ({ open }) => {
  let ledger: Ledger & ObservationStore & AssociationReads & ApprovalStore;
  let edit: StoredItems;
  let gateway: Gateway;
  openForEachTest(
    (opened) => ({ gateway, ledger, edit } = opened as typeof opened & { ledger: typeof ledger; edit: StoredItems }),
    {
      open,
    },
  );

  const state = async () => {
    const found = await ledger.getAssociationState(target);
    if (!found) throw new Error('There is no state.');
    return found;
  };
  const inFuture = (ms: number) => new Date(gateway.clock.now() + ms).toISOString();
  const lose = (operation: 'Create' | 'Update' | 'Delete', kind: 'cut-before' | 'cut-after' = 'cut-after') =>
    gateway.simulator.control.addFault({ operation: `${operation}PodIdentityAssociation`, kind });
  const scanNow = (repairs: Partial<ObservationStore> = {}) => {
    gateway.clock.skip(11 * minuteMs);
    const deps = { ...gateway.deps, observations: { ...ledger, ...repairs }, wait: () => Promise.resolve() };
    return scan(deps, defaultScanSettings, gateway.clock.now() + minuteMs);
  };
  const expireNow = () => {
    const deps = { ...gateway.deps, observations: ledger, approvals: ledger };
    return expire(deps, defaultExpireSettings, 'run', gateway.clock.now() + minuteMs);
  };
  const trailOf = async () => {
    const partition = { kind: 'serviceAccount', ...target } as const;
    return (await ledger.readTrail({ partition, ...noFilters, limit: 50, before: null })).entries;
  };
  const repairs = async () => (await trailOf()).filter(({ event }) => event === 'STATE_REPAIRED');
  const busy = { status: 'REFUSED', refusal: { code: 'OPERATION_IN_PROGRESS' } };

  /** Begins a change whose answer is lost. Returns the key of its record. */
  async function begin(change: () => Promise<{ readonly status: string }>): Promise<string> {
    expect(await change()).toMatchObject({ status: 'IN_PROGRESS' });
    const [key = ''] = (await state()).recordsInProgress;
    return key;
  }

  /** A create that this version began, and the other one closed. */
  async function closedCreate(fields: object = {}, knowsExpiries = false): Promise<string> {
    lose('Create');
    const key = await begin(() => gateway.create(fields));
    gateway.clock.skip(inDoubtMs);
    expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
    await leaveClosed(ledger, edit, target, [key], { knowsExpiries });
    return key;
  }

  test('a scan removes what the trail closed, and restores the expiry that the trail has, in one entry', async () => {
    const expiresAt = inFuture(hourMs);
    const key = await closedCreate({ expiresAt });
    const before = await state();
    expect(before).toMatchObject({ recordsInProgress: [key], publicRevision: 1 });
    expect(before.expiry).toBeUndefined();
    const { associationId } = before.confirmed?.association ?? {};
    const extend = () =>
      gateway.update({ associationId, expiresAt: inFuture(2 * hourMs), clientRequestToken: 'extension' });
    expect(await extend()).toMatchObject(busy);
    await scanNow();
    const [repair, ...others] = await repairs();
    expect(others).toEqual([]);
    expect(repair).toMatchObject({
      ...{ operation: 'OBSERVE_ASSOCIATION', fence: 1, target },
      principal: { id: 'pod-identity-gateway/scan' },
      operationId: expect.stringMatching(/^repair-/) as string,
      message: `Another version of the gateway closed operation ${before.confirmed?.operationId}, as SUCCEEDED; it is not in progress.`,
    });
    const { confirmed, latest } = before;
    // The outcome was counted once.
    expect(await state()).toMatchObject({
      ...{ recordsInProgress: [], publicRevision: 1, confirmed, latest },
      expiry: { associationId, expiresAt, setBy: before.confirmed?.operationId },
    });
    expect(await extend()).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('an expiry waits for the scan, is carried out after it, and is suspended where none comes', async () => {
    const key = await closedCreate({ expiresAt: inFuture(hourMs) }, true);
    await expireNow();
    gateway.clock.skip(hourMs + minuteMs);
    expect(await expireNow()).toMatchObject({ suspended: 1, deleted: 0 });
    expect((await state()).expiry).toMatchObject({ suspendedFor: 'OPERATION_OPEN' });
    await scanNow();
    gateway.clock.skip(hourMs);
    expect(await expireNow()).toMatchObject({ deleted: 1 });
    expect((await state()).recordsInProgress).not.toContain(key);
  });

  test('a planned create proceeds after a scan, also where EKS has nothing', async () => {
    const { association } = await gateway.create();
    gateway.clock.skip(readLagMs);
    await scanNow();
    lose('Delete');
    const remove = () => gateway.remove({ associationId: association?.associationId, clientRequestToken: 'remove' });
    const key = await begin(remove);
    gateway.clock.skip(inDoubtMs);
    expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
    await leaveClosed(ledger, edit, target, [key]);
    const planned = () => gateway.create({ clientRequestToken: 'plan', expectedRevision: 2 });
    expect(await planned()).toMatchObject(busy);
    await scanNow();
    expect(await planned()).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('a token whose release left its key in progress waits for the scan too', async () => {
    const planned = () => gateway.create({ expectedRevision: 0 });
    lose('Create', 'cut-before');
    const key = await begin(planned);
    gateway.clock.skip(inDoubtMs);
    expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
    await leaveClosed(ledger, edit, target, [key]);
    expect(await planned()).toMatchObject(busy);
    await scanNow();
    expect(await planned()).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('a scan repairs also while EKS can’t be read, and again after it saw the state', async () => {
    await gateway.create();
    await scanNow();
    const { recordKey, ...before } = { recordKey: 'f'.repeat(64), ...(await state()) };
    await leaveClosed(ledger, edit, target, [recordKey]);
    expect(before.observed?.revision).toBe((await state()).revision);
    for (let cluster = 0; cluster < 2; cluster += 1)
      gateway.simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'throttle', times: 9 });
    expect(await scanNow()).toMatchObject({ unreadable: 2 });
    expect((await state()).recordsInProgress).toEqual([]);
  });

  test('what the other version closed without any state is confirmed, counted and added to the history', async () => {
    const expiresAt = inFuture(hourMs);
    lose('Create');
    const key = await begin(() => gateway.create({ expiresAt }));
    gateway.clock.skip(inDoubtMs);
    const commit: Ledger['commit'] = async (expected, next, entries) => {
      if (expected.kind !== 'leased') return ledger.commit(expected, next, entries);
      await edit.record(key, { ...next, result: JSON.stringify(next.result), openShard: undefined });
      for (const entry of entries) await ledger.appendEntry(entry);
      return { kind: 'committed' };
    };
    const deps = { ...gateway.deps, ledger: { ...ledger, commit }, observations: ledger };
    expect(await reconcile(deps, 'run', Infinity)).toMatchObject({ closed: 1 });
    const { confirmed, openOperations } = await state();
    expect([confirmed, openOperations]).toMatchObject([null, [{ closedAt: null }]]);
    await scanNow();
    const operationId = openOperations[0]?.operationId;
    expect(await state()).toMatchObject({
      ...{ confirmed: { operationId, isDeleted: false }, expiry: { expiresAt, setBy: operationId } },
      ...{ publicRevision: 1, recordsInProgress: [], openOperations: [], latest: { origin: 'OPERATION' } },
    });
    expect(await ledger.readVersions(target, { before: '~' }, 1)).toMatchObject([{ operationId }]);
  });

  test('nothing stays of what the other version began and this one closed', async () => {
    lose('Create');
    await begin(() => gateway.create());
    await leaveBegun(edit, target);
    expect((await state()).recordsInProgress).toEqual([]);
    gateway.clock.skip(inDoubtMs);
    expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
    expect(await state()).toMatchObject({ recordsInProgress: [], openOperations: [] });
    expect(await gateway.create({ clientRequestToken: 'plan', expectedRevision: 1 })).toMatchObject({
      refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' },
    });
    expect(await repairs()).toEqual([]);
  });

  test('the reconciler adds what the other version began, once, and nothing that needs a service account without operations begins', async () => {
    const { association } = await gateway.create();
    gateway.clock.skip(readLagMs);
    lose('Delete', 'cut-before');
    const { associationId } = association ?? {};
    const key = await begin(() => gateway.remove({ associationId, clientRequestToken: 'remove' }));
    await leaveBegun(edit, target);
    // Once when it is added, and once when it is there.
    for (const waitMs of [1_000, defaultTimes.leaseMs + 1_000]) {
      gateway.clock.skip(waitMs);
      expect(await reconcileNow(gateway)).toMatchObject({ open: 1 });
    }
    expect(await state()).toMatchObject({ recordsInProgress: [key], openOperations: [{ recordKey: key }] });
    const added = await repairs();
    expect(added).toHaveLength(1);
    expect(added[0]).toMatchObject({ principal: { id: 'pod-identity-gateway/reconciler' } });
    expect(added[0]?.message).toMatch(/^Another version of the gateway began operation \w+, which is in progress\.$/);
    const extend = { associationId, expiresAt: inFuture(hourMs), clientRequestToken: 'expiry' };
    expect(await gateway.update(extend)).toMatchObject(busy);
    gateway.clock.skip(inDoubtMs);
    expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
    expect((await state()).recordsInProgress).toEqual([]);
    expect(await gateway.update({ ...extend, expiresAt: inFuture(hourMs) })).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('the reconciler leaves a state of another format version to that version', async () => {
    const { association } = await gateway.create();
    gateway.clock.skip(readLagMs);
    lose('Delete', 'cut-before');
    const { associationId } = association ?? {};
    await begin(() => gateway.remove({ associationId, clientRequestToken: 'remove' }));
    await leaveBegun(edit, target);
    await edit.state(target, { v: 2 });
    gateway.clock.skip(defaultTimes.leaseMs + 1_000);
    expect(await reconcileNow(gateway)).toMatchObject({ open: 1, failed: 0 });
    expect(await repairs()).toEqual([]);
  });

  test('a scan whose time is over leaves repairs to the next one', async () => {
    const key = await closedCreate();
    const statesOfCluster: ObservationStore['statesOfCluster'] = async (cluster) => {
      const states = await ledger.statesOfCluster(cluster);
      gateway.clock.skip(minuteMs - 3_000);
      return states;
    };
    await scanNow({ statesOfCluster });
    expect((await state()).recordsInProgress).toEqual([key]);
    await scanNow();
    expect((await state()).recordsInProgress).toEqual([]);
  });

  test('an operation whose record is missing and that the trail does not close is open again, and an operator can close it', async () => {
    lose('Create');
    const key = await begin(() => gateway.create());
    const { operationId, recordKey } = (await state()).openOperations[0] ?? {};
    expect(recordKey).toBe(key);
    await edit.removeRecord(key);
    gateway.clock.skip(inDoubtMs);
    expect(await reconcileNow(gateway)).toMatchObject({ closed: 0, open: 0 });
    await scanNow();
    const document = '{ openOperations(first: 10) { operationId kind parked } }';
    const listed = async () =>
      (await gateway.send<{ openOperations: object[] }>(document, {}, 'olivia')).data?.openOperations;
    // A scan leaves it in progress.
    await scanNow();
    expect(await state()).toMatchObject({ recordsInProgress: [key], openOperations: [{ operationId }] });
    expect(await listed()).toEqual([{ operationId, kind: 'CREATE_POD_IDENTITY_ASSOCIATION', parked: null }]);
    const deps = { ...gateway.deps, observations: ledger };
    expect(await reconcile({ ...deps, serves: () => false }, 'run', Infinity)).toMatchObject({ parked: 1 });
    expect(await listed()).toMatchObject([{ parked: 'CLUSTER_NOT_SERVED' }]);
    gateway.clock.skip(hourMs);
    expect(await reconcile(deps, 'run', Infinity)).toMatchObject({ closed: 1 });
    expect(await listed()).toEqual([]);
    expect(await state()).toMatchObject({ recordsInProgress: [], openOperations: [], confirmed: { operationId } });
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED', replayed: true });
  });

  test('a record that is restored is the one that was lost, which no earlier lease holder can write', async () => {
    const { association } = await gateway.create();
    gateway.clock.skip(readLagMs);
    const update = {
      associationId: association?.associationId,
      disableSessionTags: true,
      clientRequestToken: 'update',
    };
    const key = await begin(() => (lose('Update', 'cut-before'), gateway.update(update)));
    gateway.clock.skip(defaultTimes.leaseMs + 1_000);
    expect(await gateway.update(update)).toMatchObject({ status: 'IN_PROGRESS' });
    const lost = await ledger.getRecord(key);
    expect(lost).toMatchObject({ fence: 2, modifiedAtBefore: association?.modifiedAt });
    await edit.removeRecord(key);
    await scanNow();
    const restored = await ledger.getRecord(key);
    expect(restored).toEqual({ ...lost, fence: 3, leaseUntil: expect.any(Number) });
    expect(restored?.leaseUntil).toBeLessThanOrEqual(gateway.clock.now());
  });

  test('no record is restored of an operation that the trail closes, nor in place of that of another operation', async () => {
    lose('Create');
    const key = await begin(() => gateway.create());
    let begun: object = {};
    await edit.state(target, {}, (item) => (begun = item));
    const gone = 'f'.repeat(64);
    await edit.state(target, { recordsInProgress: new Set([key, gone]) });
    await scanNow();
    expect(await state()).toMatchObject({ recordsInProgress: [key], openOperations: [{ recordKey: key }] });
    expect(await ledger.getRecord(gone)).toBeNull();
    gateway.clock.skip(inDoubtMs);
    expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
    const isOpen = (name: string) => /^(operation|openOperations|recordsInProgress)/.test(name);
    await edit.state(target, Object.fromEntries(Object.entries(begun).filter(([name]) => isOpen(name))));
    await edit.removeRecord(key);
    await scanNow();
    expect(await state()).toMatchObject({ recordsInProgress: [], openOperations: [] });
    expect(await ledger.getRecord(key)).toBeNull();
  });

  test('a record of another format version keeps its key, and no other key', async () => {
    const key = await closedCreate();
    await leaveClosed(ledger, edit, target, [key, 'e'.repeat(64)]);
    await edit.record(key, { v: 2 });
    expect(await scanNow()).toMatchObject({ unreadable: 0 });
    expect((await state()).recordsInProgress).toEqual([key]);
  });

  test('a key whose record has expired, or is of another service account by now, is removed without an outcome', async () => {
    const key = await closedCreate({ expiresAt: inFuture(24 * hourMs) });
    const { record, target: other } = await recordOfOther();
    await leaveClosed(ledger, edit, target, [key, record, 'e'.repeat(64)]);
    await edit.removeRecord(key);
    await scanNow();
    const after = await state();
    expect(after.recordsInProgress).toEqual([]);
    expect(after.expiry).toBeUndefined();
    const messages = (await repairs()).map(({ message }) => message);
    expect(messages).toHaveLength(3);
    const operation = (await ledger.getAssociationState(other))?.confirmed?.operationId;
    expect(messages.filter((message) => message?.includes(operation ?? '-'))).toEqual([]);
    expect(await ledger.getAssociationState(other)).toMatchObject({ publicRevision: 1 });
  });

  /** A create of another service account, of which this one has the key. */
  async function recordOfOther() {
    const serviceAccount = 'other';
    lose('Create');
    const fields = { serviceAccount, clientRequestToken: 'other' };
    expect(await gateway.create(fields)).toMatchObject({ status: 'IN_PROGRESS' });
    const [record = ''] = (await ledger.getAssociationState({ ...target, serviceAccount }))?.recordsInProgress ?? [];
    gateway.clock.skip(inDoubtMs);
    await reconcileNow(gateway);
    return { record, target: { ...target, serviceAccount } };
  }

  test('a repair leaves an expiry that the other version set since, and sets none of an association that was deleted since', async () => {
    const key = await closedCreate();
    const { revision, confirmed } = await state();
    const { associationId = '' } = confirmed?.association ?? {};
    const expiresAt = inFuture(24 * hourMs);
    const expiry = { associationId, expiresAt, setBy: 'another', isWarned: false, nextAt: 0, suspendedFor: null };
    await ledger.observeAssociation(revision, { target, openOperations: [], endedOperationIds: [], expiry }, null);
    await scanNow();
    expect(await state()).toMatchObject({ recordsInProgress: [], expiry });
    lose('Update');
    const update = { associationId, disableSessionTags: true, expiresAt, clientRequestToken: 'update' };
    const updated = await begin(() => gateway.update(update));
    gateway.clock.skip(inDoubtMs);
    expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
    await leaveClosed(ledger, edit, target, [key, updated], { knowsExpiries: false });
    expect(await gateway.remove({ associationId, clientRequestToken: 'remove' })).toMatchObject({
      status: 'SUCCEEDED',
    });
    await scanNow();
    expect((await state()).recordsInProgress).toEqual([]);
    expect((await state()).expiry).toBeUndefined();
  });

  test('two repairs at once write one, and the later one does not bring an expiry back that was replaced since', async () => {
    await closedCreate({ expiresAt: inFuture(24 * hourMs) });
    const held = Promise.withResolvers<undefined>();
    const late = scanNow({
      repairAssociation: async (...call) => (await held.promise, ledger.repairAssociation(...call)),
    });
    await scanNow();
    const { associationId } = (await state()).confirmed?.association ?? {};
    const extended = inFuture(48 * hourMs);
    const extension = await gateway.update({ associationId, expiresAt: extended, clientRequestToken: 'extension' });
    expect(extension).toMatchObject({ status: 'SUCCEEDED' });
    held.resolve(undefined);
    await late;
    expect((await state()).expiry).toMatchObject({ expiresAt: extended });
    expect(await repairs()).toHaveLength(1);
  });

  test('a token that begins again between the read of a repair and its write stays in progress', async () => {
    lose('Create', 'cut-before');
    const key = await begin(() => gateway.create());
    gateway.clock.skip(inDoubtMs);
    expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
    expect(await ledger.getRecord(key)).toMatchObject({ state: 'RELEASED' });
    await leaveClosed(ledger, edit, target, [key]);
    const again = async (...call: Parameters<ObservationStore['repairAssociation']>) => {
      lose('Create', 'cut-before');
      expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS' });
      return ledger.repairAssociation(...call);
    };
    await scanNow({ repairAssociation: again });
    expect((await state()).recordsInProgress).toEqual([key]);
    expect(await repairs()).toEqual([]);
  });

  test.each(['before', 'after'] as const)('a repair that is killed %s its write is done once', async (when) => {
    await closedCreate({ expiresAt: inFuture(24 * hourMs) });
    const killed = async (...call: Parameters<ObservationStore['repairAssociation']>) => {
      if (when === 'after') await ledger.repairAssociation(...call);
      throw new LedgerUnavailable(new Error('killed'));
    };
    await expect(scanNow({ repairAssociation: killed })).rejects.toBeInstanceOf(LedgerUnavailable);
    gateway.clock.skip(hourMs);
    await scanNow();
    expect(await state()).toMatchObject({ recordsInProgress: [], expiry: { suspendedFor: null } });
    expect(await repairs()).toHaveLength(1);
  });
});
