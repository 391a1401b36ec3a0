import { marshall } from '@aws-sdk/util-dynamodb';
import { rmSync } from 'node:fs';
import { makeCheckpointHandler } from '../../src/app/checkpoint-handler.ts';
import { logRejectedCodeCaches } from '../../src/app/code-caches.ts';
import { makeDeliverHandler } from '../../src/app/deliver-handler.ts';
import { makeExpireHandler } from '../../src/app/expire-handler.ts';
import { meteredPolicy } from '../../src/app/metered-policy.ts';
import { metricsIn } from '../../src/app/metrics.ts';
import { makeReconcileHandler } from '../../src/app/reconcile-handler.ts';
import { makeScanHandler } from '../../src/app/scan-handler.ts';
import type { GraphqlHandler } from '../../src/graphql/handler.ts';
import { entryItem } from '../../src/ledger/stored/entry.ts';
import { audience, issuer } from '../../packages/local-gateway/src/principals.ts';
import { makeContext } from '../../packages/local-gateway/src/http-api/context.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { defaultScanSettings } from '../../src/observations/scan.ts';
import { defaultExpireSettings } from '../../src/operations/expiry/run.ts';
import { makeClockCheck } from '../../src/runtime/clock-check.ts';
import { makeLog } from '../../src/runtime/log.ts';
import type { Log } from '../../src/runtime/log.ts';
import { openLog } from '../support/checkpoint-log.ts';
import { createDocument } from '../support/documents.ts';
import { home, input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { approvalIn, approvalsOf, withApprovals } from '../support/held-requests.ts';
import { claimsEvent, streamRecord } from '../support/lambda-event.ts';
import { auditEntry } from '../support/ledger-samples.ts';
import type { LedgerUnderTest } from '../support/ledgers.ts';

const list = 'query Mine { podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { id } } }';
const drift = '{ associationDrift(clusterName: "apps-dev", namespace: "payments") { nodes { kind } } }';
const check =
  'query ($input: CreatePodIdentityAssociationInput!) { checkCreatePodIdentityAssociation(input: $input) { warnings { code } } }';

/** All that a store offers. */
type Store = Awaited<ReturnType<LedgerUnderTest['open']>>['ledger'];

/**
 * The lines of the log that the functions write when everything happens that the page for operators is about: requests of every
 * outcome, faults of EKS, a policy that fails, approvals, limits, drift, operations that stay open, scans, expiries, checkpoints, events, a
 * rejected code cache and a wrong clock. With metrics in this namespace.
 */
export async function logScenario(ledger: Store, namespace: string): Promise<string[]> {
  const gateway = await openGateway({ ledger, preflightRoles: true, change: withFailingPolicy });
  const limited = await openGateway({ ledger, requestLimits: { burst: 1, perSecond: 0.001 } });
  const policies = withApprovals();
  const asking = await openGateway({ ledger, policies });
  try {
    await requests(gateway);
    await lateAdoption(gateway, ledger);
    await reconciliations(gateway);
    await scans(gateway, ledger);
    for (let count = 0; count < 2; count += 1) await limited.send('{ viewer { id } }');
    await approvals(asking);
    await expiries(asking, ledger);
    const others: typeof gateway.logged = [];
    const collect: Log = (level, message, fields) => void others.push({ level, message, fields });
    await checkpoints(ledger, collect);
    await deliveries(collect);
    wrongClock(collect);
    logRejectedCodeCaches(collect, ['graphql.cjs.cache']);
    const lines: string[] = [];
    const context = () => ({ functionVersion: '7' });
    const log = makeLog((line) => lines.push(line), { metricsOf: metricsIn(namespace), context });
    for (const { level, message, fields } of [...gateway.logged, ...limited.logged, ...asking.logged, ...others]) {
      log(level as 'info', message, fields);
    }
    return lines;
  } finally {
    await asking.close();
    await limited.close();
    await gateway.close();
    rmSync(policies, { recursive: true });
  }
}

/** Cedar can't evaluate a policy about the service account `broken`. */
function withFailingPolicy(deps: Dependencies): Dependencies {
  const authorize: Dependencies['authorize'] = (context, request) => {
    const decision = deps.authorize(context, request);
    const isBroken =
      request.action === 'CreatePodIdentityAssociation' && request.association.serviceAccount === 'broken';
    return isBroken ? { ...decision, allowed: false, failed: true } : decision;
  };
  return { ...deps, ...meteredPolicy({ authorize, preauthorize: deps.preauthorize }) };
}

async function requests(gateway: Gateway): Promise<void> {
  const { control } = gateway.simulator;
  const create = 'CreatePodIdentityAssociation';
  control.addFault({ operation: create, kind: 'cut-after' });
  // In doubt, taken over, replayed, denied, denied by a policy that fails.
  for (let count = 0; count < 3; count += 1) await gateway.create();
  await gateway.create({ namespace: 'search', roleArn: roleArn('search/search-api'), clientRequestToken: 'denied' });
  await gateway.create({ serviceAccount: 'broken', clientRequestToken: 'broken' });
  control.addFault({ operation: create, kind: 'access-denied' });
  await gateway.create({ serviceAccount: 'other', clientRequestToken: 'access-denied' });
  control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'throttle', times: 5 });
  for (let count = 0; count < 2; count += 1) await gateway.send(list);
  control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'access-denied' });
  await gateway.send(list);
  await gateway.send(check, { input: { ...input, serviceAccount: 'checked' } });
  const place = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev', namespace: 'payments' };
  control.createAssociation({ ...place, serviceAccount: 'outside', roleArn: input.roleArn });
  await gateway.send(drift, {}, 'olivia');
  const context = makeContext({ accountId: place.accountId, functionName: 'graphql' }, Date.now() + 10_000);
  await gateway.handler({} as Parameters<GraphqlHandler>[0], context);
  // Only access tokens are accepted.
  const claims = { iss: issuer, sub: 'alice', aud: audience, nonce: 'of an ID token' };
  await gateway.handler(await claimsEvent(claims, '{ viewer { id } }'), context);
}

/** The adoption of an association that appeared after the first scan of its cluster. */
async function lateAdoption(gateway: Gateway, ledger: Pick<Store, 'putClusterScan'>): Promise<void> {
  const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
  const times = { startedAt: 1, endedAt: 1, completedAt: 1, firstCompletedAt: 1, incompleteSince: null };
  await ledger.putClusterScan(0, { cluster, fence: 1, leaseUntil: 1, ...times, failure: null });
  const outside = gateway.simulator.control.associations().find(({ serviceAccount }) => serviceAccount === 'outside');
  await gateway.adopt({ associationId: outside?.associationId });
}

async function reconciliations(gateway: Gateway): Promise<void> {
  const run = async (kind: 'cut-before' | 'cut-after', serviceAccount: string, change: Partial<Dependencies>) => {
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind });
    await gateway.send(createDocument, { input: { ...input, serviceAccount, clientRequestToken: serviceAccount } });
    const handler = makeReconcileHandler(() => Promise.resolve({ ...gateway.deps, ...change }), gateway.observations);
    await handler({}, { awsRequestId: `run-${serviceAccount}`, getRemainingTimeInMillis: () => 60_000 });
  };
  const eksFor = () => {
    throw new Error('A bug.');
  };
  await run('cut-before', 'failed', { eksFor });
  await run('cut-before', 'parked', { serves: () => false });
  const policyVersion = { number: 7, publishedAt: '2026-11-26T08:00:00.000Z' };
  await run('cut-after', 'closed', { about: { ...gateway.deps.about, policyVersion } });
}

/** A scan that can't read a cluster, and a change in another account that CloudTrail recorded. */
async function scans(gateway: Gateway, ledger: Store): Promise<void> {
  const handler = makeScanHandler(() => Promise.resolve(gateway.deps), ledger, defaultScanSettings);
  const context = { getRemainingTimeInMillis: () => 60_000 };
  gateway.simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'access-denied' });
  await handler({}, context);
  const requestParameters = { clusterName: 'elsewhere', associationId: 'a-0123456789abcdefg' };
  const place = { awsRegion: home.region, recipientAccountId: '444455556666' };
  const detail = { eventSource: 'eks.amazonaws.com', ...place, requestParameters };
  await handler({ source: 'aws.eks', 'detail-type': 'AWS API Call via CloudTrail', detail }, context);
}

/** One that is given, one that is rejected, and one that ends. */
async function approvals(gateway: Gateway): Promise<void> {
  const { create, approve, reject } = approvalsOf(gateway);
  const ask = async (serviceAccount: string) =>
    approvalIn(await create('alice', { serviceAccount, clientRequestToken: serviceAccount })).id;
  await approve('nina', await ask('held-given'));
  await reject('nina', await ask('held-rejected'));
  await ask('held-expired');
  gateway.clock.skip(25 * 3_600_000);
  await create('alice', { serviceAccount: 'held-expired', clientRequestToken: 'held-expired' });
}

/** An association that ends, one that others changed before it does, and a burst. */
async function expiries(gateway: Gateway, ledger: Store): Promise<void> {
  const expiresAt = new Date(gateway.clock.now() + 3_600_000).toISOString();
  for (const serviceAccount of ['ends', 'changed']) {
    await gateway.create({ serviceAccount, expiresAt, clientRequestToken: serviceAccount });
  }
  for (const serviceAccount of ['b1', 'b2', 'b3', 'b4', 'b5', 'b6']) {
    await gateway.create({ serviceAccount, expiresAt, clientRequestToken: serviceAccount }, 'pat');
  }
  const { control } = gateway.simulator;
  const changed = control.associations().find(({ serviceAccount }) => serviceAccount === 'changed');
  if (changed) control.updateAssociation(changed.associationId, { roleArn: roleArn('payments/other') });
  gateway.clock.skip(3_660_000);
  const stores = { observations: ledger, approvals: ledger };
  const handler = makeExpireHandler(() => Promise.resolve(gateway.deps), stores, defaultExpireSettings);
  await handler({}, { awsRequestId: 'expiries', getRemainingTimeInMillis: () => 60_000 });
}

async function checkpoints(ledger: Store, log: Log): Promise<void> {
  const opened = openLog(ledger);
  const context = { getRemainingTimeInMillis: () => 60_000 };
  try {
    const handlerOf = (deps: typeof opened.deps) => makeCheckpointHandler({ ...deps, sendersUntil: () => deps }, log);
    await handlerOf(opened.deps)({}, context);
    const denied = {
      ...opened.deps,
      storage: { ...opened.deps.storage, get: () => Promise.reject(new Error('AccessDenied')) },
    };
    await handlerOf(denied)({}, context).catch(() => null);
  } finally {
    opened.close();
  }
}

/** A clock that is ten minutes ahead, and then right. */
function wrongClock(log: Log): void {
  let aheadMs = 600_000;
  const check = makeClockCheck({ clock: () => Date.now() + aheadMs, clockErrorMs: 30_000, log });
  check.sent()(new Date().toUTCString());
  aheadMs = 0;
  check.sent()(new Date().toUTCString());
}

/** Events of the stream: one that is sent, one that is not, an item that was removed, and the heartbeat, also with a rule that is disabled. */
async function deliveries(log: Log): Promise<void> {
  const [sent, failed] = [auditEntry({ event: 'SUCCEEDED' }), auditEntry({ event: 'SUCCEEDED' })];
  let disabled: string[] = [];
  const handler = makeDeliverHandler({
    ledger: { readTrail: () => Promise.resolve({ entries: [], next: null }) },
    target: {
      send: (events) =>
        Promise.resolve(
          events.map(({ entryId }) =>
            entryId === failed.entryId ? { kind: 'failed', reason: 'refused' } : { kind: 'sent' },
          ),
        ),
    },
    ...{ denialShare: 1, clock: Date.now, findDisabled: () => Promise.resolve(disabled), log },
  });
  const context = { getRemainingTimeInMillis: () => 60_000 };
  const Records = [...[sent, failed].map((entry) => streamRecord('INSERT', marshall(entryItem(entry))))];
  const expired = { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } };
  await handler({ Records: [...Records, streamRecord('REMOVE', marshall(entryItem(sent)), expired)] }, context);
  await handler({}, context);
  disabled = ['BypassRule'];
  await handler({}, context);
}
