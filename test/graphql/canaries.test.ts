import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { assertObjectType, buildSchema } from 'graphql';
import { readTools } from '../../examples/mcp-server/src/read-tools.ts';
import { makeRequestTokens } from '../../examples/mcp-server/src/request-tokens.ts';
import { trailTools } from '../../examples/mcp-server/src/trail-tools.ts';
import { bearer, makeGatewayClient, pageLink } from '../../packages/client/src/index.ts';
import { ocsfEvent } from '../../packages/operator/src/export/ocsf.ts';
import { eventOf, isSelected } from '../../src/events/event.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { makeLog } from '../../src/runtime/log.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { createDocument, updateDocument } from '../support/documents.ts';
import { input, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { approvalIn, approvalsOf, claimsOf, held, withApprovals } from '../support/held-requests.ts';
import type { Who } from '../support/held-requests.ts';
import { claimsEvent } from '../support/lambda-event.ts';
import { wholeSelection } from './whole-selection.ts';

/** A text that occurs nowhere else. Each place of a request has its own, so that a leak names its source. */
const canary = (place: string) => `CANARY-${place}-7f3a`;

let ledger: Ledger;
let gateway: Gateway;
let stored: AuditEntry[];
let logLines: string[];

beforeAll(async () => {
  ledger = makeSqliteLedger({ file: ':memory:' });
  const recording: Ledger = {
    ...ledger,
    appendEntry: (entry) => {
      stored.push(entry);
      return ledger.appendEntry(entry);
    },
  };
  const log = makeLog((line) => logLines.push(line));
  gateway = await openGateway({ ledger: recording, change: (deps) => ({ ...deps, log }) });
});

beforeEach(() => {
  stored = [];
  logLines = [];
});

afterAll(async () => {
  await gateway.close();
  ledger.close();
});

/** Headers that a client may send, each with a canary. The user agent is recorded on purpose. */
const headers = Object.fromEntries(
  [
    'cookie',
    'x-api-key',
    'x-custom',
    'referer',
    'accept-language',
    'x-forwarded-for',
    'x-amzn-trace-id',
    'if-match',
  ].map((name) => [name, canary(name)]),
);

async function post(body: unknown, more: Record<string, string> = {}, as = 'alice') {
  const authorization = `Bearer ${await gateway.tokenOf(as)}`;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await gateway.post(text, { authorization, ...headers, ...more });
  return response.text();
}

/** The canaries in a text, without repetition. */
function found(text: string): string[] {
  return [...new Set(text.match(/CANARY-[\w.-]+?-7f3a/g))].sort();
}

/** The fields of the input of a create, each with a canary that GraphQL accepts and validation refuses. */
const refused = {
  clusterName: canary('clusterName!'),
  accountId: canary('accountId'),
  region: canary('region'),
  namespace: canary('namespace'),
  serviceAccount: canary('serviceAccount'),
  roleArn: canary('roleArn'),
  targetRoleArn: canary('targetRoleArn'),
  clientRequestToken: `${canary('token')}\n`,
  policy: JSON.stringify({
    Version: canary('policy-version'),
    Statement: [{ Sid: canary('policy-sid'), Effect: 'x' }],
  }),
  tags: [{ key: `aws:${canary('tag-key')}`, value: `${canary('tag-value')}\n` }],
  reason: `${canary('reason')}${'x'.repeat(2_000)}`,
  onBehalfOf: `${canary('onBehalfOf')}${'x'.repeat(2_000)}`,
};

/** Every value of the wrong type, around a canary. */
const mistyped = (place: string): [string, unknown][] => [
  ['an object', { [canary(`${place}-key`)]: canary(place) }],
  ['a list', [canary(place), { a: canary(place) }]],
  ['a list in a list', [[canary(place)]]],
];

describe('values of the wrong type', () => {
  const fields = Object.keys(refused).flatMap((field) =>
    mistyped(field).map(([kind, value]): [string, string, unknown] => [kind, field, value]),
  );

  test.each(fields)('%s in %s is in no answer, no line of the log and no entry', async (_, field, value) => {
    const variables = { input: { ...input, clientRequestToken: 'canary', [field]: value } };
    const answer = await post({ query: createDocument, variables });
    expect(answer).toContain('BAD_USER_INPUT');
    expect(answer).toContain(`input.${field}`);
    // The name of an unknown field of a tag is told to the client who sent it.
    expect(found(answer).filter((name) => !name.includes('-key-'))).toEqual([]);
    expect(found(logLines.join(''))).toEqual([]);
    expect(logLines.join('')).toContain(`input.${field}`);
    expect(stored).toEqual([]);
  });

  test.each([
    ['a string for a number', '{ clusters(first: "CANARY-x-7f3a") { nodes { region } } }'],
    ['an object for a string', '{ node(id: {a: "CANARY-x-7f3a"}) { id } }'],
    ['a list in a list', '{ node(id: [["CANARY-x-7f3a"]]) { id } }'],
    ['a string for an enum', '{ auditTrail(scope: {principalId: "x"}, events: ["CANARY-x-7f3a"]) { nodes { id } } }'],
    ['an enum for a string', 'mutation { deletePodIdentityAssociation(input: {clusterName: CANARY7f3a}) { status } }'],
    ['a string for a timestamp', '{ auditTrail(scope: {principalId: "x"}, since: "CANARY-x-7f3a") { nodes { id } } }'],
    ['a string for a condition', '{ viewer @include(if: "CANARY-x-7f3a") { id } }'],
    [
      'a default of the wrong type',
      'query ($first: Int = "CANARY-x-7f3a") { clusters(first: $first) { nodes { region } } }',
    ],
    ['a policy pasted into the document', 'mutation { x(policy: "{"Version": "CANARY-x-7f3a"}") }'],
    ['a text without an end', '{ node(id: "CANARY-x-7f3a'],
    ['a value for an input object', 'mutation { createPodIdentityAssociation(input: "CANARY-x-7f3a") { status } }'],
  ])('%s in the document is in no answer and no line of the log', async (_, query) => {
    const answer = await post({ query });
    expect(answer).toMatch(/GRAPHQL_(PARSE|VALIDATION)_FAILED/);
    expect(answer).toMatch(/line 1, column \d+/);
    expect(`${answer}${logLines.join('')}`).not.toContain('CANARY');
  });

  test('a variable whose value does not fit an argument is in no answer and no line of the log', async () => {
    const query = 'query ($name: String = "CANARY-default-7f3a") { namespaces(clusterName: $name) { nodes { name } } }';
    const answer = await post({ query, variables: { name: null, other: canary('unused-variable') } });
    expect(answer).toContain('The argument clusterName is not valid');
    expect(found(`${answer}${logLines.join('')}`)).toEqual([]);
  });

  test.each([
    ['a body that is not JSON', '{"query": "CANARY-body-7f3a'],
    ['a body that is a text', '"CANARY-body-7f3a"'],
    ['a name of an operation that does not exist', { query: '{ __typename }', operationName: canary('operation') }],
    ['a hash of a persisted query', { extensions: { persistedQuery: { version: 1, sha256Hash: canary('hash') } } }],
    ['variables that are a text', { query: '{ __typename }', variables: canary('variables') }],
  ])('%s is in no answer and no line of the log', async (_, body) => {
    const answer = await post(body);
    expect(answer).toContain('errors');
    expect(found(`${answer}${logLines.join('')}`)).toEqual([]);
  });
});

describe('values that validation refuses', () => {
  test('values that validation refuses are in no line of the log, and the session policy in no answer and no entry', async () => {
    const answer = await post({ query: createDocument, variables: { input: refused } });
    expect(answer).toContain('INVALID_INPUT');
    expect(stored.map(({ event }) => event)).toEqual(['INVALID']);
    expect(found(logLines.join(''))).toEqual([]);
    expect(found(`${answer}${JSON.stringify(stored)}`).filter((name) => name.includes('policy'))).toEqual([]);
  });

  test('as arguments of a query are in no line of the log', async () => {
    const query = `query ($c: String!, $t: ID!, $p: String) {
      podIdentityAssociation(clusterName: $c, associationId: $c, accountId: $c, region: $c) { id }
      node(id: $t) { id } auditEntry(id: $t) { id } operation(id: $t) { id }
      auditTrail(scope: {associationArn: $t}, policyId: $p, roleArn: $c, after: $p) { nodes { id } }
    }`;
    const answer = await post({ query, variables: { c: canary('c'), t: canary('t'), p: canary('p') } });
    expect(answer).toContain('BAD_USER_INPUT');
    expect(found(logLines.join(''))).toEqual([]);
    expect(stored).toEqual([]);
  });
});

describe('values that policy denies', () => {
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Sid: 'CANARYpolicySid7f3a', Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
  });
  const denied = {
    ...input,
    clientRequestToken: canary('token'),
    disableSessionTags: true,
    policy,
    reason: canary('reason'),
    tags: [{ key: canary('tag-key'), value: canary('tag-value') }],
  };

  test('values that policy denies are in no line of the log, and in the entry only in the fields for them', async () => {
    const answer = await post({ query: createDocument, variables: { input: denied } }, {}, 'bob');
    expect(answer).toContain('POLICY_DENIED');
    expect(stored.map(({ event }) => event)).toEqual(['DENIED']);
    expect(logLines.join('')).not.toContain('CANARY');
    // bob sent the token himself.
    expect(found(answer)).toEqual([canary('token')]);
    expect(answer).not.toContain('CANARYpolicySid');
    const [{ request: _, reason: __, ...rest } = {} as AuditEntry] = stored;
    expect(JSON.stringify(rest)).not.toContain('CANARY');
  });

  test('values that policy denies are not in the answer to a principal of another team who asks for the entry', async () => {
    const roleArn = 'arn:aws:iam::111122223333:role/pods/search/search-api';
    const body = { query: createDocument, variables: { input: { ...denied, roleArn } } };
    const { data } = JSON.parse(await post(body)) as {
      data: { create: { auditEntry: { id: string; event: string } } };
    };
    expect(data.create.auditEntry.event).toBe('DENIED');
    const query =
      'query ($id: ID!) { node(id: $id) { ... on AuditEntry { reason request { policy tags { value } } } } }';
    const { id } = data.create.auditEntry;
    expect(await post({ query, variables: { id } })).toContain(canary('reason'));
    expect(JSON.parse(await post({ query, variables: { id } }, {}, 'bob'))).toEqual({ data: { node: null } });
  });
});

test('values that EKS refuses are in no line of the log', async () => {
  const roleArn = `${input.roleArn}-CANARYrole7f3a`;
  const answer = await post({
    query: createDocument,
    variables: { input: { ...input, roleArn, clientRequestToken: canary('t') } },
  });
  expect(answer).toContain('ROLE_NOT_FOUND');
  expect(logLines.join('')).not.toContain('CANARY');
});

test('headers are in no answer, no line of the log and no entry', async () => {
  const answer = await post({
    query: createDocument,
    variables: { input: { ...input, clientRequestToken: 'headers' } },
  });
  const update = { clusterName: 'apps-dev', associationId: 'a-0123456789abcdefg', roleArn: input.roleArn };
  const other = await post({ query: updateDocument, variables: { input: update } });
  expect(answer).toContain('SUCCEEDED');
  expect(found(`${answer}${other}${logLines.join('')}${JSON.stringify(stored)}`)).toEqual([]);
});

test.each(['Bearer CANARY-token-7f3a', 'CANARY-token-7f3a', 'Basic eDp4'])(
  'the Authorization header %s is in no answer and no line of the log',
  async (authorization) => {
    const answer = await post({ query: '{ viewer { id } }' }, { authorization });
    expect(answer).toContain('Unauthorized');
    expect(`${answer}${logLines.join('')}`).not.toMatch(/CANARY|eDp4/);
  },
);

describe('the client request token of a held request', () => {
  const schema = buildSchema(readFileSync(join(import.meta.dirname, '..', '..', 'schema.graphql'), 'utf8'));
  const everyField = (type: string, depth: number) =>
    wholeSelection(schema, assertObjectType(schema.getType(type)), depth, ['recentChanges', 'warnings', 'existing']);
  let trail: ReturnType<typeof makeSqliteLedger>;
  let policies: string;
  let holding: Gateway;
  let send: ReturnType<typeof approvalsOf>;
  let ids: readonly string[];
  const answers: string[] = [];
  const lines: string[] = [];

  /** The answer, whatever it is, with its errors. */
  const answerOf = async (who: Who, document: string, variables: object = {}) =>
    JSON.stringify(await send.answerTo(await claimsEvent(claimsOf[who], document, variables)));
  const ask = async (name: string) => {
    const input = { serviceAccount: `held-${name}`, clientRequestToken: canary(name) };
    return { input, id: approvalIn(await send.create('alice', input)).id };
  };

  beforeAll(async () => {
    trail = makeSqliteLedger({ file: ':memory:' });
    policies = withApprovals();
    const log = makeLog((line) => lines.push(line));
    holding = await openGateway({
      ledger: trail,
      policies,
      recordTrailReads: true,
      change: (deps) => ({ ...deps, log }),
    });
    send = approvalsOf(holding);
    const used = await ask('used');
    await send.approve('nina', used.id);
    await send.create('alice', used.input);
    await send.create('alice', used.input);
    await send.create('alice', { ...used.input, roleArn: held.roleArn.replace('-api', '-worker') });
    const rejected = await ask('rejected');
    await send.reject('nina', rejected.id, 'No.');
    await send.create('alice', rejected.input);
    const withdrawn = await ask('withdrawn');
    for (const who of ['bob', 'olivia', 'aliceViaChatops'] as const)
      answers.push(
        await answerOf(
          who,
          'mutation ($id: ID!) { withdrawApproval(input: { approvalId: $id }) { approval { clientRequestToken } } }',
          { id: withdrawn.id },
        ),
      );
    await send.send(
      'alice',
      'mutation ($id: ID!) { result: withdrawApproval(input: { approvalId: $id }) { refusal { code } } }',
      { id: withdrawn.id },
    );
    await send.create('alice', withdrawn.input);
    const expired = await ask('expired');
    holding.clock.skip(2 * 86_400_000);
    await send.create('alice', expired.input);
    const waiting = await ask('waiting');
    const { clientRequestToken: _, ...checked } = { ...held, ...waiting.input };
    answers.push(
      await answerOf(
        'aliceViaChatops',
        'query ($input: CreatePodIdentityAssociationInput!) { checkCreatePodIdentityAssociation(input: $input) { refusal { ... on ApprovalRequired { approval { clientRequestToken } } } } }',
        { input: checked },
      ),
    );
    const given = await ask('given');
    await send.approve('nina', given.id);
    ids = [used, rejected, withdrawn, expired, waiting, given].map(({ id }) => id);
  }, 30_000);

  afterAll(async () => {
    await holding.close();
    trail.close();
    rmSync(policies, { recursive: true });
  });

  test('is read by who asked, as the same principal through the same actor', async () => {
    const read = await Promise.all(
      ids.map(async (id) => found(await answerOf('alice', `{ approval(id: "${id}") { clientRequestToken } }`))),
    );
    expect(read.flat()).toEqual(['used', 'rejected', 'withdrawn', 'expired', 'waiting', 'given'].map(canary));
  });

  test.each(['aliceViaChatops', 'chatops', 'nina', 'ninaViaChatops', 'sven', 'olivia', 'bob'] as const)(
    'is in no field that %s can read',
    async (who) => {
      const approval = everyField('Approval', 3);
      const entry = everyField('AuditEntry', 3);
      const scopes = [
        '{ own: OPEN }',
        '{ gateway: PENDING }',
        '{ cluster: { clusterName: "apps-dev", namespace: "payments" } }',
      ];
      const read = [
        ...ids.map((id) => `{ approval(id: "${id}") { ${approval} } }`),
        ...ids.map((id) => `{ node(id: "${id}") { ... on Approval { ${approval} } } }`),
        ...scopes.map((scope) => `{ approvals(scope: ${scope}) { nodes { ${approval} } } }`),
        ...[
          '{ gateway: ALL_ENTRIES }',
          '{ principalId: "https://issuer.example#alice" }',
          '{ cluster: { clusterName: "apps-dev", namespace: "payments" } }',
          ...ids.map((id) => `{ operationId: "${id.split('.')[0] ?? ''}" }`),
        ].map((scope) => `{ auditTrail(scope: ${scope}, first: 100) { nodes { ${entry} } } }`),
      ];
      for (const query of read) {
        const answer = await answerOf(who, query);
        expect([query.slice(0, 60), found(answer), answer.includes('VALIDATION_FAILED')]).toEqual([
          query.slice(0, 60),
          [],
          false,
        ]);
      }
    },
  );

  test('is in no answer of the MCP server and no link, to who asked', async () => {
    const client = makeGatewayClient({ url: holding.url, authentication: bearer(await holding.tokenOf('alice')) });
    const run = { client, options: {}, tokens: makeRequestTokens() };
    const toolOf = (name: string) => {
      const tool = [...readTools, ...trailTools].find((one) => one.name === name);
      if (!tool) throw new Error(`There is no tool ${name}.`);
      return tool;
    };
    const shown: unknown[] = [];
    for (const id of ids) {
      for (const [name, input] of [
        ['get_approval', { approvalId: id }],
        ['read_trail', { scope: { operationId: id } }],
        ['get_operation', { operationId: id }],
      ] as const)
        shown.push(await toolOf(name).run(input as never, run));
      shown.push(pageLink('https://gateway.example', 'approval', id));
    }
    expect(JSON.stringify(shown)).toContain('held-withdrawn');
    expect(found(JSON.stringify(shown))).toEqual([]);
  });

  test('is in no entry, event, export or line of the log, and in no answer to others', async () => {
    const { entries } = await trail.readTrail({ ...noFilters, partition: { kind: 'all' }, limit: 200, before: null });
    const happened = new Set(entries.map(({ event }) => event));
    for (const event of [
      'APPROVAL_WITHDRAWN',
      'APPROVAL_EXPIRED',
      'REJECTED',
      'APPROVAL_USED',
      'TOKEN_REUSED',
    ] as const)
      expect(happened).toContain(event);
    const events = entries.filter((entry) => isSelected(entry, 1)).map((entry) => eventOf(entry, null));
    expect(events.map(({ type }) => type)).toContain('approval.withdrawn');
    const exported = entries.map((entry) => ocsfEvent(entry, 'test'));
    expect(found(JSON.stringify({ entries, events, exported, answers, lines }))).toEqual([]);
    expect(lines.length).toBeGreaterThan(20);
  });
});
