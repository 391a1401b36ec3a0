import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { podIdentityTrustPolicy, readWorld } from '#eks-simulator';
import type { World } from '#eks-simulator';
import { audience, issuer } from '../packages/local-gateway/src/principals.ts';
import { jwtEvent } from '../test/support/lambda-event.ts';

/**
 * What every benchmark creates. The simulated EKS has the cluster and the role, and policy permits
 * it to alice.
 */
export const association = {
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'api',
  roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-api',
};

const document = /* GraphQL */ `
  mutation ($input: CreatePodIdentityAssociationInput!) {
    create: createPodIdentityAssociation(input: $input) {
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
      }
      replayed
    }
  }
`;

const tinyDocument = 'mutation ($input: CreateInput!) { create(input: $input) { status associationId } }';

/** A create by alice with a new token. */
export function createEvent(fields: object = {}): Promise<APIGatewayProxyEventV2> {
  const tags = [{ key: 'team', value: 'payments' }];
  const input = { ...association, tags, clientRequestToken: randomUUID(), ...fields };
  return jwtEvent('alice', document, { input });
}

/** The same for `bench/naive/tiny.ts`. */
export function tinyCreateEvent(): Promise<APIGatewayProxyEventV2> {
  return jwtEvent('alice', tinyDocument, { input: { ...association, clientRequestToken: randomUUID() } });
}

/**
 * How many service accounts have a role of their own in the simulated EKS: `sa0`, `sa1` and so on.
 */
export const serviceAccounts = 40_000;

/** The fields of a create for one of these service accounts. */
export function ofServiceAccount(index: number) {
  const serviceAccount = `sa${index}`;
  return { serviceAccount, roleArn: `arn:aws:iam::111122223333:role/pods/payments/payments-${serviceAccount}` };
}

/**
 * The shipped world with a role for each of many service accounts, so that each create of a
 * benchmark has one of its own.
 */
export function manyRoles(): World {
  const world = readWorld();
  const roles = Array.from({ length: serviceAccounts }, (_, index) => ({
    arn: `arn:aws:iam::111122223333:role/pods/payments/payments-sa${index}`,
    trustPolicy: podIdentityTrustPolicy,
  }));
  return { ...world, roles: [...world.roles, ...roles] };
}

/** The variables of a function under measurement. */
export function functionEnvironment(
  endpoints: Readonly<Record<'eks' | 'dynamoDb' | 'sts' | 'certificate', string>>,
  bundle: string,
) {
  const dist = bundle.slice(0, bundle.lastIndexOf('/'));
  return {
    PATH: process.env.PATH ?? '',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
    AWS_ENDPOINT_URL_EKS: endpoints.eks,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamoDb,
    AWS_ENDPOINT_URL_STS: endpoints.sts,
    NODE_EXTRA_CA_CERTS: endpoints.certificate,
    HOME_ACCOUNT_ID: '111122223333',
    IDEMPOTENCY_TABLE: 'idempotency',
    // The first builds call it so.
    TOKENS_TABLE: 'idempotency',
    AUDIT_TABLE: 'audit',
    POLICIES_DIRECTORY: `${dist}/policies`,
    // Earlier builds do not look for it beside the policies.
    ISSUERS_FILE: `${dist}/issuers.json`,
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: audience,
    API_ID: 'local',
    API_STAGE: '$default',
    // All requests are those of one principal.
    PRINCIPAL_REQUESTS_PER_SECOND: '0',
  };
}
