import type { Ledger } from '../../src/ledger/ledger.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { reportedChange } from '../../src/app/reported-change.ts';
import { makeScanHandler } from '../../src/app/scan-handler.ts';
import { defaultScanSettings, scan } from '../../src/observations/scan.ts';
import { openForEachTest } from '../support/each-test.ts';
import { home, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { lockOperations } from '../support/locks.ts';

const clusterName = 'apps-dev';

/** The event of EventBridge for a call of EKS. */
function eventOf(detail: object) {
  const call = {
    eventSource: 'eks.amazonaws.com',
    awsRegion: home.region,
    recipientAccountId: home.accountId,
    ...detail,
  };
  return { source: 'aws.eks', 'detail-type': 'AWS API Call via CloudTrail', detail: call };
}
const updateOf = (associationId: string, fields: object = {}) =>
  eventOf({
    eventName: 'UpdatePodIdentityAssociation',
    requestParameters: { clusterName, associationId },
    responseElements: null,
    ...fields,
  });

const arnOf = (path: string) => `arn:aws:eks:${home.region}:${home.accountId}:podidentityassociation/${path}`;
const tagsOf = (resourceArn: string) => eventOf({ eventName: 'TagResource', requestParameters: { resourceArn } });

describe('an event with a change that CloudTrail recorded', () => {
  const cluster = { ...home, clusterName };
  const associationId = 'a-0123456789abcdefg';
  const created = { association: { associationId, roleArn: 'x' } };
  const change = { cluster, associationId, changedAt: null };
  const eventTime = '2026-11-24T12:00:00Z';

  test.each([
    ['an update names the association in its parameters', updateOf(associationId), change],
    [
      'the path can be named as in the URI',
      updateOf('', { requestParameters: { name: clusterName, associationId } }),
      change,
    ],
    [
      'a create names it in its answer',
      eventOf({ requestParameters: { clusterName }, responseElements: created }),
      change,
    ],
    ['a change of tags names it in an ARN', tagsOf(arnOf(`${clusterName}/${associationId}`)), change],
    [
      'the ARN can be encoded, as in the path of the call',
      tagsOf(encodeURIComponent(arnOf(`${clusterName}/${associationId}`))),
      change,
    ],
    ['a change of tags of something else tells of none', tagsOf(`arn:aws:eks:${home.region}:1:cluster/x/y`), null],
    ['a change of tags of a malformed ARN tells of none', tagsOf('%E0%A4%A'), null],
    ['it says when', updateOf(associationId, { eventTime }), { ...change, changedAt: Date.parse(eventTime) }],
    ['a call that failed changed nothing', updateOf(associationId, { errorCode: 'AccessDenied' }), null],
    ['a call without an association tells of none', eventOf({ requestParameters: { clusterName } }), null],
    ['the event of the schedule tells of none', { 'detail-type': 'Scheduled Event', detail: {} }, null],
    ['anything else tells of none', 'text', null],
  ])('%s', (_, event, expected) => {
    expect(reportedChange(event)).toEqual(expected);
  });
});

describe('the scan function', () => {
  let gateway: Gateway;
  let ledger: Ledger & ObservationStore;
  openForEachTest((opened) => ({ gateway, ledger } = opened));

  const logged: unknown[][] = [];
  const handle = async (event: unknown) => {
    logged.length = 0;
    const deps = { ...gateway.deps, log: (...line: unknown[]) => void logged.push(line) };
    const handler = makeScanHandler(() => Promise.resolve(deps), ledger, defaultScanSettings);
    return handler(event, { getRemainingTimeInMillis: () => 60_000 });
  };
  const scanAll = () =>
    scan(
      { ...gateway.deps, observations: ledger, wait: () => Promise.resolve() },
      defaultScanSettings,
      gateway.clock.now() + 60_000,
    );
  const createAndScan = async () => {
    await gateway.create();
    await scanAll();
    gateway.clock.skip(60_000);
    gateway.simulator.control.clearRequests();
    return gateway.simulator.control.associations()[0]?.associationId ?? '';
  };
  const requests = () => gateway.simulator.control.requests().map(({ operation }) => operation);

  test('finds a change outside when CloudTrail tells of it, without a list', async () => {
    const associationId = await createAndScan();
    gateway.simulator.control.updateAssociation(associationId, { roleArn: roleArn('payments/payments-worker') });
    expect(await handle(updateOf(associationId))).toEqual({
      kind: 'observed',
      origin: 'OUTSIDE',
      drift: 'DRIFT_FOUND',
    });
    expect(requests()).toEqual(['DescribePodIdentityAssociation', 'DescribePodIdentityAssociation']);
    expect(logged).toEqual([
      [
        'info',
        'Reported change observed.',
        expect.objectContaining({ ...home, associationId, driftFound: 1, eksCalls: 2 }),
      ],
    ]);
    expect(await handle(updateOf(associationId))).toMatchObject({ origin: 'OUTSIDE', drift: null });
  });

  test('leaves an association that is gone, and clusters that it does not know, to the scan', async () => {
    const associationId = await createAndScan();
    gateway.simulator.control.deleteAssociation(associationId);
    expect(await handle(updateOf(associationId))).toEqual({ kind: 'left-to-scan' });
    const elsewhere = { requestParameters: { clusterName: 'unknown', associationId } };
    expect(await handle(updateOf(associationId, elsewhere))).toEqual({ kind: 'left-to-scan' });
    expect(requests()).toEqual(['DescribePodIdentityAssociation']);
  });

  test('counts a change in another account, for an alarm, and none in its own', async () => {
    const associationId = await createAndScan();
    await handle(updateOf(associationId));
    expect(logged[0]?.[2]).not.toHaveProperty('otherAccountChanges');
    await handle(updateOf(associationId, { recipientAccountId: '444455556666' }));
    expect(logged[0]?.[2]).toMatchObject({ otherAccountChanges: 1 });
  });

  test('leaves a change in a cluster to its first scan', async () => {
    await gateway.create();
    const [own] = gateway.simulator.control.associations();
    expect(await handle(updateOf(own?.associationId ?? ''))).toEqual({ kind: 'left-to-scan' });
  });

  test('leaves a change to the scan while operators have locked reads', async () => {
    const associationId = await createAndScan();
    await lockOperations(ledger).lock({ kind: 'ALL' }, null, { stopsReads: true });
    expect(await handle(updateOf(associationId))).toEqual({ kind: 'left-to-scan' });
    expect(requests()).toEqual([]);
  });

  test('says that a read failed', async () => {
    const associationId = await createAndScan();
    gateway.simulator.control.addFault({ operation: 'DescribePodIdentityAssociation', kind: 'access-denied' });
    expect(await handle(updateOf(associationId))).toMatchObject({ kind: 'failed' });
  });
});
