import { join } from 'node:path';
import { startLocalGateway } from '../../../local-gateway/src/index.ts';
import type { LocalGateway, LocalWorld } from '../../../local-gateway/src/api.ts';

const policiesDirectory = join(import.meta.dirname, '../../../../policies');

const people = [
  { name: 'alice', groups: ['payments-team'] },
  { name: 'bob', groups: ['search-team'] },
  { name: 'pat', groups: ['platform-admins'] },
  { name: 'olivia', groups: ['auditors'] },
  { name: 'kim', groups: ['platform-admins'] },
  { name: 'carol' },
];

/** Two accounts, and four clusters, one of which is gone after the first scan. */
export const world: LocalWorld = {
  clusters: [
    'apps-dev',
    { clusterName: 'apps-prod', environment: 'prod' },
    { clusterName: 'data-dev', accountId: '444455556666' },
    { clusterName: 'lost-dev', accountId: '444455556666' },
  ],
  namespaces: [
    { name: 'payments', owners: ['payments-team'], roles: ['payments-api', 'payments-worker'] },
    { name: 'search', owners: ['search-team'], roles: ['search-api'] },
    { name: 'reports', owners: ['data-team'], roles: ['reports-loader'] },
  ],
  principals: people,
};

/** Markup, more than a line, and a text from right to left. */
export const hostile = {
  markup: '<img src=x onerror=alert(1)><script>alert(2)</script>',
  long: 'x'.repeat(256),
  arabic: '\u0645\u062F\u0641\u0648\u0639\u0627\u062A\u202Eabc',
};

export const role = (account: string, namespace: string, name: string) =>
  `arn:aws:iam::${account}:role/pods/${namespace}/${name}`;

/** Changes the simulated EKS as others do, beside the gateway. */
async function outside<Answer = unknown>(
  { eksUrl }: LocalGateway,
  [method, path]: readonly [method: string, path: string],
  body?: object,
): Promise<Answer> {
  const response = await fetch(`${eksUrl}/_simulator/${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Answer;
}

/** Sends a request to the gateway. Throws an Error for errors in the answer. */
async function send<Data>(gateway: LocalGateway, as: string, query: string, variables = {}): Promise<Data> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await gateway.token(as)}` };
  const response = await fetch(gateway.url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = (await response.json()) as { readonly data: Data; readonly errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Changes an association through the gateway. Returns the id of the operation. */
async function change(
  gateway: LocalGateway,
  [as, kind]: readonly [as: string, kind: 'Create' | 'Update' | 'Adopt' | 'Delete'],
  input: object,
): Promise<string> {
  const field = `${kind.toLowerCase()}PodIdentityAssociation`;
  const query = `mutation ($input: ${kind}PodIdentityAssociationInput!) { done: ${field}(input: $input) { status association { operationId } refusal { message } } }`;
  const variables = { input: { ...input, clientRequestToken: crypto.randomUUID() } };
  const { done } = await send<{ done: { status: string; association: { operationId: string } } }>(
    gateway,
    as,
    query,
    variables,
  );
  if (done.status !== 'SUCCEEDED') throw new Error(JSON.stringify(done));
  return done.association.operationId;
}

interface Seen {
  readonly nodes: readonly { readonly serviceAccount: string; readonly origin: string }[];
  readonly coverage: readonly {
    readonly clusterName: string;
    readonly isKnown: boolean;
    readonly goneSince: string | null;
  }[];
}

/** Waits until the scans have seen something. */
async function untilSeen(gateway: LocalGateway, isIt: (seen: Seen) => boolean): Promise<void> {
  const query =
    '{ associations(first: 1000) { nodes { serviceAccount origin } coverage { clusterName isKnown goneSince } } }';
  for (let round = 0; round < 60; round += 1) {
    const { associations } = await send<{ associations: Seen }>(gateway, 'olivia', query);
    if (isIt(associations)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The scans have not seen it: ${JSON.stringify(await send(gateway, 'olivia', query))}`);
}

/** Service accounts of which the first page has only some. */
const jobs = 120;

/** Begins a world in a folder: with associations that are older than the first scan. */
export async function beginWorld(folder: string): Promise<void> {
  const gateway = await startLocalGateway({
    world,
    folder,
    policiesDirectory,
    settings: { SCAN_INTERVAL_MS: '3600000' },
  });
  const associations: object[] = [
    { clusterName: 'apps-dev', namespace: 'search', serviceAccount: 'indexer', role: 'search-api' },
    { clusterName: 'apps-prod', namespace: 'search', serviceAccount: 'adopted', role: 'search-api' },
    {
      clusterName: 'data-dev',
      namespace: 'reports',
      serviceAccount: 'loader',
      role: 'reports-loader',
      tags: { '<b>team</b>': hostile.markup, long: hostile.long, arabic: hostile.arabic },
      policy: JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid: hostile.markup.repeat(200) }] }),
    },
    {
      clusterName: 'apps-prod',
      namespace: 'kube-system',
      serviceAccount: 'ebs-csi',
      role: 'ebs-csi',
      ownerArn: 'arn:aws:eks:eu-central-1:111122223333:addon/apps-prod/aws-ebs-csi-driver/0',
    },
  ].map(({ role: name, ...fields }) => {
    const account = fields.clusterName === 'data-dev' ? '444455556666' : '111122223333';
    return { ...fields, roleArn: role(account, fields.namespace, name) };
  });
  for (let index = 0; index < jobs; index += 1) {
    const serviceAccount = `job-${String(index).padStart(3, '0')}`;
    const roleArn = role('444455556666', 'reports', 'reports-loader');
    associations.push({ clusterName: 'data-dev', namespace: 'reports', serviceAccount, roleArn });
  }
  for (const one of associations) await outside(gateway, ['POST', 'associations'], one);
  await gateway.close();
}

/** What the world has after {@link fillWorld}. */
export interface FilledWorld {
  /** The operation that made `api` in `payments` of `apps-dev`. */
  readonly operationId: string;
  /** A time after the first scan and before all changes. ISO 8601. */
  readonly beforeChanges: string;
}

/**
 * Goes on with the world: associations by the gateway, adopted, with an expiry, and changed and
 * made outside since; a cluster is lost.
 */
export async function fillWorld(gateway: LocalGateway): Promise<FilledWorld> {
  await untilSeen(
    gateway,
    ({ nodes, coverage }) => nodes.length === jobs + 4 && coverage.every(({ isKnown }) => isKnown),
  );
  await outside(gateway, ['DELETE', 'clusters'], {
    accountId: '444455556666',
    region: 'eu-central-1',
    clusterName: 'lost-dev',
  });
  const beforeChanges = new Date().toISOString();
  const api = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' };
  const payments = (name: string) => ({
    roleArn: role('111122223333', 'payments', name),
    tags: [{ key: 'team', value: 'payments' }],
  });
  const operationId = await change(gateway, ['alice', 'Create'], {
    ...api,
    ...payments('payments-api'),
    reason: `For the API. ${hostile.markup}`,
  });
  const expiresAt = new Date(Date.now() + 3 * 86_400_000 + 60_000).toISOString();
  await change(gateway, ['alice', 'Create'], {
    ...api,
    serviceAccount: 'temporary',
    ...payments('payments-api'),
    expiresAt,
  });
  await change(gateway, ['alice', 'Create'], { ...api, serviceAccount: 'worker', ...payments('payments-worker') });
  const { associations: now } = await outside<{
    associations: readonly { readonly associationId: string; readonly serviceAccount: string }[];
  }>(gateway, ['GET', 'associations']);
  const idOf = (name: string) => now.find(({ serviceAccount }) => serviceAccount === name)?.associationId;
  await change(gateway, ['pat', 'Adopt'], { clusterName: 'apps-prod', associationId: idOf('adopted') });
  await outside(gateway, ['PATCH', `associations/${idOf('worker')}`], {
    roleArn: role('111122223333', 'payments', 'payments-api'),
  });
  const late = {
    clusterName: 'apps-dev',
    namespace: 'search',
    serviceAccount: 'late',
    roleArn: role('111122223333', 'search', 'search-api'),
  };
  await outside(gateway, ['POST', 'associations'], late);
  await untilSeen(
    gateway,
    ({ nodes, coverage }) =>
      nodes.length === jobs + 8 &&
      nodes.some(({ serviceAccount, origin }) => serviceAccount === 'worker' && origin === 'OUTSIDE') &&
      coverage.some(({ goneSince }) => goneSince !== null),
  );
  return { operationId, beforeChanges };
}
