import { EKSClient, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-eks';
import type { AssociationReads } from '../../src/ledger/association-history.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { LedgerUnavailable, noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Association } from '../../src/model/association.ts';
import { observeChange } from '../../src/observations/observe-change.ts';
import { defaultScanSettings, scan } from '../../src/observations/scan.ts';
import { associationAt } from '../../src/queries/associations/at.ts';
import { openForEachTest } from '../support/each-test.ts';
import { home, openBeside, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';

const seconds = 1_000;
const place = { ...home, clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' };
const { accountId, region, clusterName } = place;
const cluster = { accountId, region, clusterName };

// EKS's lists have no tags, and `modifiedAt` does not move with them.
describeOnLedger('what scans see of tags on $name', ({ open }) => {
  let gateway: Gateway;
  let ledger: Ledger & ObservationStore & AssociationReads;
  openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

  let eks: EKSClient;
  beforeEach(() => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    eks = new EKSClient({ endpoint: gateway.simulator.url, region: home.region, credentials });
  });
  afterEach(() => eks.destroy());

  /** Others set a tag at EKS. */
  const tagOutside = async (team: string) => {
    const [{ associationArn } = { associationArn: '' }] = gateway.simulator.control.associations();
    await eks.send(new TagResourceCommand({ resourceArn: associationArn, tags: { team } }));
  };
  /** The association as reads show it now. */
  const shown = async (): Promise<Association> => {
    const [{ associationId } = { associationId: '' }] = gateway.simulator.control.associations();
    const { deps, clock } = gateway;
    const described = await deps.eksFor(cluster).describe(associationId, { deadline: clock.now() + 10 * seconds });
    if (described.kind !== 'found') throw new Error('It was not found.');
    return described.association;
  };
  /** The scan, as after the interval. Returns how many associations it described. */
  const scanNext = async () => {
    const { clock, deps, simulator } = gateway;
    clock.skip(defaultScanSettings.intervalMs);
    simulator.control.clearRequests();
    const wait = () => Promise.resolve();
    await scan({ ...deps, observations: ledger, wait }, defaultScanSettings, clock.now() + 50 * seconds);
    return simulator.control.requests('DescribePodIdentityAssociation').length;
  };
  /** Observes a reported change. `shows`: what the read shows in place of what EKS has. `aheadMs`: of the clock. */
  const report = async (shows?: Association, changedAt: number | null = null, aheadMs = 0) => {
    const { deps } = gateway;
    const clock = { now: () => gateway.clock.now() + aheadMs };
    const { associationId } = shows ?? (await shown());
    const older = { kind: 'found', association: shows } as const;
    const eksFor: typeof deps.eksFor = (of) => ({
      ...deps.eksFor(of),
      ...(shows && { describe: () => Promise.resolve({ ...older, association: shows }) }),
    });
    const change = { cluster, associationId, changedAt };
    const ports = { ...deps, clock: clock.now, eksFor, observations: ledger };
    return observeChange(ports, change, clock.now() + 50 * seconds);
  };
  const driftEvents = async () => {
    const partition = { kind: 'namespace', ...cluster, namespace: place.namespace } as const;
    const events = ['DRIFT_FOUND', 'DRIFT_RESOLVED'] as const;
    const page = await ledger.readTrail({ ...noFilters, partition, events, limit: 100, before: null });
    return page.entries.map(({ event }) => event).toReversed();
  };
  const createAndScan = async () => {
    await gateway.create();
    const { control } = gateway.simulator;
    control.createAssociation({ ...place, serviceAccount: 'other', roleArn: roleArn('payments/payments-api') });
    await scanNext();
    gateway.clock.skip(61 * seconds);
  };

  test('a read that shows older tags than a scan saw decides nothing, and the next scan reads them again', async () => {
    await createAndScan();
    const before = await shown();
    await tagOutside('x');
    expect(await report()).toMatchObject({ origin: 'OUTSIDE', drift: 'DRIFT_FOUND' });
    gateway.clock.skip(5 * seconds);
    expect(await report(before)).toEqual({ kind: 'undecided' });
    expect(await scanNext()).toBe(1);
    expect(await driftEvents()).toEqual(['DRIFT_FOUND']);
    expect(await scanNext()).toBe(0);
  });

  test('tags that others changed soon after the last write are drift at the next scan, which describes no other association', async () => {
    await createAndScan();
    await tagOutside('x');
    expect(await report()).toMatchObject({ origin: 'OUTSIDE' });
    await tagOutside('y');
    gateway.clock.skip(5 * seconds);
    expect(await report()).toEqual({ kind: 'undecided' });
    expect(await scanNext()).toBe(1);
    expect(await driftEvents()).toEqual(['DRIFT_FOUND', 'DRIFT_FOUND']);
  });

  // Clocks may show another order than that of the writes.
  test('a change of tags counts once, although the clock of the scan before it was ahead', async () => {
    await createAndScan();
    const foreign = { ...place, serviceAccount: 'other' };
    const [{ associationId } = { associationId: '' }] = gateway.simulator.control
      .associations()
      .filter(({ serviceAccount }) => serviceAccount === foreign.serviceAccount);
    const eksOf = gateway.deps.eksFor(cluster);
    const described = await eksOf.describe(associationId, { deadline: gateway.clock.now() + 10 * seconds });
    if (described.kind !== 'found') throw new Error('It was not found.');
    await report(described.association, null, gateway.deps.times.clockErrorMs);
    const tags = [{ key: 'team', value: 'x' }];
    expect((await gateway.tag({ associationId, tags })).status).toBe('SUCCEEDED');
    const tagged = await ledger.getAssociationState(foreign);
    gateway.clock.skip(120 * seconds);
    expect(await report({ ...described.association, tags })).toMatchObject({ origin: 'OUTSIDE', drift: null });
    const after = await ledger.getAssociationState(foreign);
    expect(after?.observed?.revision).toBe(after?.revision);
    expect(after?.publicRevision).toBe(tagged?.publicRevision);
  });

  test('drift of tags is found once, although the outcome of a change of tags before it is written after the scan', async () => {
    await createAndScan();
    const { associationId } = await shown();
    const late: (() => Promise<unknown>)[] = [];
    const beside = await openBeside(gateway, {
      change: (deps) => {
        const commit: Ledger['commit'] = (...written) => {
          const isOutcome = written[2].some(({ event }) => event === 'SUCCEEDED');
          if (!isOutcome) return deps.ledger.commit(...written);
          late.push(() => deps.ledger.commit(...written));
          return Promise.reject(new LedgerUnavailable(new Error('late')));
        };
        return { ...deps, ledger: { ...deps.ledger, commit } };
      },
    });
    const tags = [{ key: 'team', value: 'x' }];
    expect((await beside.tag({ associationId, tags })).status).toBe('IN_PROGRESS');
    await tagOutside('y');
    gateway.clock.skip(120 * seconds);
    expect(await report()).toMatchObject({ origin: 'OUTSIDE', drift: 'DRIFT_FOUND' });
    for (const write of late) await write();
    gateway.clock.skip(120 * seconds);
    expect(await report()).toMatchObject({ origin: 'OUTSIDE', drift: null });
    expect(await driftEvents()).toEqual(['DRIFT_FOUND']);
  });

  test('drift of tags is found once, although the clock of the scan after it is ten minutes behind', async () => {
    await createAndScan();
    const { associationId } = await shown();
    expect((await gateway.tag({ associationId, tags: [{ key: 'team', value: 'x' }] })).status).toBe('SUCCEEDED');
    gateway.clock.skip(120 * seconds);
    await tagOutside('y');
    expect(await report()).toMatchObject({ origin: 'OUTSIDE', drift: 'DRIFT_FOUND' });
    const tagged = await shown();
    for (const ahead of [-600, 0])
      expect(await report(tagged, null, ahead * seconds)).toMatchObject({ origin: 'OUTSIDE', drift: null });
    expect(await driftEvents()).toEqual(['DRIFT_FOUND']);
  });

  test('a change that a read does not show so soon after it was reported is read again by the next scan', async () => {
    await createAndScan();
    const before = await shown();
    await tagOutside('x');
    const changedAt = gateway.clock.now();
    gateway.clock.skip(5 * seconds);
    expect(await report(before, changedAt)).toMatchObject({ origin: 'OPERATION', drift: null });
    expect(await scanNext()).toBe(1);
    expect(await driftEvents()).toEqual(['DRIFT_FOUND']);
    expect(await report(undefined, changedAt)).toMatchObject({ origin: 'OUTSIDE' });
    expect(await scanNext()).toBe(0);
  });

  test('tags that others changed are seen after SCAN_MAX_AGE_MS where nothing reported them', async () => {
    await createAndScan();
    await tagOutside('x');
    expect(await scanNext()).toBe(0);
    gateway.clock.skip(defaultScanSettings.maxAgeMs);
    expect(await scanNext()).toBe(2);
    expect(await driftEvents()).toEqual(['DRIFT_FOUND']);
  });

  test.each(['nothing', 'an association that the gateway deleted'])(
    'an association that only a change of tags showed, after %s, ends in the history when it is gone',
    async (before) => {
      const { control } = gateway.simulator;
      if (before !== 'nothing') {
        await gateway.create();
        await gateway.remove({ associationId: control.associations()[0]?.associationId ?? '' });
      }
      gateway.clock.skip(61 * seconds);
      const { associationId } = control.createAssociation({
        ...{ ...place, roleArn: roleArn('payments/payments-api'), tags: { team: 'payments' } },
      });
      const tags = [
        { key: 'cost-center', value: '42' },
        { key: 'team', value: 'payments' },
      ];
      expect((await gateway.tag({ associationId, tags: tags.slice(0, 1) })).status).toBe('SUCCEEDED');
      const { clockErrorMs } = gateway.deps.times;
      const taggedAt = gateway.clock.now() + clockErrorMs;
      control.deleteAssociation(associationId);
      gateway.clock.skip(61 * seconds);
      await scanNext();
      const state = await ledger.getAssociationState(place);
      const asOf = async (at: number) => state && associationAt(ledger, place, state, at, gateway.deps.times);
      expect(await asOf(gateway.clock.now() + clockErrorMs)).toBeNull();
      expect(await asOf(taggedAt)).toMatchObject({ association: { associationId, tags } });
      expect(state?.observed).toMatchObject({ sight: { associationId, isGone: true }, driftId: null });
      const ended = (await ledger.readVersions(place, { from: '' }, 10)).filter(({ deleted }) => deleted);
      expect(ended.at(-1)).toMatchObject({ deleted: { associationId }, operationId: null });
      // Known as gone, it costs nothing more.
      await scanNext();
      expect(await ledger.getAssociationState(place)).toEqual(state);
    },
  );

  describe('after changes through the gateway', () => {
    const cost = { key: 'cost-center', value: '42' };
    const document = `query ($source: DriftSource) {
      associationDrift(clusterName: "apps-dev", namespace: "payments", source: $source) {
        nodes { kind association { serviceAccount } differences { field } }
      }
    }`;
    interface Data {
      readonly associationDrift: {
        readonly nodes: readonly {
          readonly kind: string;
          readonly association: { readonly serviceAccount: string } | null;
          readonly differences: readonly { readonly field: string }[];
        }[];
      };
    }
    /** The fields in which the association drifted, as a comparison with EKS says and as scans saw. */
    const drift = async () => {
      const of = async (source: 'EKS' | 'SCAN') => {
        const { data, errors } = await gateway.send<Data>(document, { source }, 'pat');
        if (!data) throw new Error(JSON.stringify(errors));
        const own = data.associationDrift.nodes.filter((one) => one.association?.serviceAccount !== 'other');
        return own.flatMap(({ kind, differences }) => [kind, ...differences.map(({ field }) => field)]);
      };
      return { eks: await of('EKS'), scan: await of('SCAN') };
    };
    const none = { eks: [], scan: [] };
    const associationId = () => gateway.simulator.control.associations()[0]?.associationId ?? '';
    const tag = (fields: object = {}) => gateway.tag({ associationId: associationId(), tags: [cost], ...fields });
    const fault = (kind: 'cut-before' | 'cut-after') =>
      gateway.simulator.control.addFault({ operation: 'TagResource', kind });
    const lag = (delayMs: number) =>
      gateway.simulator.control.addFault({ operation: 'TagResource', kind: 'lag', delayMs });
    const stateNow = async () => {
      const state = await ledger.getAssociationState(place);
      if (!state?.confirmed) throw new Error('Nothing is confirmed.');
      return state;
    };
    const confirmedTags = async () =>
      (await stateNow()).confirmed?.association.tags.flatMap(({ key, value }) =>
        key.includes('/') ? [] : [key, value],
      );

    test('tags that reads do not show yet are not drift, neither live nor in scans', async () => {
      await createAndScan();
      lag(9 * seconds);
      expect(await tag()).toMatchObject({ status: 'SUCCEEDED' });
      gateway.clock.skip(seconds);
      expect(await report()).toEqual({ kind: 'undecided' });
      expect(await drift()).toEqual(none);
      await scanNext();
      expect([await driftEvents(), await drift()]).toEqual([[], none]);
      gateway.clock.skip(11 * seconds);
      await tagOutside('x');
      await report();
      expect(await drift()).toEqual({ eks: ['MODIFIED', 'tags.team'], scan: ['MODIFIED', 'tags.team'] });
    });

    test('tags of a change with a lost answer are not drift while it is in doubt, nor once it is undetermined', async () => {
      await createAndScan();
      const { confirmed } = await stateNow();
      fault('cut-before');
      const fields = { clientRequestToken: 'lost' };
      expect(await tag(fields)).toMatchObject({ status: 'IN_PROGRESS' });
      const [{ associationArn } = { associationArn: '' }] = gateway.simulator.control.associations();
      const applied = new TagResourceCommand({ resourceArn: associationArn, tags: { [cost.key]: cost.value } });
      gateway.clock.skip(11 * seconds);
      expect(await report()).toMatchObject({ origin: 'OPERATION' });
      gateway.clock.skip(60 * seconds);
      expect((await tag(fields)).refusal).toMatchObject({ code: 'OUTCOME_UNDETERMINED' });
      // Its effect, as far as anyone can tell.
      await eks.send(applied);
      gateway.clock.skip(11 * seconds);
      expect(await drift()).toEqual(none);
      expect(await report()).toMatchObject({ origin: 'OPERATION', drift: null });
      expect(await confirmedTags()).toEqual(['cost-center', '42', 'team', 'payments']);
      expect((await stateNow()).confirmed).toMatchObject({ ...confirmed, association: expect.anything() as object });
      gateway.clock.skip(11 * seconds);
      expect(await drift()).toEqual(none);
      await tagOutside('x');
      await report();
      expect(await drift()).toEqual({ eks: ['MODIFIED', 'tags.team'], scan: ['MODIFIED', 'tags.team'] });
      expect(await driftEvents()).toEqual(['DRIFT_FOUND']);
    });

    test('tags that others set are drift, although a change in doubt requested them of the association before', async () => {
      await gateway.create();
      await scanNext();
      fault('cut-before');
      const fields = { clientRequestToken: 'lost', associationId: associationId() };
      await tag(fields);
      gateway.simulator.control.deleteAssociation(associationId());
      gateway.clock.skip(62 * seconds);
      expect((await tag(fields)).refusal).toMatchObject({ code: 'OUTCOME_UNDETERMINED' });
      expect(await gateway.create({ clientRequestToken: 'again' })).toMatchObject({ status: 'SUCCEEDED' });
      gateway.clock.skip(11 * seconds);
      const { associationArn } = await shown();
      await eks.send(new TagResourceCommand({ resourceArn: associationArn, tags: { [cost.key]: cost.value } }));
      expect(await report()).toMatchObject({ origin: 'OUTSIDE', drift: 'DRIFT_FOUND' });
    });

    test('tags as of a time are certain while a change of the association before is in progress', async () => {
      await gateway.create();
      fault('cut-before');
      await tag();
      gateway.simulator.control.deleteAssociation(associationId());
      gateway.clock.skip(61 * seconds);
      await gateway.create({ clientRequestToken: 'again' });
      gateway.clock.skip(61 * seconds);
      const state = await stateNow();
      expect(state.openOperations).toMatchObject([{ tags: [expect.anything()], closedAt: null }]);
      const seen = await associationAt(ledger, place, state, gateway.clock.now(), gateway.deps.times);
      expect(seen).toMatchObject({ association: { associationId: associationId() }, uncertain: null });
    });

    test('tags that others set back after a change with a lost answer was found done are drift', async () => {
      await createAndScan();
      fault('cut-after');
      await tag({ clientRequestToken: 'lost' });
      gateway.clock.skip(20 * seconds);
      expect(await tag({ clientRequestToken: 'lost' })).toMatchObject({ status: 'SUCCEEDED' });
      const [{ associationArn } = { associationArn: '' }] = gateway.simulator.control.associations();
      await eks.send(new UntagResourceCommand({ resourceArn: associationArn, tagKeys: [cost.key] }));
      gateway.clock.skip(61 * seconds);
      expect(await report()).toMatchObject({ origin: 'OUTSIDE', drift: 'DRIFT_FOUND' });
      const found = ['MODIFIED', 'tags.cost-center'];
      expect(await drift()).toEqual({ eks: found, scan: found });
    });

    test('tags that others set before a change which certainly was not made are drift', async () => {
      await createAndScan();
      await tagOutside('x');
      // Without a connection to EKS, there is no request id.
      const error = { exception: 'ECONNREFUSED', message: 'refused', requestId: null };
      const unconnected = {
        tag: () => Promise.resolve({ kind: 'rejected', outcome: 'EKS_UNREACHABLE', error } as const),
      };
      const beside = await openBeside(gateway, {
        change: ({ eksFor, ...deps }) => ({ ...deps, eksFor: (of) => ({ ...eksFor(of), ...unconnected }) }),
      });
      const fields = { associationId: associationId(), tags: [{ key: 'team', value: 'y' }] };
      expect((await beside.tag(fields)).refusal).toMatchObject({ code: 'EKS_UNREACHABLE' });
      gateway.clock.skip(11 * seconds);
      expect(await report()).toMatchObject({ origin: 'OUTSIDE', drift: 'DRIFT_FOUND' });
    });

    test('an older read after a scan took over the tags of an undetermined change is not drift', async () => {
      await createAndScan();
      const before = await shown();
      fault('cut-after');
      await tag({ clientRequestToken: 'lost' });
      const [{ associationArn } = { associationArn: '' }] = gateway.simulator.control.associations();
      await eks.send(new TagResourceCommand({ resourceArn: associationArn, tags: { [cost.key]: 'others' } }));
      gateway.clock.skip(62 * seconds);
      expect((await tag({ clientRequestToken: 'lost' })).refusal).toMatchObject({ code: 'OUTCOME_UNDETERMINED' });
      await eks.send(new TagResourceCommand({ resourceArn: associationArn, tags: { [cost.key]: cost.value } }));
      gateway.clock.skip(11 * seconds);
      expect(await report()).toMatchObject({ origin: 'OPERATION' });
      expect(await confirmedTags()).toEqual(['cost-center', '42', 'team', 'payments']);
      gateway.clock.skip(5 * seconds);
      expect(await report(before)).toEqual({ kind: 'undecided' });
      await scanNext();
      expect([await driftEvents(), await drift()]).toEqual([[], none]);
    });

    test('an adopted association stays adopted after a scan took over its tags', async () => {
      const { control } = gateway.simulator;
      control.createAssociation({ ...place, roleArn: roleArn('payments/payments-api'), tags: { team: 'payments' } });
      await scanNext();
      await gateway.adopt({ associationId: associationId() });
      gateway.clock.skip(11 * seconds);
      fault('cut-before');
      await tag({ clientRequestToken: 'lost' });
      gateway.clock.skip(62 * seconds);
      await tag({ clientRequestToken: 'lost' });
      const [{ associationArn } = { associationArn: '' }] = control.associations();
      await eks.send(new TagResourceCommand({ resourceArn: associationArn, tags: { [cost.key]: cost.value } }));
      gateway.clock.skip(11 * seconds);
      const { operationId } = (await stateNow()).confirmed ?? {};
      expect(await report()).toMatchObject({ origin: 'OPERATION', drift: null });
      const state = await stateNow();
      expect(state).toMatchObject({
        latest: { origin: 'ADOPTED' },
        confirmed: { operation: 'ADOPT_POD_IDENTITY_ASSOCIATION', operationId },
        tags: { tags: [cost, { key: 'team', value: 'payments' }] },
      });
    });

    test('an update that read older tags does not make those of the change before it drift', async () => {
      await createAndScan();
      lag(9 * seconds);
      await tag();
      expect(await gateway.update({ associationId: associationId(), disableSessionTags: true })).toMatchObject({
        status: 'SUCCEEDED',
      });
      expect(await confirmedTags()).toEqual(['cost-center', '42', 'team', 'payments']);
      await scanNext();
      expect([await driftEvents(), await drift()]).toEqual([[], none]);
    });

    test('tags that others had changed before an update are accepted by it, as by a comparison with EKS', async () => {
      await createAndScan();
      await tag();
      gateway.clock.skip(11 * seconds);
      await tagOutside('x');
      gateway.clock.skip(seconds);
      await gateway.update({ associationId: associationId(), disableSessionTags: true });
      await scanNext();
      expect([await driftEvents(), await drift()]).toEqual([[], none]);
      expect(await confirmedTags()).toEqual(['cost-center', '42', 'team', 'x']);
    });

    test('drift of tags ends with a change of tags, which accepts what others had set before', async () => {
      await createAndScan();
      await tagOutside('x');
      await report();
      gateway.clock.skip(11 * seconds);
      expect(await tag()).toMatchObject({ status: 'SUCCEEDED' });
      expect((await drift()).scan).toEqual([]);
      await scanNext();
      expect([await driftEvents(), await drift()]).toEqual([['DRIFT_FOUND', 'DRIFT_RESOLVED'], none]);
    });
  });
});
