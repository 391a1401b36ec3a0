import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const examples = join(import.meta.dirname, '..', '..', 'policies');

/** The account of the gateway in `ownInventory`, and another one that it serves. */
export const homeAccount = '222233334455';
export const otherAccount = '333344445566';

/** The gateway that these inventories belong to. */
const gateway = { stage: 'prod', region: 'eu-central-1' };

/** The roles of the operators: one of the organization, and one of IAM Identity Center. */
export const operatorRoles = [
  `arn:aws:iam::${homeAccount}:role/ops/gateway-operator`,
  `arn:aws:iam::${homeAccount}:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_GatewayOperator_0123456789abcdef`,
] as const;

/** A role of deploy/iam/other-account.yml. */
function servedRole(
  accountId: string,
  { stage, region }: typeof gateway,
  access: 'change' | 'expire' | 'read',
): string {
  return `arn:aws:iam::${accountId}:role/pod-identity-gateway/pod-identity-gateway-${stage}-${region}-${access}`;
}

/** The roles of the other account: one to change, one for expiries, one to read. */
export const changeRole = servedRole(otherAccount, gateway, 'change');
export const expiryRole = servedRole(otherAccount, gateway, 'expire');
export const readRole = servedRole(otherAccount, gateway, 'read');

/**
 * The shipped inventory without its example account and issuer, with other accounts and a number of clusters in each of them,
 * for the gateway of a stage and region.
 */
export function inventoryWith(accountIds: readonly string[], clustersEach = 0, of = gateway): string {
  const shipped = JSON.parse(own(readFileSync(join(examples, 'inventory.json'), 'utf8'))) as { clusters: object[] };
  const accounts = accountIds.map((accountId, index) => ({
    ...{ accountId, name: index === 0 ? 'data' : `data-${index}`, regions: ['eu-central-1'] },
    ...{ roleArn: servedRole(accountId, of, 'change'), readRoleArn: servedRole(accountId, of, 'read') },
  }));
  const clusters = accountIds.flatMap((accountId) =>
    Array.from({ length: clustersEach }, (_, index) => ({
      ...{ accountId, region: 'eu-central-1', clusterName: `apps-${index}`, environment: 'production' },
    })),
  );
  const home = { accountId: homeAccount, name: 'apps', regions: ['eu-central-1', 'eu-west-1'] };
  return JSON.stringify(
    { ...shipped, accounts: [home, ...accounts], clusters: [...shipped.clusters, ...clusters] },
    null,
    2,
  );
}

/** The inventory of an organization with two accounts. */
export const ownInventory = inventoryWith([otherAccount]);

function own(text: string): string {
  return text
    .replaceAll('111122223333', homeAccount)
    .replaceAll('444455556666', '444455556677')
    .replaceAll('issuer.example', 'login.corp.dev')
    .replaceAll('example.com', 'corp.dev');
}

/** Writes the shipped policies and their cases to a folder, without example accounts and issuers. */
export function writeOwnPolicies(folder: string): void {
  cpSync(examples, folder, { recursive: true });
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    const file = join(folder, name);
    if (statSync(file).isFile()) writeFileSync(file, own(readFileSync(file, 'utf8')));
  }
}

/** The issuers file of the organization: its issuer, with a public key. */
export const ownIssuers = JSON.stringify([
  {
    issuer: 'https://login.corp.dev/realms/platform',
    audiences: ['gateway', 'pods'],
    jwks: { keys: [{ kty: 'RSA', n: 'AQAB', e: 'AQAB' }] },
  },
]);

const key = '11111111-2222-3333-4444-555555555555';

/** Parameters that a deployment outside the stage dev needs. */
export const neededParams = {
  jwtIssuer: 'https://login.corp.dev/realms/platform',
  jwtAudience: 'gateway',
  otherAccounts: 'organization',
  operatorRoleArns: operatorRoles.join(','),
};

/** Every parameter with a value that switches its option on. */
export const fullParams = {
  ...neededParams,
  jwtAudience: 'gateway,pods,https://gateway.corp.dev',
  jwtAuthorizer: 'function',
  jwtVerification: 'on',
  jwtGroupsClaim: 'cognito:groups',
  jwtScopesClaim: 'scp',
  rolePath: 'pods/*,teams/*',
  corsOrigins: 'https://console.corp.dev,http://localhost:5173',
  alarmTopicArn: `arn:aws:sns:eu-central-1:${homeAccount}:alarms`,
  logRetentionInDays: '30',
  tags: 'team=platform,cost-center=42',
  permissionsBoundaryArn: `arn:aws:iam::${homeAccount}:policy/boundary`,
  breakGlassRoleArn: `arn:aws:iam::${homeAccount}:role/break-glass`,
  erasureRoleArn: `arn:aws:iam::${homeAccount}:role/pod-identity-gateway-prod-eraser`,
  policySource: 'table',
  policyPublisherRoleArn: `arn:aws:iam::${homeAccount}:role/pod-identity-gateway-prod-policy-publisher`,
  tableKeyArn: `arn:aws:kms:eu-central-1:${homeAccount}:key/${key}`,
  eventBusArn: `arn:aws:events:eu-central-1:${homeAccount}:event-bus/platform`,
  webhookUrl: 'https://hooks.corp.dev/pod-identity',
  webhookSecretArn: `arn:aws:secretsmanager:eu-central-1:${homeAccount}:secret:webhook-a1b2c3`,
  checkpointLockMode: 'COMPLIANCE',
  checkpointLockDays: '400',
  checkpointKeyArn: `arn:aws:kms:eu-central-1:${homeAccount}:key/${key.replace('1111', '7777')}`,
  deletionProtection: 'true',
  trafficShift: 'Canary10Percent5Minutes',
  apiRateLimit: '200',
  apiBurstLimit: '400',
  graphqlConcurrency: '50',
  graphqlMemory: '2048',
  reconcileMemory: '1024',
  scanMemory: '1024',
  expireMemory: '1024',
  domainName: 'gateway.corp.dev',
  certificateArn: `arn:aws:acm:eu-central-1:${homeAccount}:certificate/${key}`,
  defaultEndpoint: 'false',
  codeSigningConfigArn: `arn:aws:lambda:eu-central-1:${homeAccount}:code-signing-config:csc-0123456789abcdefg`,
  executorRole: 'true',
  pageClientId: 'pod-identity-page',
  pageScope: 'openid offline_access',
  pageAudience: 'gateway',
  pageResource: 'https://gateway.corp.dev',
  commandClientId: 'pod-identity',
  pageConnectOrigins: 'https://tokens.corp.dev',
  architecture: 'x86_64',
  tracing: 'Active',
};

/** Parameters as arguments of the framework. */
export function paramArguments(params: Readonly<Record<string, string>>): string[] {
  return Object.entries(params).map(([name, value]) => `--param=${name}=${value}`);
}
