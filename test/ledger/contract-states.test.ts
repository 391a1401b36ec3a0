import type { AssociationState, ObservedState } from '../../src/ledger/association-state.ts';
import type { StateChange } from '../../src/ledger/state-store.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { UnsupportedFormat } from '../../src/ledger/format.ts';
import type { IdempotencyRecord, Ledger } from '../../src/ledger/ledger.ts';
import type { Association, AssociationTarget } from '../../src/model/association.ts';
import { operationTagKey } from '../../src/model/association.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { openLedgerForEachTest } from '../support/each-test.ts';
import { describeOnEachLedger } from '../support/ledgers.ts';
import type { StoredItems } from '../support/ledgers.ts';
import { association, auditEntry, openRecord, recordTime, released, succeeded } from '../support/ledger-samples.ts';

const { accountId, region, clusterName, namespace, serviceAccount } = association();
const target: AssociationTarget = { accountId, region, clusterName, namespace, serviceAccount };
const startedAt = Date.parse('2026-11-24T12:00:00.000Z');
const inDoubtUntil = startedAt + 420_000;
const [t1, t2, t3] = [1, 2, 3].map((minute) => `2026-11-24T12:0${minute}:00.000Z`) as [string, string, string];
const settings = {
  roleArn: association().roleArn,
  targetRoleArn: null,
  disableSessionTags: true,
  policy: '{"a": "\ud83d\ude00"}',
};

describeOnEachLedger('the states of associations of a ledger in $name', ({ open }) => {
  let ledger: Ledger & ObservationStore;
  let edit: StoredItems;
  openLedgerForEachTest((opened) => ({ ledger, edit } = opened), open);

  const stateNow = () => ledger.getAssociationState(target);

  /** Begins an operation. Returns how it ends. */
  async function begin(
    operation: AuditEntry['operation'] = 'CREATE_POD_IDENTITY_ASSOCIATION',
    before: Association | null = null,
    { declaration, expectedRevision }: { declaration?: string | null; expectedRevision?: number } = {},
  ) {
    const record = openRecord({ operation: operation as IdempotencyRecord['operation'], inDoubtUntil });
    const { operationId, fence } = record;
    const changes = { ...target, associationId: association().associationId, expectedModifiedAt: null };
    const request =
      {
        CREATE_POD_IDENTITY_ASSOCIATION: {
          ...target,
          ...settings,
          tags: [],
          ...(expectedRevision === undefined ? {} : { expectedRevision }),
        },
        UPDATE_POD_IDENTITY_ASSOCIATION: {
          ...changes,
          changes: { policy: null },
          ...(expectedRevision === undefined ? {} : { expectedRevision }),
        },
      }[operation as string] ?? changes;
    const entryOf = (fields: Partial<AuditEntry>) =>
      auditEntry({
        operationId,
        operation,
        request,
        before,
        target,
        ...(declaration ? { declaration } : {}),
        time: t1,
        fence,
        ...fields,
      });
    const intent = entryOf({ event: 'INTENT' });
    const begun = await ledger.commit({ kind: 'free', now: recordTime }, record, [intent]);
    const end = (next: IdempotencyRecord, fields: Partial<AuditEntry>) =>
      ledger.commit({ kind: 'leased', operationId, fence }, next, [entryOf({ time: t2, ...fields })]);
    return {
      operationId,
      recordKey: record.idempotencyKey,
      begun,
      /** Closes it as not done, and begins the next operation of its token, in one commit. */
      reclaim: async () => {
        const next = { ...record, operationId: openRecord().operationId, fence: fence + 1 };
        const entries = [
          entryOf({ event: 'RELEASED', time: t2 }),
          entryOf({ event: 'INTENT', operationId: next.operationId, fence: next.fence, time: t2 }),
        ];
        return await ledger.commit({ kind: 'leased', operationId, fence }, next, entries);
      },
      /** EKS answered, or an observation proved it. */
      succeed: (confirmed: Association, eksRequestId: string | null = 'request-1', time = t2) => {
        const result = { association: confirmed, refusal: null, completedAt: time };
        return end(succeeded(record, { result }), { event: 'SUCCEEDED', eksRequestId, time });
      },
      /** EKS answered that the association exists, and it was adopted. */
      adopt: (adopted: Association) => {
        const result = { association: adopted, refusal: null, isAdopted: true as const, completedAt: t2 };
        return end(succeeded(record, { result }), { event: 'SUCCEEDED', before: adopted, eksRequestId: 'request-1' });
      },
      release: (eksRequestId: string | null = 'request-1') =>
        end(released(record), { event: 'RELEASED', eksRequestId }),
      undetermined: (existing: Association | null, time = t2) => {
        const refusal = {
          kind: 'AssociationChanged',
          code: 'OUTCOME_UNDETERMINED',
          message: '',
          advice: null,
          retryable: false,
          existing,
          differences: [],
        } as const;
        const result = { association: null, refusal, completedAt: time };
        return end(succeeded(record, { state: 'REFUSED', result }), {
          event: 'REFUSED',
          refusalCode: 'OUTCOME_UNDETERMINED',
          time,
        });
      },
    };
  }
  const at = (modifiedAt: string, fields: Partial<Association> = {}) =>
    association({ ...target, modifiedAt, ...fields });

  test('a service account without operations and scans has no state', async () => {
    expect(await stateNow()).toBeNull();
  });

  test('a create that an observation proved confirms what it made, not what others had changed by then', async () => {
    const create = await begin();
    const seen = at(t2, { createdAt: t1, ...settings, roleArn: `${settings.roleArn}-of-others` });
    await create.succeed(seen, null, t3);
    const tags = [{ key: operationTagKey, value: create.operationId }];
    expect((await stateNow())?.confirmed?.association).toEqual({ ...seen, ...settings, tags, modifiedAt: t1 });
  });

  test('an update confirms what it changed, and of the rest what policy judged, not what others changed since', async () => {
    const before = at(t1, settings);
    const update = await begin('UPDATE_POD_IDENTITY_ASSOCIATION', before);
    const tags = [{ key: 'of', value: 'others' }];
    const seen = at(t2, { ...settings, policy: null, roleArn: `${settings.roleArn}-of-others`, tags });
    await update.succeed(seen);
    expect((await stateNow())?.confirmed?.association).toEqual({ ...before, policy: null, modifiedAt: t2 });
  });

  test('an operation is open in the state from its INTENT to its outcome, each of which increases the revision', async () => {
    const create = await begin();
    const { operationId } = create;
    const open = {
      operationId,
      operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
      recordKey: create.recordKey,
      requested: settings,
      inDoubtUntil,
      closedAt: null,
      saw: null,
    };
    const state: AssociationState = {
      target,
      revision: 1,
      publicRevision: 0,
      changedAt: Date.parse(t1),
      confirmed: null,
      observed: null,
      openOperations: [open as never],
      recordsInProgress: [create.recordKey],
      latest: null,
    };
    expect(await stateNow()).toEqual(state);
    await create.succeed(at(t1));
    const confirmed = {
      association: at(t1),
      isDeleted: false,
      operationId,
      operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
      declaration: null,
    };
    expect(await stateNow()).toEqual({
      ...state,
      revision: 2,
      publicRevision: 1,
      changedAt: Date.parse(t2),
      confirmed,
      openOperations: [],
      recordsInProgress: [],
      latest: { origin: 'OPERATION', seenAt: Date.parse(t2), seenOtherwiseAt: recordTime },
    });
  });

  test('the association is of the declaration whose operation confirmed it last, and of none after an operation without one', async () => {
    const declared = async (operation: AuditEntry['operation'], declaration: string | null, modifiedAt: string) => {
      await (await begin(operation, null, { declaration })).succeed(at(modifiedAt));
      return (await stateNow())?.confirmed?.declaration;
    };
    expect(await declared('CREATE_POD_IDENTITY_ASSOCIATION', 'bindings', t1)).toBe('bindings');
    expect(await declared('UPDATE_POD_IDENTITY_ASSOCIATION', 'others', t2)).toBe('others');
    expect(await declared('UPDATE_POD_IDENTITY_ASSOCIATION', null, t3)).toBeNull();
  });

  test('an update names the settings that it changes, and a delete none', async () => {
    await begin('UPDATE_POD_IDENTITY_ASSOCIATION');
    await begin('DELETE_POD_IDENTITY_ASSOCIATION');
    const requested = (await stateNow())?.openOperations.map((operation) => operation.requested);
    expect(new Set(requested)).toEqual(new Set([{ policy: null }, {}]));
  });

  test('a commit that neither begins nor ends an operation, and a request that is refused in place of one, do not change the state', async () => {
    const entries = [auditEntry({ event: 'UNKNOWN' }), auditEntry({ event: 'REFUSED', fence: null })];
    for (const entry of entries) await ledger.commit({ kind: 'free', now: recordTime }, openRecord(), [entry]);
    expect(await stateNow()).toBeNull();
  });

  test('an outcome with an older association is recorded and leaves the later one confirmed', async () => {
    const [first, second] = [await begin(), await begin()];
    await second.succeed(at(t2));
    expect(await first.succeed(at(t1))).toEqual({ kind: 'committed' });
    expect(await stateNow()).toMatchObject({ revision: 4, confirmed: { association: at(t2) }, openOperations: [] });
    await (await begin('UPDATE_POD_IDENTITY_ASSOCIATION')).succeed(at(t2));
    expect(await stateNow()).toMatchObject({ confirmed: { operationId: second.operationId } });
  });

  test('a deleted association stays deleted, and a new one replaces it', async () => {
    const [remove, late, next] = [await begin('DELETE_POD_IDENTITY_ASSOCIATION'), await begin(), await begin()];
    await remove.succeed(at(t1));
    expect(await late.succeed(at(t2))).toEqual({ kind: 'committed' });
    expect(await stateNow()).toMatchObject({
      confirmed: { association: at(t1), isDeleted: true },
      openOperations: [{}],
    });
    await next.succeed(at(t3, { associationId: 'a-new0000000000000' }));
    expect(await stateNow()).toMatchObject({ confirmed: { association: { modifiedAt: t3 }, isDeleted: false } });
  });

  test('a delete confirms the deletion of the same version, and not that of a later association', async () => {
    const [create, remove] = [await begin(), await begin('DELETE_POD_IDENTITY_ASSOCIATION')];
    await create.succeed(at(t1));
    await remove.succeed(at(t1));
    expect(await stateNow()).toMatchObject({ confirmed: { isDeleted: true } });
    const [next, late] = [await begin(), await begin('DELETE_POD_IDENTITY_ASSOCIATION')];
    await next.succeed(at(t3, { associationId: 'a-new0000000000000' }));
    await late.succeed(at(t1));
    expect(await stateNow()).toMatchObject({ confirmed: { association: { modifiedAt: t3 }, isDeleted: false } });
  });

  test('a delete confirms the deletion over a later version of its association, and over an older association', async () => {
    const [update, remove] = [
      await begin('UPDATE_POD_IDENTITY_ASSOCIATION'),
      await begin('DELETE_POD_IDENTITY_ASSOCIATION'),
    ];
    await update.succeed(at(t2));
    await remove.succeed(at(t1));
    expect(await stateNow()).toMatchObject({ confirmed: { association: at(t1), isDeleted: true } });
    const other = at(t3, { associationId: 'a-new0000000000000' });
    await (await begin('DELETE_POD_IDENTITY_ASSOCIATION')).succeed(other);
    expect(await stateNow()).toMatchObject({ confirmed: { association: other, isDeleted: true } });
  });

  test('a create that adopted an association confirms it as an adoption, also the confirmed version with other tags', async () => {
    await (await begin()).succeed(at(t1));
    const tagged = at(t1, { tags: [{ key: 'managed-by', value: 'terraform' }] });
    const create = await begin();
    await create.adopt(tagged);
    const operation = 'ADOPT_POD_IDENTITY_ASSOCIATION';
    expect(await stateNow()).toMatchObject({
      confirmed: { association: tagged, isDeleted: false, operationId: create.operationId, operation },
      openOperations: [],
    });
  });

  test('an adoption confirms the same version with other tags, but no older one, and leaves nothing open', async () => {
    const [create, later] = [await begin(), await begin('UPDATE_POD_IDENTITY_ASSOCIATION')];
    await create.succeed(at(t1));
    const adopt = async (adopted: Association) => {
      const operation = 'ADOPT_POD_IDENTITY_ASSOCIATION';
      const record = succeeded(openRecord({ operation, inDoubtUntil }), {
        result: { association: adopted, refusal: null, completedAt: t2 },
      });
      const { operationId, fence } = record;
      const request = { ...target, associationId: adopted.associationId, expectedModifiedAt: null };
      const entry = auditEntry({ operationId, operation, request, target, fence, event: 'SUCCEEDED', time: t2 });
      expect(await ledger.commit({ kind: 'free', now: recordTime }, record, [entry])).toEqual({ kind: 'committed' });
      return operationId;
    };
    const tagged = at(t1, { tags: [{ key: 'team', value: 'a' }] });
    const operationId = await adopt(tagged);
    const confirmed = {
      association: tagged,
      isDeleted: false,
      operationId,
      operation: 'ADOPT_POD_IDENTITY_ASSOCIATION',
    };
    expect(await stateNow()).toMatchObject({ confirmed, openOperations: [{}] });
    await later.succeed(at(t3));
    await adopt(at(t2));
    expect(await stateNow()).toMatchObject({ confirmed: { association: at(t3) }, openOperations: [] });
  });

  test('an operation that an observation closed while in doubt still explains what it may do', async () => {
    const [create, later] = [await begin(), await begin()];
    await create.succeed(at(t1), null);
    const { operationId } = create;
    const closed = (await stateNow())?.openOperations.filter(({ closedAt }) => closedAt !== null);
    expect(closed).toMatchObject([{ operationId, closedAt: Date.parse(t2) }]);
    await later.succeed(at(t2), null, new Date(inDoubtUntil + 1).toISOString());
    expect((await stateNow())?.openOperations).toHaveLength(1);
  });

  test('an operation whose outcome was not determined keeps what was seen, also that the association was gone', async () => {
    const endOfDoubt = new Date(inDoubtUntil + 1).toISOString();
    const [seen, gone] = [await begin(), await begin('UPDATE_POD_IDENTITY_ASSOCIATION', at(t1))];
    await seen.undetermined(at(t3), endOfDoubt);
    await gone.undetermined(null, endOfDoubt);
    const { associationId } = association();
    const saw = (await stateNow())?.openOperations.map((operation) => operation.saw);
    expect(new Set(saw)).toEqual(
      new Set([
        { associationId, modifiedAt: t3, isGone: false },
        { associationId, modifiedAt: t1, isGone: true },
      ]),
    );
  });

  test('a released operation that EKS answered is no longer open', async () => {
    await (await begin()).release();
    expect(await stateNow()).toMatchObject({ revision: 2, confirmed: null, openOperations: [] });
  });

  const publicRevisionNow = async () => (await stateNow())?.publicRevision;
  const scanned = async (fields: Pick<StateChange, 'isChange'>) => {
    const revision = (await stateNow())?.revision ?? 0;
    return ledger.observeAssociation(revision, { target, openOperations: [], endedOperationIds: [], ...fields }, null);
  };

  test('changes are counted by outcomes that changed the association, or may have, and by scans that say so', async () => {
    const counts: unknown[] = [];
    const count = async (written: Promise<unknown>) => {
      await written;
      counts.push(await publicRevisionNow());
    };
    await count((await begin()).release());
    await count((await begin()).succeed(at(t1)));
    // Recorded although a later association is confirmed.
    await count((await begin()).succeed(at(t1)));
    await count((await begin('UPDATE_POD_IDENTITY_ASSOCIATION')).undetermined(at(t2)));
    await count((await begin('DELETE_POD_IDENTITY_ASSOCIATION')).succeed(at(t2)));
    await count((await begin()).reclaim());
    await count(scanned({}));
    await count(scanned({ isChange: true }));
    expect(counts).toEqual([0, 1, 2, 3, 4, 4, 4, 5]);
  });

  test('a create that expects a revision begins over this number only, without another operation in progress', async () => {
    const create = 'CREATE_POD_IDENTITY_ASSOCIATION';
    const expecting = (expectedRevision: number) => begin(create, null, { expectedRevision });
    expect((await expecting(1)).begun).toEqual({ kind: 'state-mismatch', publicRevision: 0, isBusy: false });
    expect(await stateNow()).toBeNull();
    const first = await expecting(0);
    expect(first.begun).toEqual({ kind: 'committed' });
    expect((await expecting(0)).begun).toEqual({ kind: 'state-mismatch', publicRevision: 0, isBusy: true });
    await first.release();
    const second = await expecting(0);
    expect(second.begun).toEqual({ kind: 'committed' });
    await second.succeed(at(t1));
    expect((await expecting(0)).begun).toEqual({ kind: 'state-mismatch', publicRevision: 1, isBusy: false });
    const remove = await begin('DELETE_POD_IDENTITY_ASSOCIATION');
    expect((await expecting(1)).begun).toEqual({ kind: 'state-mismatch', publicRevision: 1, isBusy: true });
    await remove.succeed(at(t1), null);
    // The delete is closed, and still in doubt: it can't change what is gone.
    expect((await stateNow())?.openOperations).toHaveLength(1);
    expect((await expecting(1)).begun).toEqual({ kind: 'state-mismatch', publicRevision: 2, isBusy: false });
    expect((await expecting(2)).begun).toEqual({ kind: 'committed' });
  });

  test('an update that expects a revision begins over this number only, without another operation in progress', async () => {
    const update = 'UPDATE_POD_IDENTITY_ASSOCIATION';
    const expecting = (expectedRevision: number) => begin(update, at(t1), { expectedRevision });
    await (await begin()).succeed(at(t1));
    expect((await expecting(0)).begun).toEqual({ kind: 'state-mismatch', publicRevision: 1, isBusy: false });
    const first = await expecting(1);
    expect(first.begun).toEqual({ kind: 'committed' });
    expect((await expecting(1)).begun).toEqual({ kind: 'state-mismatch', publicRevision: 1, isBusy: true });
    await first.succeed(at(t2));
    expect((await expecting(1)).begun).toEqual({ kind: 'state-mismatch', publicRevision: 2, isBusy: false });
  });

  test('a create that expects a revision follows its own released operation, and no other', async () => {
    const create = 'CREATE_POD_IDENTITY_ASSOCIATION';
    const own = await begin(create, null, { expectedRevision: 0 });
    expect(await own.reclaim()).toEqual({ kind: 'committed' });
    expect(await stateNow()).toMatchObject({ publicRevision: 0, openOperations: [{}] });
    const late = await begin(create, null, { expectedRevision: 0 });
    expect(late.begun).toEqual({ kind: 'state-mismatch', publicRevision: 0, isBusy: true });
  });

  test('an adoption counts as a change, and is not an operation in progress', async () => {
    const operation = 'ADOPT_POD_IDENTITY_ASSOCIATION';
    const result = { association: at(t1), refusal: null, completedAt: t2 };
    const record = succeeded(openRecord({ operation, inDoubtUntil }), { result });
    const { operationId, fence } = record;
    const request = { ...target, associationId: at(t1).associationId, expectedModifiedAt: null };
    const entry = auditEntry({ operationId, operation, request, target, fence, event: 'SUCCEEDED', time: t2 });
    await ledger.commit({ kind: 'free', now: recordTime }, record, [entry]);
    const next = await begin('CREATE_POD_IDENTITY_ASSOCIATION', null, { expectedRevision: 1 });
    expect(next.begun).toEqual({ kind: 'committed' });
  });

  test('a scan writes over the revision that it read only, and ends operations', async () => {
    const create = await begin();
    await create.succeed(at(t1), null);
    const sight = { associationId: association().associationId, modifiedAt: t2, isGone: false };
    const observed: ObservedState = {
      at: 1_800_000_000_000,
      revision: 3,
      sight,
      origin: 'OUTSIDE',
      association: at(t2, { tags: [{ key: '__proto__', value: '' }] }),
      driftId: null,
    };
    const change = { target, observed, openOperations: [], endedOperationIds: [create.operationId] };
    for (const revision of [0, 1, 3]) expect(await ledger.observeAssociation(revision, change, null)).toBe(false);
    const before = await stateNow();
    expect(await ledger.observeAssociation(2, change, null)).toBe(true);
    expect(await stateNow()).toEqual({ ...before, revision: 3, observed, openOperations: [] });
  });

  test('an observation and its entry are written in one transaction', async () => {
    const sight = { associationId: association().associationId, modifiedAt: t2, isGone: false };
    const driftId = 'drift-01KASA3V5T0000000000000007';
    const drift = { origin: 'OUTSIDE', association: at(t2), driftId } as const;
    const observed: ObservedState = { at: 1_800_000_000_000, revision: 1, sight, ...drift };
    const change = { target, observed, openOperations: [], endedOperationIds: [] };
    const what = { operation: 'OBSERVE_ASSOCIATION', request: null, before: null, decision: null } as const;
    const entry = auditEntry({ operationId: driftId, target, event: 'DRIFT_FOUND', fence: 3, ...what });
    expect(await ledger.observeAssociation(4, change, entry)).toBe(false);
    expect(await ledger.operationEntries(driftId)).toEqual([]);
    expect(await ledger.observeAssociation(0, change, entry)).toBe(true);
    expect(await ledger.observeAssociation(0, change, entry)).toBe(true);
    expect(await stateNow()).toMatchObject({ revision: 1, observed });
    expect(await ledger.operationEntries(driftId)).toEqual([entry]);
  });

  test('the absence of an association keeps that it was drift, until another observation', async () => {
    const sight = { associationId: association().associationId, modifiedAt: t2, isGone: true };
    const seen = { at: 1_800_000_000_000, revision: 1, sight, origin: 'OUTSIDE', association: null } as const;
    const absence: ObservedState = { ...seen, driftId: null, wasDrift: true };
    const { wasDrift: _, ...next } = { ...absence, revision: 2 };
    for (const [revision, observed] of [absence, next].entries()) {
      const change = { target, observed, openOperations: [], endedOperationIds: [] };
      expect(await ledger.observeAssociation(revision, change, null)).toBe(true);
      expect((await stateNow())?.observed).toEqual(observed);
    }
  });

  test('a scan writes the first state of a service account once', async () => {
    const observed: ObservedState = {
      at: 1_800_000_000_000,
      revision: 1,
      sight: null,
      origin: null,
      association: null,
      driftId: null,
    };
    const change = { target, observed, openOperations: [], endedOperationIds: [] };
    const writes = await Promise.all([1, 2, 3].map(() => ledger.observeAssociation(0, change, null)));
    expect(writes.filter((isWritten) => isWritten)).toHaveLength(1);
    expect(await stateNow()).toEqual({
      target,
      revision: 1,
      publicRevision: 0,
      changedAt: null,
      confirmed: null,
      observed,
      openOperations: [],
      recordsInProgress: [],
      latest: null,
    });
  });

  test('what is in progress is the keys of the records from their INTENT to their outcome, also if the next operation of a token follows at once', async () => {
    const keys = async () => (await stateNow())?.recordsInProgress;
    const [first, second] = [await begin(), await begin('UPDATE_POD_IDENTITY_ASSOCIATION')];
    const both = [first.recordKey, second.recordKey].sort();
    expect(await keys()).toEqual(both);
    await first.reclaim();
    expect(await keys()).toEqual(both);
    await second.release();
    expect(await keys()).toEqual([first.recordKey]);
    expect((await begin(undefined, null, { expectedRevision: 0 })).begun).toMatchObject({ isBusy: true });
  });

  test.each(['state', 'operationId', 'fence', 'none', 'key'] as const)(
    'a repair is not written if the record or what is in progress is not as it was read: %s',
    async (other) => {
      const create = await begin();
      await create.release();
      const record = await ledger.getRecord(create.recordKey);
      const change = { target, openOperations: [], endedOperationIds: [] };
      const begun = { ...change, begunRecord: create.recordKey };
      if (other !== 'key') await ledger.observeAssociation(2, begun, null);
      const before = await stateNow();
      const read = {
        ...{ state: { state: 'SUCCEEDED' }, operationId: { operationId: 'another' }, fence: { fence: 9 } },
        ...{ none: null, key: {} },
      }[other] as Partial<IdempotencyRecord> | null;
      const repair = {
        recordKey: create.recordKey,
        record: read && record && { ...record, ...read },
        restored: null,
        change: { ...change, endedRecord: create.recordKey },
      };
      const entry = auditEntry({ operationId: 'repair-01KASA3V5T0000000000000009', event: 'STATE_REPAIRED', target });
      expect(await ledger.repairAssociation(repair, entry)).toBe(false);
      expect(await stateNow()).toEqual(before);
      expect(await ledger.operationEntries(entry.operationId)).toEqual([]);
      if (other === 'key') return;
      expect(await ledger.repairAssociation({ ...repair, record }, entry)).toBe(true);
      expect((await stateNow())?.recordsInProgress).toEqual([]);
      // The response was lost, and the repair is sent again.
      expect(await ledger.repairAssociation({ ...repair, record }, entry)).toBe(true);
    },
  );

  test('the states of a cluster are listed with what the last write said, in the order of their names', async () => {
    const other = { ...target, serviceAccount: 'aaa' };
    const elsewhere = { ...target, clusterName: 'main_10' };
    const sight = { associationId: 'a-other', modifiedAt: t1, isGone: false };
    const observed: ObservedState = {
      at: 1_800_000_000_000,
      revision: 1,
      sight,
      origin: 'OUTSIDE',
      association: null,
      driftId: null,
    };
    for (const one of [other, elsewhere]) {
      await ledger.observeAssociation(0, { target: one, observed, openOperations: [], endedOperationIds: [] }, null);
    }
    const create = await begin();
    const scanned = { scannedRevision: 1, scannedAt: 1_800_000_000_000, isPresent: true, associationId: 'a-other' };
    const free = { recordsInProgress: [] };
    const unknown = {
      ...{ scannedRevision: null, scannedAt: null, isPresent: false, associationId: null },
      recordsInProgress: [create.recordKey],
    };
    const listed = [{ target: other, revision: 1, ...scanned, ...free }];
    expect(await ledger.statesOfCluster(target)).toEqual([...listed, { target, revision: 1, ...unknown }]);
    await create.succeed(at(t1));
    const { associationId } = association();
    const confirmed = { ...unknown, ...free, isPresent: true, associationId };
    expect(await ledger.statesOfCluster(target)).toEqual([...listed, { target, revision: 2, ...confirmed }]);
    await edit.state(other, { v: 2 });
    expect(await ledger.statesOfCluster(target)).toHaveLength(1);
  });

  test('the progress of scans is written over the fence that was read only, and does not disturb the search for expired leases', async () => {
    const cluster = { accountId, region, clusterName };
    const never = { completedAt: null, firstCompletedAt: null, incompleteSince: 1 };
    const first = { cluster, fence: 1, leaseUntil: 1, startedAt: 1, endedAt: null, ...never, failure: null };
    const next = { ...first, fence: 2, endedAt: 2, completedAt: 1, failure: { exception: 'X', message: 'y' } };
    expect(await ledger.clusterScans()).toEqual([]);
    expect(await ledger.getClusterScan(cluster)).toBeNull();
    expect(await ledger.putClusterScan(1, first)).toBe(false);
    const writes = await Promise.all([1, 2, 3].map(() => ledger.putClusterScan(0, first)));
    expect(writes.filter((isWritten) => isWritten)).toHaveLength(1);
    expect(await ledger.putClusterScan(2, next)).toBe(false);
    expect(await ledger.putClusterScan(1, next)).toBe(true);
    expect(await ledger.clusterScans()).toEqual([next]);
    expect(await ledger.getClusterScan(cluster)).toEqual(next);
    expect(await ledger.getClusterScan({ ...cluster, clusterName: 'other' })).toBeNull();
    expect(await ledger.expiredLeases(recordTime, 10)).toEqual([]);
  });

  test('the lease of an account and region is of one run at a time, and a put of it can be repeated', async () => {
    const account = { accountId, region };
    const put = (runId: string, leaseUntil: number, now: number) =>
      ledger.putAccountReads({ ...account, runId, leaseUntil }, now);
    const first = await Promise.all(['a', 'b', 'c'].map((runId) => put(runId, 100, 1)));
    expect(first.filter(({ kind }) => kind === 'written')).toEqual([{ kind: 'written', previous: null }]);
    const runId = ['a', 'b', 'c'][first.findIndex(({ kind }) => kind === 'written')] ?? '';
    expect(await put(runId, 100, 1)).toEqual({ kind: 'written', previous: { runId, leaseUntil: 100 } });
    expect(await put('d', 200, 99)).toEqual({ kind: 'leased' });
    expect(await put('d', 200, 100)).toEqual({ kind: 'written', previous: { runId, leaseUntil: 100 } });
    // A run that lost its lease does not end that of another one.
    expect(await put(runId, 150, 150)).toEqual({ kind: 'leased' });
    expect(await put('d', 150, 150)).toEqual({ kind: 'written', previous: { runId: 'd', leaseUntil: 200 } });
    const elsewhere = { accountId, region: 'us-east-1', runId: 'e', leaseUntil: 100 };
    expect(await ledger.putAccountReads(elsewhere, 1)).toEqual({ kind: 'written', previous: null });
    expect(await ledger.clusterScans()).toEqual([]);
    expect(await ledger.expiredLeases(recordTime, 10)).toEqual([]);
  });

  test('a state of another format version stops an operation before it begins, and no outcome', async () => {
    const create = await begin();
    const added = { addedLater: { nested: ['value'] } };
    await edit.state(target, { v: 2, ...added });
    await expect(stateNow()).rejects.toThrow(UnsupportedFormat);
    await expect(begin()).rejects.toThrow(UnsupportedFormat);
    const change = { target, openOperations: [], endedOperationIds: [] };
    await expect(ledger.observeAssociation(1, change, null)).rejects.toThrow(UnsupportedFormat);
    expect(await create.succeed(at(t1))).toEqual({ kind: 'committed' });
    await edit.state(target, { v: 1 });
    expect(await stateNow()).toMatchObject({ revision: 1, openOperations: [{}] });
    await begin();
    await edit.state(target, {}, (item) => expect(item).toMatchObject(added));
  });
});
