import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2, DynamoDBRecord } from 'aws-lambda';
import { makeAuthorizer } from '../../packages/local-gateway/src/http-api/authorizer.ts';
import { newRequestId, toEvent } from '../../packages/local-gateway/src/http-api/event.ts';
import { loadSigningKey } from '../../packages/local-gateway/src/keys.ts';
import { audience, issuer, mintToken, principals } from '../../packages/local-gateway/src/principals.ts';
import type { ExamplePrincipal } from '../../packages/local-gateway/src/principals.ts';

let sequence = 0;

/** A record of the audit table's stream, as Lambda passes it on ("Using AWS Lambda with Amazon DynamoDB" in its developer guide). */
export function streamRecord(
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE',
  image: object,
  more: object = {},
): DynamoDBRecord {
  sequence += 1;
  const { operationId, entryId } = image as Record<string, { S: string }>;
  return {
    ...{ eventID: 'c4ca4238a0b923820dcc509a6f75849b', eventVersion: '1.1', eventSource: 'aws:dynamodb' },
    ...{ awsRegion: 'eu-central-1', eventName },
    eventSourceARN: 'arn:aws:dynamodb:eu-central-1:111122223333:table/audit/stream/2026-11-27T00:00:00.000',
    dynamodb: {
      ...{ ApproximateCreationDateTime: 1_764_000_000, Keys: { operationId, entryId }, SizeBytes: 26 },
      ...{ SequenceNumber: `4421584500000000017450439${sequence}`, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      ...(eventName === 'REMOVE' ? {} : { NewImage: image }),
      ...(eventName === 'INSERT' ? {} : { OldImage: image }),
    },
    ...more,
  } as DynamoDBRecord;
}

const keyFolder = join(import.meta.dirname, '..', '..', '.cache', 'test-keys');

let key: ReturnType<typeof loadSigningKey> | undefined;

/** The key that signs the tokens of events. It is read once, which takes as long as a fifth of a create. */
function loadKey() {
  mkdirSync(keyFolder, { recursive: true });
  return (key ??= loadSigningKey(keyFolder));
}

/** The public keys of the tokens of events, as an issuers file has them. */
export async function testKeys() {
  return (await loadKey()).publicKeys;
}

/** The event of `POST /graphql` with a new token of an example principal. Its claims have the form that API Gateway passes. */
export function jwtEvent(name: string, query: string, variables: object = {}): Promise<APIGatewayProxyEventV2> {
  const principal = principals.find((each) => each.name === name);
  if (!principal) throw new Error(`Unknown example principal ${name}.`);
  return claimsEvent(principal.claims, query, variables);
}

/** The event of `POST /graphql` with a new token of these claims. */
export async function claimsEvent(
  claims: ExamplePrincipal['claims'],
  query: string,
  variables: object = {},
): Promise<APIGatewayProxyEventV2> {
  const key = await loadKey();
  const token = `Bearer ${await mintToken(key, { claims }, { expiresInSeconds: 3_600 })}`;
  const authorization = await makeAuthorizer({ issuer, audience, keys: key.publicKeys })(token);
  if (authorization.kind === 'unauthorized') throw new Error(authorization.description);
  return toEvent({
    api: { accountId: '111122223333', stage: '$default', domainName: 'api.example' },
    routeKey: 'POST /graphql',
    requestId: newRequestId(),
    head: {
      method: 'POST',
      path: '/graphql',
      rawQueryString: '',
      headers: new Map(Object.entries({ authorization: token, 'content-type': 'application/json' })),
      cookies: [],
      sourceIp: '192.0.2.1',
      port: 443,
      protocol: 'HTTP/1.1',
    },
    authorizer: { jwt: { claims: authorization.claims, scopes: authorization.scopes } },
    body: Buffer.from(JSON.stringify({ query, variables })),
    time: Date.now(),
  });
}

/** The event of `POST /iam/graphql` signed by a session of the role `ci-deployer`. */
export async function iamEvent(query: string, variables: object = {}): Promise<APIGatewayProxyEventV2> {
  const event = await jwtEvent('alice', query, variables);
  const { authorization: _, ...headers } = event.headers;
  const iam = {
    accessKey: 'ASIAEXAMPLE',
    accountId: '111122223333',
    callerId: 'AROAEXAMPLE:build-7',
    cognitoIdentity: null,
    principalOrgId: 'o-example',
    userArn: 'arn:aws:sts::111122223333:assumed-role/ci-deployer/build-7',
    userId: 'AROAEXAMPLE:build-7',
  };
  const routeKey = 'POST /iam/graphql';
  const path = '/iam/graphql';
  const requestContext = {
    ...event.requestContext,
    routeKey,
    authorizer: { iam },
    http: { ...event.requestContext.http, path },
  };
  return { ...event, routeKey, rawPath: path, headers, requestContext };
}
