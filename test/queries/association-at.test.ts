import { ulid } from 'ulid';
import { podIdentityTrustPolicy } from '#eks-simulator';
import type { AssociationReads } from '../../src/ledger/association-history.ts';
import type { AssociationState } from '../../src/ledger/association-state.ts';
import type { AssociationVersion } from '../../src/ledger/association-version.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { operationTagKey } from '../../src/model/association.ts';
import type { Association, Tag } from '../../src/model/association.ts';
import { observeChange } from '../../src/observations/observe-change.ts';
import { defaultScanSettings, scan } from '../../src/observations/scan.ts';
import { associationAt } from '../../src/queries/associations/at.ts';
import { createAssociation, holdAnswers, leaseMs, withChanges, worker } from '../support/changes.ts';
import { openForEachTest, openLedgerForEachTest } from '../support/each-test.ts';
import { home, openBeside, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { association } from '../support/ledger-samples.ts';
import { describeOnLedger } from '../support/ledgers.ts';

const seconds = 1_000;
const batch = roleArn('payments/payments-batch');
const api = roleArn('payments/payments-api');
const { accountId, region, clusterName, namespace, serviceAccount } = association();
const target = { accountId, region, clusterName, namespace, serviceAccount };

describeOnLedger('what was in force while changes overlapped, on $name', ({ open }) => {
  let ledger: Ledger & ObservationStore & AssociationReads;
  let gateway: Gateway;
  openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

  beforeEach(() => gateway.simulator.control.addRole({ arn: batch, trustPolicy: podIdentityTrustPolicy }));

  const place = { ...home, clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' };
  const asOf = async (at: number) => {
    const state = await ledger.getAssociationState(place);
    const seen = state && (await associationAt(ledger, place, state, at, gateway.deps.times));
    return seen && { role: seen.association.roleArn, isCertain: seen.uncertain === null };
  };

  /** An update that EKS has answered, whose outcome is recorded when `finish` is called. */
  async function slowUpdate(associationId: string) {
    const hold = holdAnswers();
    const { clock } = gateway;
    const slow = await openBeside(gateway, { change: hold.change });
    const sent = slow.update({ associationId, roleArn: worker, clientRequestToken: 'slow' });
    await hold.sent;
    const finish = async () => {
      hold.release();
      const { status } = await sent;
      return status;
    };
    return { at: clock.now(), finish };
  }

  test('the answer is right for every time between two updates whose outcomes are recorded the other way round', async () => {
    const { associationId } = await createAssociation(gateway, 100 * seconds);
    const createdAt = gateway.clock.now();
    const slow = await slowUpdate(associationId);
    gateway.clock.skip(5 * seconds);
    const fast = await gateway.update({ associationId, roleArn: batch, clientRequestToken: 'fast' });
    expect(fast.status).toBe('SUCCEEDED');
    const fastAt = gateway.clock.now();
    gateway.clock.skip(5 * seconds);
    expect(await slow.finish()).toBe('SUCCEEDED');
    gateway.clock.skip(leaseMs);
    expect(await asOf(createdAt - seconds)).toEqual({ role: api, isCertain: true });
    expect(await asOf(slow.at + seconds)).toEqual({ role: worker, isCertain: true });
    expect(await asOf(fastAt + seconds)).toEqual({ role: batch, isCertain: true });
    expect(await asOf(gateway.clock.now())).toEqual({ role: batch, isCertain: true });
  });

  test('an update that is recorded after the deletion that followed it was in force before that', async () => {
    const { associationId } = await createAssociation(gateway, 100 * seconds);
    const slow = await slowUpdate(associationId);
    gateway.clock.skip(20 * seconds);
    await gateway.remove({ associationId, clientRequestToken: 'delete' });
    const { times } = gateway.deps;
    const deletedAt = gateway.clock.now();
    await slow.finish();
    gateway.clock.skip(2 * leaseMs);
    expect(await asOf(deletedAt - times.clockErrorMs - times.listLagMs - seconds)).toEqual(
      expect.objectContaining({ isCertain: true }),
    );
    expect(await asOf(slow.at + seconds)).toMatchObject({ role: worker });
    expect(await asOf(deletedAt)).toEqual({ role: worker, isCertain: false });
    expect(await asOf(deletedAt + times.clockErrorMs + seconds)).toBeNull();
  });

  test('an outcome that is recorded after others deleted its association does not prove that it was there', async () => {
    const { associationId } = await createAssociation(gateway, 100 * seconds);
    const slow = await slowUpdate(associationId);
    gateway.clock.skip(seconds);
    gateway.simulator.control.deleteAssociation(associationId);
    const deletedAt = gateway.clock.now();
    gateway.clock.skip(20 * seconds);
    await slow.finish();
    gateway.clock.skip(300 * seconds);
    const wait = () => Promise.resolve();
    await scan(
      { ...gateway.deps, observations: ledger, wait },
      defaultScanSettings,
      gateway.clock.now() + 50 * seconds,
    );
    expect(await asOf(slow.at - seconds)).toEqual({ role: api, isCertain: true });
    expect(await asOf(deletedAt + seconds)).toEqual({ role: worker, isCertain: false });
    expect(await asOf(gateway.clock.now() + gateway.deps.times.clockErrorMs)).toBeNull();
  });

  test('an update whose answer was lost may have been in force since it began', async () => {
    const { associationId } = await createAssociation(gateway, 100 * seconds);
    const before = gateway.clock.now();
    gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-after' });
    await gateway.update({ associationId, roleArn: worker, clientRequestToken: 'lost' });
    gateway.clock.skip(5 * seconds);
    gateway.simulator.control.updateAssociation(associationId, { roleArn: batch });
    const changedAt = gateway.clock.now();
    const change = { cluster: { ...home, clusterName: 'apps-dev' }, associationId, changedAt: null };
    gateway.clock.skip(61 * seconds);
    const again = await gateway.update({ associationId, roleArn: worker, clientRequestToken: 'lost' });
    expect(again.refusal).toMatchObject({ code: 'OUTCOME_UNDETERMINED' });
    await ledger.putClusterScan(0, scanned);
    await observeChange({ ...gateway.deps, observations: ledger }, change, gateway.clock.now() + 60 * seconds);
    const { clockErrorMs } = gateway.deps.times;
    expect(await asOf(before - clockErrorMs - seconds)).toEqual({ role: api, isCertain: true });
    expect(await asOf(changedAt - seconds)).toEqual({ role: api, isCertain: false });
    expect(await asOf(changedAt + seconds)).toEqual({ role: batch, isCertain: true });
  });

  test('a create whose answer was lost was in force since it was created, although others set the same later', async () => {
    const { clock, simulator } = gateway;
    simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
    await gateway.create();
    const createdAt = clock.now();
    const [{ associationId } = { associationId: '' }] = simulator.control.associations();
    for (const role of [batch, api]) {
      clock.skip(5 * seconds);
      simulator.control.updateAssociation(associationId, { roleArn: role });
    }
    clock.skip(61 * seconds);
    expect((await gateway.create()).status).toBe('SUCCEEDED');
    expect(await asOf(createdAt + seconds)).toEqual({ role: api, isCertain: true });
  });

  test('what scans saw of an association that replaced another one does not prove that the first was there', async () => {
    const { clock, simulator, deps } = gateway;
    const { control } = simulator;
    const scanned = async () => {
      clock.skip(defaultScanSettings.intervalMs);
      const wait = () => Promise.resolve();
      await scan({ ...deps, observations: ledger, wait }, defaultScanSettings, clock.now() + 50 * seconds);
    };
    const { associationId } = control.createAssociation({ ...place, roleArn: batch });
    await scanned();
    const seenAt = clock.now();
    control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-before' });
    await gateway.create();
    control.deleteAssociation(associationId);
    clock.skip(5 * seconds);
    const replacedAt = clock.now();
    control.createAssociation({ ...place, roleArn: api, tags: { team: 'payments' } });
    // The open create explains it, until it is known to have had no effect.
    await scanned();
    clock.skip(600 * seconds);
    expect((await gateway.create()).refusal).toMatchObject({ code: 'OUTCOME_UNDETERMINED' });
    await scanned();
    expect(await asOf(seenAt)).toEqual({ role: batch, isCertain: false });
    expect(await asOf(replacedAt - seconds)).toEqual({ role: batch, isCertain: false });
    expect(await asOf(replacedAt + seconds)).toEqual({ role: api, isCertain: true });
  });

  test('an update put also in force what others had changed before it, and does not confirm it', async () => {
    const { associationId } = await createAssociation(gateway, 100 * seconds);
    const { clock, simulator } = gateway;
    const change = (deps: Gateway['deps']) =>
      withChanges(deps, (eks) => ({
        update: async (call) => {
          simulator.control.updateAssociation(associationId, { roleArn: batch });
          const answer = await eks.update(call);
          clock.skip(5 * seconds);
          return answer;
        },
      }));
    const raced = await openBeside(gateway, { change });
    await raced.update({ associationId, disableSessionTags: true, clientRequestToken: 'raced' });
    expect(await asOf(clock.now() - 4 * seconds)).toEqual({ role: batch, isCertain: true });
    // The state of the service account has only what the update made, until a scan has read.
    expect(await asOf(clock.now())).toEqual({ role: batch, isCertain: true });
    const state = await ledger.getAssociationState(place);
    expect(state?.confirmed?.association).toMatchObject({ roleArn: api, disableSessionTags: true });
  });

  const scanned = {
    ...{ cluster: { ...home, clusterName: 'apps-dev' }, fence: 1, leaseUntil: 0, startedAt: 0, endedAt: 0 },
    ...{ completedAt: 0, firstCompletedAt: 0, incompleteSince: null, failure: null },
  };
});

describe('the history as of a time', () => {
  const times = { clockErrorMs: 30 * seconds, listLagMs: 20 * seconds, signatureWindowMs: 0, eksProcessingMs: 0 };
  const start = Date.parse('2026-11-24T12:00:00.000Z');
  const iso = (at: number) => new Date(start + at * seconds).toISOString();
  let store: ObservationStore & AssociationReads;
  openLedgerForEachTest(({ ledger }) => (store = ledger));

  const made = (at: number, role: string, fields: Partial<Association> = {}) =>
    association({ ...target, createdAt: iso(0), modifiedAt: iso(at), roleArn: role, tags: [], ...fields });
  const version = (fields: Partial<AssociationVersion>): AssociationVersion => ({
    ...{ target, association: null, origin: 'OPERATION', operationId: '01KASA3V5T0000000000000001', declaration: null },
    ...{ seenAt: start, seenOtherwiseAt: null },
    ...fields,
  });
  const byOperation = (number: number, at: number, role: string, seenAt = at) =>
    version({
      ...{ association: made(at, role), operationId: `01KASA3V5T000000000000000${number}` },
      seenAt: start + seenAt * seconds,
    });
  const byScan = (fields: Partial<AssociationVersion>, seenAt: number) =>
    version({ ...{ origin: 'OUTSIDE', operationId: null }, ...fields, seenAt: start + seenAt * seconds });
  const gone = (fields: Partial<AssociationVersion>, at = 0) => {
    const { associationId, createdAt } = association();
    return { ...fields, association: null, origin: null, deleted: { associationId, createdAt, modifiedAt: iso(at) } };
  };
  const known: AssociationState = {
    ...{ target, revision: 1, publicRevision: 0, changedAt: null, confirmed: null, observed: null },
    ...{ openOperations: [], recordsInProgress: [], latest: null },
  };

  /** What the history says of some seconds after the start: the role, or none; and when that is not certain. */
  async function answers(
    versions: readonly AssociationVersion[],
    at: readonly number[],
    state: Partial<AssociationState> = {},
  ) {
    for (const [revision, one] of versions.entries()) {
      const change = { target, version: one, openOperations: [], endedOperationIds: [] };
      expect(await store.observeAssociation(revision, change, null)).toBe(true);
    }
    const seen = await Promise.all(
      at.map((time) => associationAt(store, target, { ...known, ...state }, start + time * seconds, times)),
    );
    return seen.map((one) => {
      if (one === null) return 'none';
      const ends = [one.uncertain?.from, one.uncertain?.until].map((end) => end && (end - start) / seconds);
      return one.uncertain ? `${one.association.roleArn} ${ends.join(' to ')}` : one.association.roleArn;
    });
  }

  test('a version is in force from its modifiedAt, whatever order the versions were seen in', async () => {
    const versions = [byOperation(2, 100, 'b', 900), byOperation(3, 200, 'c', 300), byOperation(1, 0, 'a', 500)];
    expect(await answers(versions, [-1, 0, 99, 100, 199, 200, 1_000])).toEqual(['none', 'a', 'a', 'b', 'b', 'c', 'c']);
  });

  test('a deletion by an operation is not certain between its send and its answer, as far as clocks and lists are right', async () => {
    const deletion = version(gone({ seenOtherwiseAt: start + 100 * seconds, seenAt: start + 110 * seconds }));
    const versions = [byOperation(1, 0, 'a'), deletion];
    expect(await answers(versions, [49, 50, 139, 140])).toEqual(['a', 'a 50 to 140', 'a 50 to 140', 'none']);
  });

  test('a deletion is not certain only after the last change, and before the next association was created', async () => {
    const next = made(130, 'c', { associationId: 'a-2', createdAt: iso(120) });
    const deletion = version(gone({ seenOtherwiseAt: start + 100 * seconds, seenAt: start + 110 * seconds }));
    const versions = [byOperation(1, 0, 'a'), byOperation(2, 80, 'b'), deletion, byScan({ association: next }, 150)];
    expect(await answers(versions, [79, 80, 119, 120, 129, 130])).toEqual([
      ...['a', 'b 80 to 120', 'b 80 to 120'],
      // Nobody knows how it was created.
      ...['c 120 to 130', 'c 120 to 130', 'c'],
    ]);
  });

  test('of two reports of a deletion, what both permit is not certain', async () => {
    const versions = [
      byOperation(1, 0, 'a'),
      byScan(gone({ seenOtherwiseAt: start + 50 * seconds }), 500),
      version(gone({ seenOtherwiseAt: start + 200 * seconds, seenAt: start + 210 * seconds })),
    ];
    expect(await answers(versions, [149, 150, 239, 240])).toEqual(['a', 'a 150 to 240', 'a 150 to 240', 'none']);
  });

  test('an absence that later versions of the same association refute is none', async () => {
    const absence = byScan(gone({}), 100);
    expect(await answers([byOperation(1, 0, 'a'), absence, byOperation(2, 131, 'b')], [120, 200])).toEqual(['a', 'b']);
  });

  test('an association that another one followed, and whose deletion nobody saw, is not certain since it was read', async () => {
    const next = made(300, 'c', { associationId: 'a-2', createdAt: iso(300) });
    const read = { association: next, seenOtherwiseAt: start + 200 * seconds };
    expect(await answers([byOperation(1, 0, 'a'), byScan(read, 400)], [149, 150, 299, 300])).toEqual([
      ...['a', 'a 150 to 300', 'a 150 to 300', 'c'],
    ]);
  });

  test('an outcome does not prove that its association was there when it was recorded', async () => {
    const next = made(300, 'c', { associationId: 'a-2', createdAt: iso(300) });
    const versions = [
      byOperation(1, 0, 'a', 250),
      byScan({ association: next, seenOtherwiseAt: start + 250 * seconds }, 400),
    ];
    expect(await answers(versions, [1, 299])).toEqual(['a 0 to 300', 'a 0 to 300']);
  });

  test('of two outcomes with the same modifiedAt, which came last is not certain until the next version', async () => {
    const tied = [byOperation(1, 0, 'a'), byOperation(2, 50, 'b', 60), byOperation(3, 50, 'c', 70)];
    expect(await answers([...tied, byOperation(4, 90, 'd')], [49, 50, 89, 90])).toEqual([
      ...['a', 'c 50 to 90', 'c 50 to 90', 'd'],
    ]);
  });

  test('a read shows which of two outcomes with the same modifiedAt came last', async () => {
    const tied = [byOperation(2, 50, 'b', 60), byOperation(3, 50, 'c', 70)];
    const read: AssociationVersion = { ...byOperation(2, 50, 'b', 500), isRead: true };
    expect(await answers([...tied, read], [49, 50, 55, 600])).toEqual(['b 0 to 50', 'b', 'b', 'b']);
  });

  test('equal outcomes with the same modifiedAt are certain', async () => {
    expect(await answers([byOperation(2, 50, 'b', 60), byOperation(3, 50, 'b', 70)], [50])).toEqual(['b']);
  });

  test('what was adopted was there before, by the hand of others', async () => {
    const adoption = version({ association: made(0, 'a'), origin: 'ADOPTED', seenAt: start + 100 * seconds });
    expect(await answers([adoption], [50, 100])).toEqual(['a', 'a']);
    const [before, after] = await Promise.all(
      [50, 100].map((at) => associationAt(store, target, known, start + at * seconds, times)),
    );
    expect(before).toMatchObject({ origin: 'OUTSIDE', operationId: null });
    expect(after).toMatchObject({ origin: 'ADOPTED' });
  });

  test('tags that did not move modifiedAt count from when they were seen, however many there are', async () => {
    const tagged = (seenAt: number) =>
      byScan({ association: made(0, 'a', { tags: [{ key: 'at', value: `${seenAt}` }] }) }, seenAt);
    await answers([byOperation(1, 0, 'a'), ...[10, 20, 30, 40, 50, 60].map(tagged)], []);
    const tags = async (at: number) =>
      (await associationAt(store, target, known, start + at * seconds, times))?.association.tags[0]?.value;
    expect(await Promise.all([5, 10, 29, 30, 70].map(tags))).toEqual([undefined, '10', '20', '30', '60']);
  });

  test('what an update may have done before it was read is not certain, of its association only', async () => {
    const { associationId } = association();
    const uncertain = {
      operationId: 'x',
      associationId,
      startedAt: start + 100 * seconds,
      closedAt: start + 500 * seconds,
    };
    const versions = [byOperation(1, 0, 'a'), byOperation(2, 90, 'b'), byOperation(3, 200, 'c')];
    const state = (fields: object) => ({ uncertainTimes: [{ ...uncertain, modifiedAt: iso(200), ...fields }] });
    expect(await answers(versions, [69, 70, 90, 199, 200], state({}))).toEqual([
      ...['a', 'a 70 to 200', 'b 90 to 200', 'b 90 to 200', 'c'],
    ]);
    expect(await answers([], [150], state({ associationId: 'a-2' }))).toEqual(['b']);
    expect(await answers([], [529, 530], state({ modifiedAt: null }))).toEqual(['c 200 to 530', 'c']);
  });

  describe('with tags, which change without modifiedAt,', () => {
    const tags = (value: string) => ({ tags: [{ key: 'team', value }] });
    const created = (seenAt: number) => {
      const own = {
        tags: [...tags('core').tags, { key: operationTagKey, value: byOperation(1, 0, 'a').operationId ?? '' }],
      };
      return { ...byOperation(1, 0, 'a', seenAt), association: made(0, 'a', own) };
    };
    const [core, x] = [created(0).association.tags, [...tags('x').tags, ...created(0).association.tags.slice(1)]];
    const change = (startedAt: number, seenAt: number, before: readonly Tag[] = core): AssociationVersion => ({
      ...{ ...created(seenAt), association: made(0, 'a', { tags: x }), seenOtherwiseAt: start + startedAt * seconds },
      ...{ tagsSetBy: '01KASA3V5T0000000000000007', tagsBefore: before },
    });
    const seenByScan = (seenAt: number, otherwiseAt: number, value: readonly Tag[] = x) =>
      byScan({ association: made(0, 'a', { tags: value }), seenOtherwiseAt: start + otherwiseAt * seconds }, seenAt);

    /** What the history says of tags some seconds after the start, and whether that is certain. */
    async function teams(versions: readonly AssociationVersion[], at: readonly number[], state = {}) {
      await answers(versions, []);
      const seen = await Promise.all(
        at.map((time) => associationAt(store, target, { ...known, ...state }, start + time * seconds, times)),
      );
      return seen.map((one) => {
        const team = one?.association.tags.find(({ key }) => key === 'team')?.value ?? 'none';
        return one?.uncertain ? `${team}?` : team;
      });
    }

    test('those that a change left are not certain from its start to its outcome, as far as clocks are right', async () => {
      const versions = [created(1), change(100, 110)];
      expect(await teams(versions, [69, 70, 109, 110, 139, 140])).toEqual(['core', 'core?', 'core?', 'x?', 'x?', 'x']);
    });

    test('those of a change that is the first known version are not certain until it was seen, as far as clocks are right', async () => {
      const first = { ...change(5, 6, []), association: made(20, 'a', { tags: x }) };
      expect(await teams([first], [19, 20, 35, 36])).toEqual(['x?', 'x?', 'x?', 'x']);
    });

    test('those of a change that changed nothing are not certain where a scan then found others', async () => {
      const same = change(100, 110, x);
      expect(await teams([same, seenByScan(400, 0, core)], [69, 70, 109, 300, 429, 430])).toEqual([
        ...['x', 'x?', 'x?', 'x?', 'core?', 'core'],
      ]);
    });

    test('those that an update was found with are not certain since the version before it, also where a scan read them again', async () => {
      const updated = { ...byOperation(9, 100, 'b', 700), association: made(100, 'b', { tags: x }) };
      const read = { ...seenByScan(900, 800), association: made(100, 'b', { tags: x }) };
      expect(await teams([created(1), updated, read], [100, 699, 729, 730])).toEqual(['x?', 'x?', 'x?', 'x']);
    });

    test('those that an update was found with are not certain since the version before it, however many came after it', async () => {
      const ofUpdate = (value: readonly Tag[]) => ({ association: made(100, 'b', { tags: value }) });
      const others = [x, core, x].map((value, index) =>
        byScan({ ...ofUpdate(value), seenOtherwiseAt: start + (610 + index * 100) * seconds }, 710 + index * 100),
      );
      const versions = [created(1), { ...byOperation(9, 100, 'b', 700), ...ofUpdate(x) }, ...others];
      expect(await teams(versions, [99, 100, 300, 500])).toEqual(['core?', 'x?', 'x?', 'x?']);
    });

    test('those of several reads and outcomes of one version are not certain until the first of them, as far as clocks are right', async () => {
      const same = { association: made(40, 'b', { tags: x }) };
      const versions = [
        ...[created(1), byScan({ ...same, seenOtherwiseAt: start }, 20), { ...byOperation(9, 40, 'b', 30), ...same }],
        byScan({ ...same, seenOtherwiseAt: start + 30 * seconds }, 700),
      ];
      expect(await teams(versions, [40, 49, 50])).toEqual(['x?', 'x?', 'x']);
    });

    test('those that others set, and a change then set back, are not certain from the change before it', async () => {
      const again: AssociationVersion = {
        ...{ ...change(200, 210, core), association: made(60, 'b', { tags: x }), origin: 'OUTSIDE' },
        ...{ operationId: null, tagsSetBy: '01KASA3V5T0000000000000008' },
      };
      expect(await teams([created(1), change(10, 12), again], [59, 60, 209, 210, 239, 240])).toEqual([
        ...['x?', 'core?', 'core?', 'x?', 'x?', 'x'],
      ]);
    });

    test('those of a change whose outcome was recorded after a deletion say nothing of when that was', async () => {
      const deletion = byScan(gone({ operationId: '01KASA3V5T0000000000000005', seenOtherwiseAt: null }), 90);
      expect(await teams([change(95, 100, x), deletion], [40, 80, 119])).toEqual(['x?', 'x?', 'x?']);
      expect(await answers([], [120])).toEqual(['none']);
    });

    test('those before the first of two changes are not certain where clocks may have swapped the two', async () => {
      const other = { operationId: 'none', origin: 'OUTSIDE' } as const;
      const first = { ...change(95, 100, x), ...other, association: made(0, 'a', { tags: core }) };
      const second = (seenAt: number) => ({
        ...{ ...change(seenAt - 5, seenAt, core), ...other, association: made(0, 'a', { tags: x }) },
        tagsSetBy: '01KASA3V5T0000000000000008',
      });
      expect(await teams([first, second(129)], [0, 60])).toEqual(['x?', 'x?']);
      expect(await teams([], [0])).toEqual(['x?']);
    });

    test('those that a scan found are not certain since the last read with others', async () => {
      const versions = [created(1), seenByScan(300, 200)];
      expect(await teams(versions, [149, 150, 299, 300, 329, 330])).toEqual([
        'core',
        'core?',
        'core?',
        'x?',
        'x?',
        'x',
      ]);
    });

    test('those that an adoption found are not certain since the last read before it', async () => {
      const adoption = version({
        ...{ association: made(0, 'a', { tags: x }), origin: 'ADOPTED', operationId: '01KASA3V5T0000000000000008' },
        ...{ seenOtherwiseAt: start + 400 * seconds, seenAt: start + 410 * seconds },
      });
      const versions = [seenByScan(100, 0, core), adoption];
      expect(await teams(versions, [49, 50, 409, 410, 439, 440])).toEqual(['core', 'core?', 'core?', 'x?', 'x?', 'x']);
    });

    test('others before a change than were known are not certain either', async () => {
      const versions = [seenByScan(100, 0, core), change(300, 310, [])];
      expect(await teams(versions, [49, 50, 269, 340])).toEqual(['core', 'core?', 'core?', 'x']);
    });

    test.each([
      ['the same as it left', [], 'none'],
      ['others', core, 'core'],
    ])('those that a change began with, %s, were there before a scan first read others', async (_, before, was) => {
      const byOthers = { origin: 'OUTSIDE', operationId: null } as const;
      const untag = { ...change(60, 700, before), ...byOthers, association: made(0, 'a', { tags: [] }) };
      const read = { ...seenByScan(160, 0), seenOtherwiseAt: null };
      expect(await teams([read, untag], [0, 9, 10, 159, 160, 699, 729, 730])).toEqual([
        ...[was, was, `${was}?`, `${was}?`, 'x?', 'x?', 'none?', 'none'],
      ]);
    });

    // A scan that reads so soon after an outcome which it knows of decides nothing: it wrote before.
    test.each([
      ['at the same time', 10],
      ['later, by a clock that is ahead', 40],
    ])('those that a scan read before a change, %s, are not certain after it', async (_, seenAt) => {
      const tag = { ...change(10, 10, []), origin: 'OUTSIDE' as const, operationId: null };
      const versions = [tag, seenByScan(seenAt, 0, []), seenByScan(700, seenAt, [])];
      expect(await teams(versions, [9, 10, 40, 90, 699, 700, 729, 730])).toEqual([
        ...['none?', 'x?', 'x?', 'x?', 'x?', 'none?', 'none?', 'none'],
      ]);
    });

    test('those that an adoption read before a change, recorded at the same time, are not certain after it', async () => {
      const adoption = version({
        ...{ association: made(0, 'a', { tags: [] }), origin: 'ADOPTED', operationId: '01KASA3V5T0000000000000009' },
        ...{ seenOtherwiseAt: start + 10 * seconds, seenAt: start + 10 * seconds },
      });
      const versions = [change(10, 10, []), adoption, seenByScan(700, 10, [])];
      expect(await teams(versions, [40, 90, 690, 730])).toEqual(['x?', 'x?', 'x?', 'none']);
    });

    test('those of a create are the first, although its outcome was recorded after an adoption', async () => {
      const adoption = version({
        ...{ association: made(0, 'a', { tags: x }), origin: 'ADOPTED', operationId: '01KASA3V5T0000000000000008' },
        ...{ seenOtherwiseAt: start + 100 * seconds, seenAt: start + 110 * seconds },
      });
      const later = byOperation(9, 700, 'b', 710);
      const updated = { ...later, association: made(700, 'b', { tags: x }) };
      const at = [0, 100, 110, 140, 499, 600, 699, 700];
      expect(await teams([adoption, created(500), updated], at)).toEqual([
        ...['core?', 'core?', 'x?'],
        ...['x', 'x', 'x', 'x', 'x'],
      ]);
    });

    test('those of a change that took effect after an update of the same time are not certain', async () => {
      const updated = { ...byOperation(9, 105, 'b', 106), association: made(105, 'b', { tags: core }) };
      expect(await teams([created(1), change(100, 110), updated], [104, 105, 500])).toEqual([
        'core?',
        'core?',
        'core?',
      ]);
    });

    test('those of a change that began when an adoption was seen may have been there before it, as far as clocks are right', async () => {
      const adoption = version({
        ...{ association: made(0, 'a', { tags: core }), origin: 'ADOPTED', operationId: '01KASA3V5T0000000000000008' },
        ...{ seenOtherwiseAt: start + 100 * seconds, seenAt: start + 105 * seconds },
      });
      const versions = [created(1), adoption, { ...change(105, 300), origin: 'ADOPTED' as const }];
      expect(await teams(versions, [74, 75, 104, 299, 330])).toEqual(['core', 'core?', 'core?', 'core?', 'x']);
    });

    test('those of a change in progress are not certain since its start', async () => {
      const operationId = ulid(start + 100 * seconds);
      const open = { operation: 'TAG_POD_IDENTITY_ASSOCIATION', requested: {}, tags: [], saw: null, inDoubtUntil: 0 };
      const state = { openOperations: [{ ...open, operationId, closedAt: null }] };
      expect(await teams([created(1)], [69, 70, 1_000], state)).toEqual(['core', 'core?', 'core?']);
    });
  });
});
