import type { StateMismatch } from '../../src/ledger/state-store.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Association, AssociationTarget, DeleteRequest, UpdateRequest } from '../../src/model/association.ts';
import { openLedgerForEachTest } from '../support/each-test.ts';
import { describeOnEachLedger } from '../support/ledgers.ts';
import { association, auditEntry, openRecord, recordTime, request, succeeded } from '../support/ledger-samples.ts';

const { accountId, region, clusterName, namespace, serviceAccount, associationId, modifiedAt } = association();
const target: AssociationTarget = { accountId, region, clusterName, namespace, serviceAccount };
const time = '2026-11-24T12:00:00.000Z';
const [endsAt, laterAt] = ['2026-11-25T12:00:00.000Z', '2026-11-26T12:00:00.000Z'];
const due = Date.parse(endsAt);
const committed = { kind: 'committed' };
const busy: StateMismatch = { kind: 'state-mismatch', publicRevision: 1, isBusy: true };
const mismatch: StateMismatch = { ...busy, isBusy: false };
const otherExpiry: StateMismatch = { ...mismatch, hasOtherExpiry: true };

/** The operation whose expiry a request was judged by; null: there was none. */
type Over = string | null;

/** An operation of the tests: it sends a change to EKS. */
type Begun =
  | { readonly operation: 'CREATE_POD_IDENTITY_ASSOCIATION'; readonly expiresAt?: string }
  | { readonly operation: 'UPDATE_POD_IDENTITY_ASSOCIATION'; readonly expiresAt?: string | null; readonly over?: Over }
  | { readonly operation: 'DELETE_POD_IDENTITY_ASSOCIATION'; readonly setBy?: string; readonly at?: string };

describeOnEachLedger('the expiries of a ledger in $name', ({ open }) => {
  let ledger: Ledger & ObservationStore;
  openLedgerForEachTest((opened) => ({ ledger } = opened), open);

  const expiry = async () => (await ledger.getAssociationState(target))?.expiry;
  const listed = (warnUntil: number, now: number) => ledger.dueExpiries({ warnUntil, now }, 10);
  const dueAt = async (warnUntil: number, now: number) => (await listed(warnUntil, now)).map((one) => one.target);
  const record = (operation: Begun['operation']) => openRecord({ operation, inDoubtUntil: recordTime });

  function requestOf(begun: Begun) {
    const existing = { accountId, region, clusterName, associationId };
    switch (begun.operation) {
      case 'CREATE_POD_IDENTITY_ASSOCIATION':
        return { ...request(), ...(begun.expiresAt === undefined ? {} : { expiresAt: begun.expiresAt }) };
      case 'UPDATE_POD_IDENTITY_ASSOCIATION': {
        const { expiresAt } = begun;
        const named = expiresAt === undefined ? {} : { expiresAt };
        return { ...existing, expectedModifiedAt: null, changes: { policy: null }, ...named } satisfies UpdateRequest;
      }
      case 'DELETE_POD_IDENTITY_ASSOCIATION': {
        const { setBy, at = modifiedAt } = begun;
        const asExpiry = setBy === undefined ? {} : { ending: { expiresAt: endsAt, setBy } };
        return {
          ...existing,
          expectedModifiedAt: setBy === undefined ? null : at,
          ...asExpiry,
        } satisfies DeleteRequest;
      }
    }
  }

  const judgedBy = (over: Over | undefined) =>
    over === undefined
      ? {}
      : { endingBefore: over === null ? null : { associationId, expiresAt: endsAt, setBy: over } };

  /** Begins an operation. `succeed` records its success. */
  async function begin(begun: Begun) {
    const first = record(begun.operation);
    const { operationId, fence } = first;
    const before = begun.operation === 'CREATE_POD_IDENTITY_ASSOCIATION' ? null : association();
    const judged = judgedBy('over' in begun ? begun.over : undefined);
    const subject = { target, before, time, operation: begun.operation, request: requestOf(begun) };
    const entry = { operationId, fence, ...subject, ...judged };
    const result = await ledger.commit({ kind: 'free', now: recordTime }, first, [
      auditEntry({ ...entry, event: 'INTENT' }),
    ]);
    const succeed = (made: Association = association()) =>
      ledger.commit(
        { kind: 'leased', operationId, fence },
        succeeded(first, { result: { association: made, refusal: null, completedAt: time } }),
        [auditEntry({ ...entry, event: 'SUCCEEDED', eksRequestId: 'request-1', associationArn: made.associationArn })],
      );
    return { operationId, result, succeed };
  }

  /** Runs an operation with success; its id. */
  async function done(begun: Begun): Promise<string> {
    const { operationId, result, succeed } = await begin(begun);
    expect(result).toEqual(committed);
    expect(await succeed()).toEqual(committed);
    return operationId;
  }

  /** Sets the expiry alone, in one commit. */
  function setAlone(expiresAt: string | null, before: Association = association(), over?: Over) {
    const operation = 'UPDATE_POD_IDENTITY_ASSOCIATION';
    const first = record(operation);
    const { operationId, fence } = first;
    const result = { association: before, refusal: null, completedAt: time };
    const named = { accountId, region, clusterName, associationId, expectedModifiedAt: null, changes: {}, expiresAt };
    const entry = auditEntry({
      operationId,
      fence,
      target,
      before,
      time,
      operation,
      request: named,
      event: 'SUCCEEDED',
      ...judgedBy(over),
    });
    return ledger.commit({ kind: 'free', now: recordTime }, succeeded(first, { result }), [entry]);
  }

  const create = { operation: 'CREATE_POD_IDENTITY_ASSOCIATION', expiresAt: endsAt } as const;
  const update = { operation: 'UPDATE_POD_IDENTITY_ASSOCIATION' } as const;
  const remove = { operation: 'DELETE_POD_IDENTITY_ASSOCIATION' } as const;

  test('a success sets the expiry that its request names, keeps it where it names none, and clears it', async () => {
    const { operationId, succeed } = await begin(create);
    expect(await expiry()).toBeUndefined();
    await succeed();
    const first = {
      associationId,
      expiresAt: endsAt,
      setBy: operationId,
      setter: { principalId: auditEntry({ event: 'INTENT' }).principal.id, actorId: null, onBehalfOf: null },
      isWarned: false,
      nextAt: due,
      suspendedFor: null,
    };
    expect(await expiry()).toEqual(first);
    await done(update);
    expect(await expiry()).toEqual(first);
    const setBy = await done({ ...update, expiresAt: laterAt });
    expect(await expiry()).toEqual({ ...first, expiresAt: laterAt, setBy, nextAt: Date.parse(laterAt) });
    await done({ ...update, expiresAt: null });
    expect(await expiry()).toBeUndefined();
  });

  test.each([laterAt, null])(
    'a success that is recorded after that of a later version counts with the expiry that it names (%s)',
    async (expiresAt) => {
      await done(create);
      const named = await begin({ ...update, expiresAt });
      const other = await begin(update);
      await other.succeed(association({ modifiedAt: '2026-11-24T12:30:00.000Z' }));
      await named.succeed(association({ modifiedAt: '2026-11-24T12:20:00.000Z' }));
      expect((await expiry())?.expiresAt ?? null).toBe(expiresAt);
    },
  );

  test('a success that is recorded after another association took the place of its own sets no expiry', async () => {
    await done(create);
    const named = await begin({ ...update, expiresAt: laterAt });
    const successor = await begin({ operation: create.operation });
    await successor.succeed(association({ associationId: 'a-successor', modifiedAt: '2026-11-24T12:30:00.000Z' }));
    await named.succeed(association({ modifiedAt: '2026-11-24T12:20:00.000Z' }));
    expect(await expiry()).toBeUndefined();
  });

  test('a delete removes the expiry, and a create after it has none', async () => {
    await done(create);
    await done(remove);
    expect(await expiry()).toBeUndefined();
    await done({ operation: create.operation });
    expect(await expiry()).toBeUndefined();
  });

  test('a delete at an expiry begins only while the operation that set it is the last one', async () => {
    const setBy = await done(create);
    expect((await begin({ ...remove, setBy: 'another' })).result).toEqual(otherExpiry);
    expect((await begin({ ...remove, setBy, at: '2026-11-24T11:00:00.000Z' })).result).toEqual(mismatch);
    expect((await begin({ ...remove, setBy })).result).toEqual(committed);
  });

  test('an expiry is set only over the one that its request was judged by', async () => {
    const first = await done({ operation: create.operation });
    const none: StateMismatch = { ...otherExpiry, publicRevision: 1 };
    expect((await begin({ ...update, expiresAt: endsAt, over: first })).result).toEqual(none);
    expect(await setAlone(endsAt, association(), first)).toEqual(none);
    const setBy = await done({ ...update, expiresAt: endsAt, over: null });
    const other: StateMismatch = { ...otherExpiry, publicRevision: 2 };
    for (const over of [null, first]) {
      expect((await begin({ ...update, expiresAt: laterAt, over })).result).toEqual(other);
      expect(await setAlone(laterAt, association(), over)).toEqual(other);
    }
    expect(await setAlone(laterAt, association(), setBy)).toEqual(committed);
    expect(await expiry()).toMatchObject({ expiresAt: laterAt });
  });

  test('what depends on the expiry begins only while no other operation is in progress', async () => {
    const setBy = await done(create);
    const other = await begin(update);
    for (const begun of [
      { ...remove, setBy },
      { ...update, expiresAt: laterAt },
      { ...update, expiresAt: null },
    ]) {
      expect((await begin(begun)).result).toEqual(busy);
    }
    expect(await setAlone(laterAt)).toEqual(busy);
    // A request deletes at any time.
    expect((await begin(remove)).result).toEqual(committed);
    expect(await other.succeed()).toEqual(committed);
    expect((await expiry())?.setBy).toBe(setBy);
  });

  test('an update of the expiry alone sets it for the confirmed version, and no other', async () => {
    await done({ operation: create.operation });
    expect(await setAlone(endsAt, association({ modifiedAt: '2026-11-24T11:00:00.000Z' }))).toEqual(mismatch);
    expect(await expiry()).toBeUndefined();
    expect(await setAlone(endsAt)).toEqual(committed);
    expect(await expiry()).toMatchObject({ expiresAt: endsAt, isWarned: false });
    expect((await ledger.getAssociationState(target))?.openOperations).toEqual([]);
  });

  test('an expiry is listed from the time of its warning on and, once it was warned of, from its own', async () => {
    await done(create);
    expect(await dueAt(due - 1, due - 1)).toEqual([]);
    expect(await dueAt(due, due - 1)).toEqual([target]);
    const state = await ledger.getAssociationState(target);
    if (!state?.expiry) throw new Error('No expiry is stored.');
    const warned = { target, expiry: { ...state.expiry, isWarned: true }, openOperations: [], endedOperationIds: [] };
    expect(await ledger.observeAssociation(state.revision - 1, warned, null)).toBe(false);
    expect(await ledger.observeAssociation(state.revision, warned, null)).toBe(true);
    expect(await dueAt(due, due - 1)).toEqual([]);
    expect(await dueAt(due, due)).toEqual([target]);
    await done({ ...update, expiresAt: null });
    expect(await dueAt(due, due)).toEqual([]);
  });

  test('the due list has the expiry and the revision of its state, so that it is held over that revision', async () => {
    await done(create);
    const [first] = await listed(due, due);
    if (!first) throw new Error('No expiry is listed.');
    const { revision = 0, expiry: stored } = (await ledger.getAssociationState(target)) ?? {};
    expect(first).toEqual({ target, revision, expiry: stored, hasDrift: false });
    const nextAt = due + 3_600_000;
    const held = { ...first.expiry, isWarned: true, heldAt: due, nextAt };
    const change = { target, expiry: held, openOperations: [], endedOperationIds: [] };
    expect(await ledger.observeAssociation(revision, change, null)).toBe(true);
    expect(await expiry()).toEqual(held);
    expect(await ledger.observeAssociation(revision, change, null)).toBe(false);
    expect(await listed(nextAt, nextAt - 1)).toEqual([]);
    const observed = { at: due, sight: null, origin: 'OUTSIDE', association: null, driftId: 'drift' } as const;
    const drifted = {
      target,
      observed: { ...observed, revision: revision + 2 },
      openOperations: [],
      endedOperationIds: [],
    };
    expect(await ledger.observeAssociation(revision + 1, drifted, null)).toBe(true);
    expect(await listed(0, nextAt)).toEqual([{ target, revision: revision + 2, expiry: held, hasDrift: true }]);
  });

  test('the due list is limited for those that were not warned of and for the others, the earliest of each first', async () => {
    for (const index of [3, 1, 2]) {
      for (const isWarned of [false, true]) {
        const of = { ...target, serviceAccount: `${isWarned ? 'warned' : 'new'}-${index}` };
        const fields = { associationId, setBy: 'operation', suspendedFor: null, expiresAt: endsAt };
        const change = { target: of, expiry: { ...fields, isWarned, nextAt: due + index }, openOperations: [] };
        await ledger.observeAssociation(0, { ...change, endedOperationIds: [] }, null);
      }
    }
    const found = await ledger.dueExpiries({ warnUntil: due + 9, now: due + 9 }, 2);
    expect(found.map((one) => one.target.serviceAccount)).toEqual(['new-1', 'new-2', 'warned-1', 'warned-2']);
  });
});
