import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isKnown } from '../../packages/operator/src/lock/change-locks.ts';
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import { startAnsweringServer } from '../support/answering-server.ts';
import { fullParams, homeAccount, operatorRoles, otherAccount, paramArguments } from '../support/deployment.ts';
import { openService, properties } from '../support/lambda-package.ts';
import type { Template } from '../support/lambda-package.ts';
import { dynamoDbClient } from '../support/ledgers.ts';
import { lockOperations } from '../support/locks.ts';
import { names } from './organization-rows.ts';
import { resolveIn } from '../support/resolve-template.ts';
import { allServicePolicies } from '../support/service-control-policies.ts';
import { administrator, roleOf } from '../support/simulate.ts';
import type { PolicyDocument, SimulatedPrincipal, SimulatedRequest } from '../support/simulate.ts';
import { readYamlTemplate } from '../support/yaml-template.ts';

const root = join(import.meta.dirname, '..', '..');
const region = 'eu-central-1';
const stack = 'pod-identity-gateway-prod';
const context = { accountId: homeAccount, region, stack };
const tableArn = `arn:aws:dynamodb:${region}:${homeAccount}:table/`;

export type Organization = Awaited<ReturnType<typeof openOrganization>>;

const actors = [
  ...['administrator', 'break-glass', 'stack sets', 'deployer', 'operator', 'publisher'],
  ...['graphql', 'executor', 'expire-delete', 'reconcile', 'release'],
  ...['role to change', 'role of expiries', 'role to read'],
] as const;

/** Whose own policies permit everything, in every account. */
const everywhere: readonly Actor[] = ['administrator', 'break-glass', 'stack sets'];

/** The roles that the documents name. */
export type Actor = 'operator of Identity Center' | (typeof actors)[number];

/**
 * The organization of the tests, with everything that decides about a request: the packaged template with its tables' policies,
 * the documented policies of the roles, and both service control policies.
 */
export async function openOrganization() {
  const service = await openService({ isOwn: true });
  const { template } = await service.makePackage(['--stage', 'prod', ...paramArguments(fullParams)]);
  await service.close();
  const servicePolicies = allServicePolicies();
  const principals = principalsOf(template);

  /** A principal under the service control policies. One with every right is in the account of the resource. */
  const principal = (actor: Actor, resource: string): SimulatedPrincipal => {
    const { arn, policies } = principals[actor];
    const owner = resource.split(':')[4] ?? '';
    return {
      arn: everywhere.includes(actor) && owner !== '' ? arn.replace(homeAccount, owner) : arn,
      policies,
      servicePolicies,
    };
  };
  const types = new Set(Object.values(template.Resources).map(({ Type }) => Type));
  return {
    types,
    actors,
    principal,
    policyOf: policiesOf(template),
    callsOfLock,
    operatorPaths: operatorRoles.map(pathOf),
  };
}

const pathOf = (arn: string) => arn.replace(/^.*:role\//, '');

function principalsOf(template: Template): Readonly<Record<Actor, SimulatedPrincipal>> {
  const every = (path: string) => ({ ...administrator(homeAccount), arn: `arn:aws:iam::${homeAccount}:role/${path}` });
  const operator = { arn: operatorRoles[0], policies: [operatorPolicy()] };
  return {
    administrator: every('administrator'),
    'break-glass': every('break-glass'),
    'stack sets': every('AWSCloudFormationStackSetExecutionRole'),
    deployer: { arn: every('pod-identity-gateway-deployer-prod-eu-central-1').arn, policies: deployerPolicies() },
    operator,
    'operator of Identity Center': { ...operator, arn: operatorRoles[1] },
    // The policy of the table permits it what it does.
    publisher: { arn: fullParams.policyPublisherRoleArn, policies: [] },
    graphql: roleOf(template, 'GraphqlRole', context),
    executor: roleOf(template, 'ExecutorRole', context),
    'expire-delete': roleOf(template, 'ExpireDeleteRole', context),
    reconcile: roleOf(template, 'ReconcileRole', context),
    release: roleOf(template, 'ReleaseRole', context),
    'role to change': roleElsewhere('ChangeRole', 'pod-identity-gateway-prod-eu-central-1-change'),
    'role of expiries': roleElsewhere('ExpireRole', 'pod-identity-gateway-prod-eu-central-1-expire'),
    'role to read': roleElsewhere('ReadRole', 'pod-identity-gateway-prod-eu-central-1-read'),
  };
}

/** The policy of an operator in docs/incidents.md, for this deployment. */
function operatorPolicy(): PolicyDocument {
  const page = readFileSync(join(root, 'docs', 'incidents.md'), 'utf8');
  const [, text] = /```json\n([^]*?)```/.exec(page) ?? [];
  const values = { REGION: region, 'ACCOUNT-ID': homeAccount, STAGE: 'prod', 'TABLE-KEY-ARN': fullParams.tableKeyArn };
  const filled = Object.entries(values).reduce((all, [name, value]) => all.replaceAll(name, value), text ?? '');
  return JSON.parse(filled) as PolicyDocument;
}

function deployerPolicies(): PolicyDocument[] {
  const deployer = readYamlTemplate(join(root, 'deploy', 'iam', 'deployer.yml'));
  const parameters = {
    ...{ Stage: 'prod', Repository: 'corp/gateway', Environment: 'prod', RolePath: 'pods/*' },
    Boundary: `arn:aws:iam::${homeAccount}:policy/pod-identity-gateway-boundary-prod`,
  };
  return Object.entries(deployer.Resources)
    .filter(([name, { Type }]) => Type === 'AWS::IAM::ManagedPolicy' && name !== 'Boundary')
    .map(([name]) => properties(deployer, name).PolicyDocument)
    .map((document) => resolveIn(deployer, { ...context, parameters }, document) as PolicyDocument);
}

function roleElsewhere(logicalId: string, name: string): SimulatedPrincipal {
  const template = readYamlTemplate(join(root, 'deploy', 'iam', 'other-account.yml'));
  const parameters = {
    ...{ GatewayAccountId: homeAccount, GatewayRegion: region, GatewayStage: 'prod', RolePath: 'pods/*' },
    RequireSourceIdentity: 'true',
  };
  const { policies } = roleOf(template, logicalId, { ...context, accountId: otherAccount, parameters });
  return { arn: `arn:aws:iam::${otherAccount}:role/pod-identity-gateway/${name}`, policies };
}

/** Gives the policy of a table, of the key that signs the log, and of the log's bucket, by its ARN; undefined for other resources. */
function policiesOf(template: Template) {
  const documentOf = (resource: string): unknown => {
    if (resource === names.signingKey) return properties(template, 'CheckpointKey').KeyPolicy;
    if (resource.includes('-traillogbucket-')) return properties(template, 'TrailLogBucketPolicy').PolicyDocument;
    const [, name] = /table\/pod-identity-gateway-prod-(\w+)$/.exec(resource) ?? [];
    if (name === undefined) return undefined;
    return (properties(template, name).ResourcePolicy as { PolicyDocument: object }).PolicyDocument;
  };
  return (resource: string): PolicyDocument | undefined => {
    const document = documentOf(resource);
    return document === undefined ? undefined : (resolveIn(template, context, document) as PolicyDocument);
  };
}

/** What the command sends to DynamoDB to set a lock and to check names, as IAM sees it. */
async function callsOfLock(): Promise<SimulatedRequest[]> {
  const server = await startAnsweringServer((response) =>
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}'),
  );
  const client = dynamoDbClient({ endpoint: server.endpoint });
  const tables = { idempotencyTable: `${stack}-IdempotencyTable`, auditTable: `${stack}-AuditTable` };
  const ledger = makeDynamoDbLedger({ client, ...tables });
  const principal = { kind: 'PRINCIPAL', principalId: 'https://issuer.example#alice' } as const;
  const cluster = { kind: 'CLUSTER', accountId: homeAccount, region, clusterName: 'apps-dev' } as const;
  const deps = { ledger, clock: Date.now, ulid: () => '' };
  await lockOperations(ledger).lock(principal);
  for (const scope of [principal, cluster]) await isKnown(deps, scope);
  ledger.close();
  await server.stop();
  return server.seen.flatMap(({ headers, body }) => requestsOf(String(headers['x-amz-target']), JSON.parse(body)));
}

interface Call {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly TransactItems?: readonly { readonly Put: Call }[];
}
type Item = Readonly<Record<string, { readonly S?: string }>>;

function requestsOf(target: string, call: Call): SimulatedRequest[] {
  const operation = target.replace(/^.*\./, '');
  if (operation === 'TransactWriteItems') {
    return (call.TransactItems ?? []).flatMap(({ Put }) => {
      const [request] = requestsOf('.PutItem', Put);
      const context = { ...request?.context, 'dynamodb:EnclosingOperation': operation };
      return request ? [{ ...request, context }] : [];
    });
  }
  const { TableName = '', IndexName, Key, Item } = call;
  const { idempotencyKey, operationId } = Key ?? Item ?? {};
  const key = (idempotencyKey ?? operationId)?.S;
  const resource = `${tableArn}${TableName}${IndexName === undefined ? '' : `/index/${IndexName}`}`;
  return [
    { action: `dynamodb:${operation}`, resource, context: key === undefined ? {} : { 'dynamodb:LeadingKeys': [key] } },
  ];
}
