import type { AssociationReads } from '../../src/ledger/association-history.ts';
import type { ObservedState, Sight } from '../../src/ledger/association-state.ts';
import type { AssociationVersion } from '../../src/ledger/association-version.ts';
import type { ClusterScan, ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { versionPlaceOf } from '../../src/ledger/stored/version-keys.ts';
import type { IdempotencyRecord, Ledger } from '../../src/ledger/ledger.ts';
import type { Association, AssociationTarget } from '../../src/model/association.ts';
import type { OperationKind } from '../../src/model/operation.ts';
import { openLedgerForEachTest } from '../support/each-test.ts';
import { describeOnEachLedger } from '../support/ledgers.ts';
import type { StoredItems } from '../support/ledgers.ts';
import { association, auditEntry, openRecord, recordTime, succeeded } from '../support/ledger-samples.ts';

const { accountId, region, clusterName, namespace, serviceAccount } = association();
const cluster = { accountId, region, clusterName };
const target: AssociationTarget = { ...cluster, namespace, serviceAccount };
const placeOf = ({ associationId, createdAt, modifiedAt }: Association) => ({ associationId, createdAt, modifiedAt });
const role = (name: string) => `arn:aws:iam::111122223333:role/pods/${name}`;
const minute = (count: number) => new Date(Date.UTC(2026, 10, 24, 12, count)).toISOString();
const all = { from: '', to: '~' };

describeOnEachLedger('the history of associations of a ledger in $name', ({ open }) => {
  let ledger: Ledger & ObservationStore & AssociationReads;
  let edit: StoredItems;
  openLedgerForEachTest((opened) => ({ ledger, edit } = opened), open);

  /** An operation that begins, and succeeds at a time with an association. */
  async function succeed(
    confirmed: Association,
    time: string,
    operation: OperationKind = 'CREATE_POD_IDENTITY_ASSOCIATION',
    eksRequestId: string | null = 'request-1',
  ): Promise<IdempotencyRecord> {
    const record = openRecord({ operation, startedAt: Date.parse(time) - 1_000 });
    const { operationId, fence } = record;
    const entry = { operationId, operation, target: confirmed, fence, eksRequestId };
    await ledger.commit({ kind: 'free', now: recordTime }, record, [
      auditEntry({ ...entry, event: 'INTENT', time, request: null }),
    ]);
    const result = { association: confirmed, refusal: null, completedAt: time };
    const outcome = auditEntry({ ...entry, event: 'SUCCEEDED', time, request: null, before: confirmed });
    const committed = await ledger.commit({ kind: 'leased', operationId, fence }, succeeded(record, { result }), [
      outcome,
    ]);
    expect(committed).toEqual({ kind: 'committed' });
    return record;
  }

  const outside = (time: string, fields: Partial<Association> = {}): AssociationVersion => {
    const seen = association({ ...target, modifiedAt: time, ...fields });
    const { accountId: account, region: place, clusterName: name, namespace: space, serviceAccount: own } = seen;
    return {
      target: { accountId: account, region: place, clusterName: name, namespace: space, serviceAccount: own },
      association: seen,
      origin: 'OUTSIDE',
      operationId: null,
      declaration: null,
      seenAt: Date.parse(time),
      seenOtherwiseAt: null,
    };
  };

  /** A scan that adds a version. */
  async function observe(version: AssociationVersion, gone: Sight | null = null): Promise<boolean> {
    const [state = null] = await ledger.getAssociationStates([version.target]);
    const revision = state?.revision ?? 0;
    const seen = version.association;
    const observed: ObservedState = {
      at: version.seenAt,
      revision: revision + 1,
      sight: seen ? { associationId: seen.associationId, modifiedAt: seen.modifiedAt, isGone: false } : gone,
      origin: 'OUTSIDE',
      association: seen,
      driftId: null,
    };
    const change = { target: version.target, observed, version, openOperations: [], endedOperationIds: [] };
    return await ledger.observeAssociation(revision, change, null);
  }

  const history = () => ledger.readVersions(target, { from: '' }, 100);
  const withRole = async (name: string, range = all, limit = 100) => {
    const { targets, isComplete } = await ledger.targetsWithRole(role(name), range, limit);
    return { names: targets.map((found) => `${found.clusterName}/${found.serviceAccount}`), isComplete };
  };

  test('each outcome adds a version, which is found by time, and the state knows the latest', async () => {
    const first = association({
      ...target,
      modifiedAt: minute(0),
      tags: [{ key: '__proto__', value: '\ud83d\ude00' }],
    });
    const second = { ...first, roleArn: role('other'), modifiedAt: minute(2), policy: '{"a": 1}' };
    const [create, update, remove] = [
      await succeed(first, minute(1)),
      await succeed(second, minute(3), 'UPDATE_POD_IDENTITY_ASSOCIATION'),
      await succeed(second, minute(5), 'DELETE_POD_IDENTITY_ASSOCIATION'),
    ];
    const at = (count: number) => ({
      seenAt: Date.parse(minute(count)),
      seenOtherwiseAt: Date.parse(minute(count)) - 1_000,
    });
    const versions = [
      { target, association: first, origin: 'OPERATION', operationId: create.operationId, declaration: null, ...at(1) },
      {
        target,
        association: second,
        origin: 'OPERATION',
        operationId: update.operationId,
        declaration: null,
        ...at(3),
      },
      {
        ...{ target, association: null, deleted: placeOf(second) },
        ...{ origin: null, operationId: remove.operationId, declaration: null, ...at(5) },
      },
    ];
    expect(await history()).toEqual(versions);
    expect((await ledger.getAssociationState(target))?.latest).toEqual({ origin: null, ...at(5) });
  });

  test('versions are read from a place on or before it, in the order in which EKS had them', async () => {
    const first = association({ ...target, modifiedAt: minute(0) });
    await succeed({ ...first, modifiedAt: minute(2) }, minute(3), 'UPDATE_POD_IDENTITY_ASSOCIATION');
    await succeed({ ...first, associationId: 'a-2', createdAt: minute(6), modifiedAt: minute(6) }, minute(6));
    await succeed({ ...first, modifiedAt: minute(2) }, minute(7), 'DELETE_POD_IDENTITY_ASSOCIATION');
    await succeed(first, minute(9));
    const versions = await history();
    const texts = versions.map(
      (one) => `${(one.association ?? one.deleted)?.associationId} ${one.association?.modifiedAt}`,
    );
    const { associationId } = first;
    const order = [`${associationId} ${minute(0)}`, `${associationId} ${minute(2)}`, `${associationId} undefined`];
    expect(texts).toEqual([...order, `a-2 ${minute(6)}`]);
    const [, second, gone] = versions;
    if (!second || !gone) throw new Error('unreachable');
    expect(await ledger.readVersions(target, { from: versionPlaceOf(second) }, 2)).toEqual([second, gone]);
    expect(await ledger.readVersions(target, { before: versionPlaceOf(gone) }, 1)).toEqual([second]);
    expect(await ledger.readVersions({ ...target, serviceAccount: 'other' }, { from: '' }, 1)).toEqual([]);
  });

  test('an adoption adds a version of its own', async () => {
    await succeed(association({ ...target, modifiedAt: minute(0) }), minute(1), 'ADOPT_POD_IDENTITY_ASSOCIATION');
    expect(await history()).toMatchObject([{ origin: 'ADOPTED' }]);
  });

  test('an outcome whose association is older than the confirmed one adds its version before it', async () => {
    await succeed(association({ ...target, modifiedAt: minute(4) }), minute(4), 'UPDATE_POD_IDENTITY_ASSOCIATION');
    await succeed(association({ ...target, modifiedAt: minute(2) }), minute(5), 'UPDATE_POD_IDENTITY_ASSOCIATION');
    expect(await history()).toMatchObject([
      { association: { modifiedAt: minute(2) }, seenAt: Date.parse(minute(5)) },
      { association: { modifiedAt: minute(4) }, seenAt: Date.parse(minute(4)) },
    ]);
    expect(await ledger.getAssociationState(target)).toMatchObject({
      confirmed: { association: { modifiedAt: minute(4) } },
      latest: { seenAt: Date.parse(minute(4)) },
    });
  });

  test('an outcome that is recorded after a scan saw a later version is confirmed, and adds its version before that', async () => {
    const made = association({ ...target, modifiedAt: minute(1) });
    await observe(outside(minute(2), { roleArn: role('outside') }));
    await succeed(made, minute(3));
    expect(await ledger.getAssociationState(target)).toMatchObject({
      confirmed: { association: { modifiedAt: minute(1) } },
      latest: { origin: 'OUTSIDE', seenAt: Date.parse(minute(2)) },
    });
    expect(await history()).toMatchObject([{ origin: 'OPERATION' }, { origin: 'OUTSIDE' }]);
  });

  test('an outcome that is recorded after a scan saw its version gone is not the latest one, and one of a new association is', async () => {
    const made = association({ ...target, modifiedAt: minute(1) });
    const sight = { associationId: made.associationId, modifiedAt: made.modifiedAt, isGone: true };
    await observe({ ...outside(minute(2)), association: null, deleted: placeOf(made), origin: null }, sight);
    await succeed(made, minute(3));
    expect(await history()).toMatchObject([{ origin: 'OPERATION' }, { association: null }]);
    expect(await ledger.getAssociationState(target)).toMatchObject({ latest: { origin: null } });
    await succeed({ ...made, createdAt: minute(4), modifiedAt: minute(4), associationId: 'a-2' }, minute(5));
    expect(await history()).toMatchObject([{}, {}, { association: { associationId: 'a-2' } }]);
    expect(await ledger.getAssociationState(target)).toMatchObject({ latest: { seenAt: Date.parse(minute(5)) } });
  });

  test('of two outcomes with the same modifiedAt, the second one stays until a scan has read which was the last', async () => {
    const update = 'UPDATE_POD_IDENTITY_ASSOCIATION';
    const first = association({ ...target, modifiedAt: minute(1) });
    await succeed(first, minute(2), update);
    const { operationId } = await succeed({ ...first, roleArn: role('second') }, minute(3), update);
    expect(await ledger.getAssociationState(target)).toMatchObject({
      confirmed: { association: { roleArn: first.roleArn } },
      latest: { seenAt: Date.parse(minute(2)) },
      openOperations: [{ operationId, closedAt: Date.parse(minute(3)), saw: { modifiedAt: minute(1), isGone: false } }],
    });
    expect(await history()).toHaveLength(2);
    await succeed({ ...first, roleArn: role('older'), modifiedAt: minute(0) }, minute(4), update);
    expect((await ledger.getAssociationState(target))?.openOperations).toHaveLength(1);
    await succeed({ ...first, associationId: 'a-2', roleArn: role('other') }, minute(5), update);
    expect((await ledger.getAssociationState(target))?.openOperations).toHaveLength(1);
  });

  test('the state keeps when an update may have been in force whose effect was only read', async () => {
    const seen = association({ ...target, modifiedAt: minute(3) });
    const update = 'UPDATE_POD_IDENTITY_ASSOCIATION';
    await succeed(seen, minute(2), update, 'request-1');
    const { operationId, startedAt } = await succeed(seen, minute(4), update, null);
    expect((await ledger.getAssociationState(target))?.uncertainTimes).toEqual([
      {
        ...{ operationId, associationId: seen.associationId, startedAt },
        ...{ modifiedAt: minute(3), closedAt: Date.parse(minute(4)) },
      },
    ]);
  });

  test('an outcome is recorded over a state of another format version, and adds no version', async () => {
    const record = openRecord();
    const { operationId, fence } = record;
    const entry = { operationId, target, fence, eksRequestId: 'request-1' };
    await ledger.commit({ kind: 'free', now: recordTime }, record, [auditEntry({ ...entry, event: 'INTENT' })]);
    await edit.state(target, { v: 2 });
    const outcome = [auditEntry({ ...entry, event: 'SUCCEEDED' })];
    expect(await ledger.commit({ kind: 'leased', operationId, fence }, succeeded(record), outcome)).toEqual({
      kind: 'committed',
    });
    expect(await history()).toEqual([]);
  });

  test('a scan adds a version together with what it observed, or neither', async () => {
    const version = outside(minute(1));
    expect(await observe(version)).toBe(true);
    expect(await history()).toEqual([version]);
    const later = outside(minute(2));
    const change = { target, version: later, openOperations: [], endedOperationIds: [] };
    expect(await ledger.observeAssociation(7, change, null)).toBe(false);
    expect(await history()).toEqual([version]);
  });

  test('service accounts are found by every role and target role that they ever had, once each and in order', async () => {
    await observe(outside(minute(1), { serviceAccount: 'a', roleArn: role('x') }));
    await observe(outside(minute(2), { serviceAccount: 'a', roleArn: role('x'), policy: '{}' }));
    await observe(outside(minute(3), { serviceAccount: 'a', roleArn: role('y') }));
    await observe(outside(minute(1), { serviceAccount: 'a-b', roleArn: role('y'), targetRoleArn: role('x') }));
    await observe(outside(minute(1), { serviceAccount: 'a.b', roleArn: role('z') }));
    await observe(outside(minute(1), { clusterName: 'main-0', serviceAccount: 'z', roleArn: role('x') }));
    const found = ['main-0/z', 'main_1/a', 'main_1/a-b'];
    expect(await withRole('x')).toEqual({ names: found, isComplete: true });
    expect(await withRole('y')).toEqual({ names: ['main_1/a', 'main_1/a-b'], isComplete: true });
    expect(await withRole('nobody')).toEqual({ names: [], isComplete: true });
    const place = `${accountId}/${region}/main_1`;
    expect(await withRole('x', { from: `${place}/${namespace}/a!`, to: `${place}0` })).toMatchObject({
      names: ['main_1/a-b'],
    });
  });

  test('a list by role that has examined its limit says that others may follow, and continues after its last one', async () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      const fields = name < 'c' ? { roleArn: role('x') } : { targetRoleArn: role('x') };
      await observe(outside(minute(1), { serviceAccount: name, ...fields }));
    }
    const names: string[] = [];
    for (let from = ''; ;) {
      const { targets, isComplete } = await ledger.targetsWithRole(role('x'), { from, to: '~' }, 1);
      names.push(...targets.map((found) => found.serviceAccount));
      const last = targets.at(-1);
      if (isComplete || last === undefined) break;
      from = `${accountId}/${region}/${clusterName}/${namespace}/${last.serviceAccount}!`;
    }
    expect(names).toEqual(['a', 'b', 'c', 'd']);
  });

  test('the service accounts of a cluster are listed in order, without those of others and without the history', async () => {
    for (const name of ['b', 'a', 'a-b']) await observe(outside(minute(1), { serviceAccount: name }));
    await observe(outside(minute(2), { serviceAccount: 'a', policy: '{}' }));
    await observe(outside(minute(1), { clusterName: 'main_10', serviceAccount: 'z' }));
    const list = async (range = all, limit = 10) => {
      const { targets, isComplete } = await ledger.targetsInCluster(cluster, range, limit);
      return { names: targets.map((found) => found.serviceAccount), isComplete };
    };
    expect(await list()).toEqual({ names: ['a', 'a-b', 'b'], isComplete: true });
    expect(await list(all, 2)).toEqual({ names: ['a', 'a-b'], isComplete: false });
    const place = `${accountId}/${region}/${clusterName}/${namespace}`;
    expect(await list({ from: `${place}/a!`, to: `${place}/b!` })).toEqual({ names: ['a-b', 'b'], isComplete: true });
  });

  test('states and the progress of scans are read together, in the order of their names, with null for what is not there', async () => {
    await observe(outside(minute(1)));
    const other = { ...target, serviceAccount: 'nobody' };
    const [missing, state] = await ledger.getAssociationStates([other, target]);
    expect(missing).toBeNull();
    expect(state).toEqual(await ledger.getAssociationState(target));
    const times = { startedAt: 1, endedAt: 2, completedAt: 1, firstCompletedAt: 1, incompleteSince: null };
    const scan: ClusterScan = { cluster, fence: 1, leaseUntil: 1, ...times, failure: null };
    await ledger.putClusterScan(0, scan);
    expect(await ledger.getClusterScans([{ ...cluster, clusterName: 'other' }, cluster])).toEqual([null, scan]);
  });
});
