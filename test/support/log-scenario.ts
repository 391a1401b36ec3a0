import { meteredPolicy } from '../../src/app/metered-policy.ts';
import { metricsIn } from '../../src/app/metrics.ts';
import { makeReconcileHandler } from '../../src/app/reconcile-handler.ts';
import type { GraphqlHandler } from '../../src/graphql/handler.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { audience, issuer } from '../../packages/local-gateway/src/principals.ts';
import { makeContext } from '../../packages/local-gateway/src/http-api/context.ts';
import type { Dependencies } from '../../src/operations/dependencies.ts';
import { makeLog } from '../../src/runtime/log.ts';
import { createDocument } from './documents.ts';
import { input, openGateway, roleArn } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { claimsEvent } from './lambda-event.ts';

const list = 'query Mine { podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { id } } }';
const drift = '{ associationDrift(clusterName: "apps-dev", namespace: "payments") { nodes { kind } } }';
const check =
  'query ($input: CreatePodIdentityAssociationInput!) { checkCreatePodIdentityAssociation(input: $input) { warnings { code } } }';

/**
 * The lines of the log that both functions write when everything happens that the page for operators is about: requests of every
 * outcome, faults of EKS, a policy that fails, limits, drift, and operations that stay open. With metrics in this namespace.
 */
export async function logScenario(
  ledger: Ledger & Pick<ObservationStore, 'putClusterScan'>,
  namespace: string,
): Promise<string[]> {
  const gateway = await openGateway({ ledger, preflightRoles: true, change: withFailingPolicy });
  const limited = await openGateway({ ledger, requestLimits: { burst: 1, perSecond: 0.001 } });
  try {
    await requests(gateway);
    await lateAdoption(gateway, ledger);
    await reconciliations(gateway);
    for (let count = 0; count < 2; count += 1) await limited.send('{ viewer { id } }');
    const lines: string[] = [];
    const context = () => ({ functionVersion: '7' });
    const log = makeLog((line) => lines.push(line), { metricsOf: metricsIn(namespace), context });
    for (const { level, message, fields } of [...gateway.logged, ...limited.logged]) {
      log(level as 'info', message, fields);
    }
    return lines;
  } finally {
    await limited.close();
    await gateway.close();
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
async function lateAdoption(gateway: Gateway, ledger: Pick<ObservationStore, 'putClusterScan'>): Promise<void> {
  const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
  const times = { startedAt: 1, endedAt: 1, completedAt: 1, firstCompletedAt: 1 };
  await ledger.putClusterScan(0, { cluster, fence: 1, leaseUntil: 1, ...times, failure: null });
  const outside = gateway.simulator.control.associations().find(({ serviceAccount }) => serviceAccount === 'outside');
  await gateway.adopt({ associationId: outside?.associationId });
}

async function reconciliations(gateway: Gateway): Promise<void> {
  const run = async (kind: 'cut-before' | 'cut-after', serviceAccount: string, change: Partial<Dependencies>) => {
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind });
    await gateway.send(createDocument, { input: { ...input, serviceAccount, clientRequestToken: serviceAccount } });
    const handler = makeReconcileHandler(() => Promise.resolve({ ...gateway.deps, ...change }));
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
