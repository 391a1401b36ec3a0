import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';
import { parseIssuers } from '../../src/app/issuers.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import type { Inventory } from '../../src/policy/inventory/inventory.ts';
import { readInventoryText } from '../../src/policy/load.ts';

/** Where there is no inventory to take it from. */
const exampleAccountId = '111122223333';

/** The API of the create, and its audience where the package has no issuers. */
const api = { apiId: 'build', stage: '$default' };
const defaultAudience = 'build';

/** The issuers of the package, beside its policies. */
function issuersFileOf(policies: string): string {
  return join(policies, '..', 'issuers.json');
}

/**
 * Issuer and audience of the create: the first of the package, as the function rejects packaged
 * issuers other than its own.
 */
function issuerOf(policies: string): { readonly issuer: string; readonly audience: string } {
  const [first] = parseIssuers(readFileSync(issuersFileOf(policies), 'utf8'));
  return { issuer: first?.issuer ?? 'https://issuer.invalid', audience: first?.audiences[0] ?? defaultAudience };
}

/** The variables of a function of this package, with all of AWS at one endpoint. */
export function environmentFor(policies: string, awsUrl: string): Record<string, string> {
  const { issuer, audience } = issuerOf(policies);
  const home = homeOf(parseInventory(readInventoryText(policies)));
  return {
    AWS_REGION: home?.regions[0] ?? 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'build',
    AWS_SECRET_ACCESS_KEY: 'build',
    AWS_ENDPOINT_URL: awsUrl,
    HOME_ACCOUNT_ID: home?.accountId ?? exampleAccountId,
    IDEMPOTENCY_TABLE: 'idempotency',
    AUDIT_TABLE: 'audit',
    POLICIES_DIRECTORY: policies,
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: audience,
    // Keys could be packaged for this issuer, or fetched from it; the token of the create has no
    // signature.
    JWT_VERIFICATION: 'off',
    API_ID: api.apiId,
    API_STAGE: api.stage,
  };
}

/** The account of the gateway, as far as the inventory tells it. */
function homeOf({ accounts }: Inventory) {
  return accounts.find(({ roleArn }) => roleArn === null) ?? accounts[0];
}

const document = /* GraphQL */ `
  mutation ($input: CreatePodIdentityAssociationInput!) {
    createPodIdentityAssociation(input: $input) {
      status
      association {
        associationId
        namespace
        serviceAccount
        roleArn
      }
      refusal {
        code
        message
        advice
      }
      replayed
      retryAfterSeconds
    }
  }
`;

/**
 * A create in the first namespace of the inventory by one of its owners, with a role by convention.
 */
export function createEvent(policies: string): APIGatewayProxyEventV2WithJWTAuthorizer {
  const inventory = parseInventory(readInventoryText(policies));
  const { owners } = namespaceOf(inventory);
  const { issuer: iss, audience: aud } = issuerOf(policies);
  const claims = { iss, aud, sub: 'build', exp: 4_000_000_000, groups: owners };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const authorization = `Bearer ${encode({ alg: 'none' })}.${encode(claims)}.${encode({})}`;
  const time = Date.now();
  return {
    version: '2.0',
    routeKey: 'POST /graphql',
    rawPath: '/graphql',
    rawQueryString: '',
    headers: { authorization, 'content-type': 'application/json' },
    requestContext: {
      accountId: homeOf(inventory)?.accountId ?? exampleAccountId,
      ...api,
      authorizer: {
        principalId: '',
        integrationLatency: 0,
        // API Gateway passes claims as text.
        jwt: { claims: { ...claims, exp: String(claims.exp), groups: `[${owners.join(' ')}]` }, scopes: [] },
      },
      domainName: 'build.invalid',
      domainPrefix: 'build',
      http: { method: 'POST', path: '/graphql', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'build' },
      requestId: 'build',
      routeKey: 'POST /graphql',
      time: new Date(time).toUTCString(),
      timeEpoch: time,
    },
    body: JSON.stringify({ query: document, variables: { input: inputFor(inventory) } }),
    isBase64Encoded: false,
  };
}

function inputFor(inventory: Inventory): object {
  const { name } = namespaceOf(inventory);
  const cluster = inventory.clusters[0] ?? {
    accountId: exampleAccountId,
    region: 'eu-central-1',
    clusterName: 'build',
  };
  const path = (inventory.rolePaths[0] ?? '/pods/{namespace}/').replaceAll('{namespace}', name);
  const { accountId, region, clusterName } = cluster;
  return {
    accountId,
    region,
    clusterName,
    namespace: name,
    serviceAccount: 'build',
    roleArn: `arn:aws:iam::${accountId}:role${path}${name}-build`,
    tags: [{ key: 'team', value: name }],
    clientRequestToken: 'build',
  };
}

/** A namespace with owners; its name can be a pattern in the inventory. */
function namespaceOf({ namespaces }: Inventory): { readonly name: string; readonly owners: readonly string[] } {
  const found = namespaces.find(({ name, owners }) => owners.length > 0 && !name.endsWith('*'));
  return found ?? { name: 'build', owners: ['build'] };
}
