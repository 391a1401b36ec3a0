import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { startFaultyRoute } from '../../client/test/gateway.ts';
import { startLocalGateway } from '../../local-gateway/src/index.ts';
import { renderManifests } from '../render.ts';
import { runController } from '../src/controller.ts';
import type { ControllerSettings } from '../src/controller.ts';
import { makeAccess } from './api-server/access.ts';
import type { Role, Rule } from './api-server/access.ts';
import { namespaces, serviceAccounts } from './api-server/kinds.ts';
import { startApiServer } from './api-server/server.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
}

/** What the shipped manifests let the controller do. */
function controllerRoles(): readonly Role[] {
  const manifests = parseAllDocuments(renderManifests()).map((one) => one.toJS() as Manifest);
  return manifests
    .filter(
      ({ kind, metadata }) => ['ClusterRole', 'Role'].includes(kind) && metadata.name === 'pod-identity-controller',
    )
    .map(({ metadata: { namespace = null }, rules = [] }) => ({ namespace, rules }));
}

/** An API server, and the gateway with its simulated EKS, which accepts the tokens of that API server. */
export async function startWorld({ inProduction = false } = {}) {
  const access = makeAccess(controllerRoles());
  // Over plain HTTP, kubectl sends no token.
  const cluster = await startApiServer({ controller: access, admin: 'admin', '': 'admin' });
  const policiesDirectory = mkdtempSync(join(tmpdir(), 'controller-policies-'));
  cpSync(join(import.meta.dirname, '../../../policies'), policiesDirectory, { recursive: true });
  if (inProduction) permitByApproval(policiesDirectory);
  const inventoryFile = join(policiesDirectory, 'inventory.json');
  const inventory = JSON.parse(readFileSync(inventoryFile, 'utf8')) as { services: object[] };
  const service = (namespace: string, group: string) => ({
    ...{
      id: `${cluster.url}#system:serviceaccount:${namespace}:pod-identity-requester`,
      groups: [group, 'production-by-approval'],
      mayNamePeople: false,
    },
  });
  inventory.services.push(service('payments', 'payments-team'), service('search', 'search-team'));
  writeFileSync(inventoryFile, JSON.stringify(inventory));
  const gateway = await startLocalGateway({
    policiesDirectory,
    settings: { JWT_ISSUER: cluster.url, JWT_AUDIENCE: 'pod-identity-gateway', PAGE_URL: 'https://page.example/' },
  });
  const route = await startFaultyRoute(new URL(gateway.url).origin);
  for (const name of ['payments', 'search', 'pod-identity-system']) {
    cluster.store.create(namespaces, undefined, { metadata: { name } } as never);
    cluster.store.create(serviceAccounts, name, { metadata: { name: 'pod-identity-requester' } } as never);
  }
  return {
    cluster,
    gateway,
    route,
    access,
    eks: () => {
      if (gateway.eks === null) throw new Error('There is no simulated EKS.');
      return gateway.eks;
    },
    close: async () => {
      await route.close();
      await gateway.close();
      await cluster.close();
      rmSync(policiesDirectory, { recursive: true });
    },
  };
}

/** Puts the shipped example of approvals in force, as its comment says. */
function permitByApproval(folder: string): void {
  const [held = '', named = ''] = readFileSync(join(folder, 'examples/production-by-approval.cedar'), 'utf8').split(
    /(?=@id\("production-names-a-person"\))/,
  );
  const requiredFile = join(folder, 'required-policies.json');
  const required = JSON.parse(readFileSync(requiredFile, 'utf8')) as string[];
  writeFileSync(requiredFile, JSON.stringify([...required, 'change-by-service-in-production']));
  const [approvals, guardrails] = [join(folder, 'approvals.cedar'), join(folder, 'guardrails.cedar')];
  writeFileSync(approvals, `${readFileSync(approvals, 'utf8')}\n${held}`);
  const replaced = readFileSync(guardrails, 'utf8').replace(/@id\("production-names-a-person"\)[^]*?;\n/, named);
  writeFileSync(guardrails, replaced);
}

export type World = Awaited<ReturnType<typeof startWorld>>;

/** The lease of a controller of some identity. */
export function leaseOf(identity: string) {
  return {
    namespace: 'pod-identity-system',
    name: 'pod-identity-controller',
    identity,
    durationMs: 6_000,
    renewDeadlineMs: 4_000,
    retryMs: 500,
  };
}

/** Settings of a controller that answers quickly. */
function settingsFor(
  { cluster, route }: Pick<World, 'cluster' | 'route'>,
  more: Partial<ControllerSettings> = {},
): ControllerSettings {
  return {
    connection: { url: cluster.url, token: () => Promise.resolve('controller') },
    gatewayUrl: route.url,
    cluster: { clusterName: 'apps-dev', accountId: null, region: null },
    requester: 'pod-identity-requester',
    tokenAudience: 'pod-identity-gateway',
    resyncMs: 60_000,
    approvalPollMs: 100,
    maxDelayMs: 400,
    watchPods: true,
    lease: leaseOf('one'),
    port: 0,
    log: () => undefined,
    ...more,
  };
}

/** Starts a controller in this process; `stop` lets it end as SIGTERM does. */
export function startController(world: Pick<World, 'cluster' | 'route'>, more: Partial<ControllerSettings> = {}) {
  const stopping = new AbortController();
  const { promise: port, resolve } = Promise.withResolvers<number>();
  const ended = runController(settingsFor(world, more), stopping.signal, resolve);
  return {
    port,
    ended,
    stop: async () => {
      stopping.abort(new Error('The test stops it.'));
      return ended;
    },
  };
}
