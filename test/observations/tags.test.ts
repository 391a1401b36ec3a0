import { EKSClient, TagResourceCommand } from '@aws-sdk/client-eks';
import type { AssociationReads } from '../../src/ledger/association-history.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Association } from '../../src/model/association.ts';
import { observeChange } from '../../src/observations/observe-change.ts';
import { defaultScanSettings, scan } from '../../src/observations/scan.ts';
import { openForEachTest } from '../support/each-test.ts';
import { home, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedgers } from '../support/ledgers.ts';

const seconds = 1_000;
const place = { ...home, clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' };
const { accountId, region, clusterName } = place;
const cluster = { accountId, region, clusterName };

// EKS's lists have no tags, and `modifiedAt` does not move with them.
describeOnLedgers('what scans see of tags on $name', ({ open }) => {
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
  /** Observes a reported change. `shows`: what the read shows in place of what EKS has. */
  const report = async (shows?: Association, changedAt: number | null = null) => {
    const { deps, clock } = gateway;
    const { associationId } = shows ?? (await shown());
    const older = { kind: 'found', association: shows } as const;
    const eksFor: typeof deps.eksFor = (of) => ({
      ...deps.eksFor(of),
      ...(shows && { describe: () => Promise.resolve({ ...older, association: shows }) }),
    });
    const change = { cluster, associationId, changedAt };
    return observeChange({ ...deps, eksFor, observations: ledger }, change, clock.now() + 50 * seconds);
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
});
