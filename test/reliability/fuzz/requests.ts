import { createDocument, deleteDocument, updateDocument } from '../../support/documents.ts';
import { home, input, roleArn } from '../../support/gateway.ts';
import type { Random } from '../processes/random.ts';
import { hostileValue, mutateValue } from './values.ts';

/** A request of a client, before it is put into an event. */
export interface FuzzedRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Name of the example principal. */
  readonly as: string;
}

interface GraphqlRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const cluster = { clusterName: input.clusterName, ...home };
const associationId = 'a-0123456789abcdefg';
const entry =
  'id time event operation { id status entries { event } } before { roleArn } request { policy tags { key } }';
const page = 'edges { cursor } pageInfo { hasNextPage endCursor }';

/** A request for each field of the schema, which the gateway accepts. */
function validRequests(random: Random): readonly GraphqlRequest[] {
  const number = random.between(0, 50);
  const clientRequestToken = `token-${number}`;
  const create = {
    ...input,
    ...home,
    serviceAccount: `sa-${number}`,
    clientRequestToken,
    reason: 'fuzz',
  };
  const large = {
    tags: Array.from({ length: 49 }, (_, index) => ({ key: `${index}${'k'.repeat(120)}`, value: 'v'.repeat(250) })),
    disableSessionTags: true,
    policy: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 's3:*', Resource: '*' }] }),
    reason: 'r'.repeat(1_000),
  };
  const change = { ...cluster, associationId, expectedModifiedAt: '2026-11-24T10:00:00Z', clientRequestToken };
  const update = { ...change, roleArn: roleArn('payments/payments-worker'), policy: null };
  const check = (kind: string, value: object): GraphqlRequest => ({
    query: `query ($input: ${kind}PodIdentityAssociationInput!) { check${kind}PodIdentityAssociation(input: $input) {
      wouldBeAttempted refusal { code retryable } differences { field } } }`,
    variables: { input: value },
  });
  return [
    { query: createDocument, variables: { input: create } },
    { query: createDocument, variables: { input: { ...create, ...large } } },
    { query: updateDocument, variables: { input: update } },
    { query: deleteDocument, variables: { input: change } },
    check('Create', create),
    check('Update', update),
    check('Delete', change),
    {
      query: `query ($scope: AuditScope!, $since: DateTime, $events: [AuditEvent!], $first: Int, $after: String) {
        auditTrail(scope: $scope, since: $since, events: $events, first: $first, after: $after) { nodes { ${entry} } ${page} } }`,
      variables: {
        scope: random.oneOf<object>([
          { principalId: 'https://issuer.example#alice' },
          { cluster: { clusterName: input.clusterName, namespace: 'payments' } },
          {
            associationArn: `arn:aws:eks:${home.region}:${home.accountId}:podidentityassociation/apps-dev/${associationId}`,
          },
          { gateway: 'ALL_ENTRIES' },
        ]),
        since: '2026-11-24T10:00:00Z',
        events: ['DENIED', 'SUCCEEDED'],
        first: random.oneOf([5, 100]),
      },
    },
    {
      query: `query ($clusterName: String!, $namespace: String, $first: Int, $roleArn: String) {
        podIdentityAssociations(clusterName: $clusterName, namespace: $namespace, first: $first, roleArn: $roleArn) {
          nodes { id roleArn auditTrail(first: 1) { nodes { id } } } ${page} } }`,
      variables: { clusterName: input.clusterName, namespace: 'payments', first: 2 },
    },
    {
      query: `query ($clusterName: String = "apps-dev", $id: ID!) {
        associationDrift(clusterName: $clusterName, first: 2) { nodes { kind } ${page} }
        namespaces(clusterName: $clusterName) { nodes { name owners } }
        clusters { nodes { clusterName } } gateway { version }
        node(id: $id) { id __typename } auditEntry(id: $id) { ${entry} } operation(id: $id) { status }
        podIdentityAssociation(clusterName: $clusterName, associationId: "${associationId}") { id } }`,
      variables: { id: '01KAV5D2F8Q4T7W0Y3Z6B9E1HJ' },
    },
    {
      query: `query ($namespace: String!, $tags: [TagInput!]) { viewer { id groups } bindableRoles(clusterName: "apps-dev",
        namespace: $namespace, serviceAccount: "api", tags: $tags, onBehalfOf: null, includeDenied: true, afterRoleArn: "")
        { roleArn permission violations { policyId } needs { group } } }`,
      variables: { namespace: 'payments', tags: input.tags },
    },
    { query: '{ __schema { types { name fields { name } } } }', variables: {} },
  ];
}

const fragments: readonly string[] = [
  '{',
  '}',
  '(',
  '"',
  '"""',
  '@skip(if: $x)',
  '@include(if: "x")',
  '...F',
  'fragment F on Query { ...F }',
  'fragment F on Query { viewer { id } }',
  'subscription { viewer { id } }',
  'mutation { __typename }',
  'query A { __typename }',
  '# comment\n',
  '\ufeff',
  '\u0000',
  '$x',
  ': ',
  'null',
  '1e999',
  '-',
  'a: __typename',
  '__proto__',
  'constructor',
  '\ud800',
  '['.repeat(1_500),
  '{ a '.repeat(800),
  'x: viewer { id } '.repeat(20),
  'viewer { id } '.repeat(1_700),
];

/** The document with a part inserted, removed or repeated. */
function mutateDocument(random: Random, query: string): string {
  // Mostly between two tokens, so that fewer documents fail in the parser.
  const any = random.between(0, query.length);
  const from = random.chance(0.7) ? Math.max(0, query.indexOf(' ', any)) : any;
  const to = Math.min(query.length, from + random.between(0, 30));
  const inserted = random.oneOf(['', random.oneOf(fragments), query.slice(from, to).repeat(2)]);
  return `${query.slice(0, from)}${inserted}${query.slice(to)}`;
}

const methods = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'post', ''];
const types = ['text/plain', 'application/graphql', 'application/json; charset=latin1', ';', '', 'multipart/form-data'];
const accepts = [
  '*/*',
  'image/png',
  'text/html',
  'application/graphql-response+json',
  'multipart/mixed; deferSpec=20220824',
  '\u00ff',
];
const bodies = [
  '',
  ' ',
  'null',
  '[]',
  '1',
  '"x"',
  '{',
  '{"query":',
  '\ufeff{}',
  '{"query": null}',
  '[{"query": "{ __typename }"}]',
];

/** A request that differs from a valid one in one to three places. */
export function fuzzedRequest(random: Random): FuzzedRequest {
  const as = random.oneOf(['alice', 'bob', 'pat', 'olivia', 'chatops', 'alice-via-chatops']);
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  let method = 'POST';
  let { query, variables }: GraphqlRequest = random.oneOf(validRequests(random));
  let extra: Record<string, unknown> = {};
  let text: string | null = null;
  for (let changes = random.between(1, 3); changes > 0; changes -= 1) {
    const place = random.between(0, 99);
    if (place < 66) variables = asRecord(mutateValue(random, variables));
    else if (place < 84) query = mutateDocument(random, query);
    else if (place < 90)
      extra = {
        ...extra,
        [random.oneOf(['operationName', 'variables', 'query', 'extensions', 'x'])]: hostileValue(random),
      };
    else if (place < 92)
      extra = { ...extra, extensions: { persistedQuery: mutateValue(random, { version: 1, sha256Hash: 'ab' }) } };
    else if (place < 95) text = random.oneOf(bodies);
    else if (place < 97) method = random.oneOf(methods);
    else if (place < 99) headers['content-type'] = random.oneOf(types);
    else headers.accept = random.oneOf(accepts);
  }
  return { method, headers, as, body: text ?? JSON.stringify({ query, variables, ...extra }) };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : { input: value };
}
