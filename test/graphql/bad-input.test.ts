import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { loadSigningKey } from '../../packages/local-gateway/src/keys.ts';
import { audience, issuer } from '../../packages/local-gateway/src/principals.ts';
import { sealedFor } from '../support/cursors.ts';
import { createDocument } from '../support/documents.ts';
import { input, openGateway } from '../support/gateway.ts';
import type { Answered, Gateway } from '../support/gateway.ts';
import { openSqlite } from '../support/ledgers.ts';
import { associationArn, document, namespace } from './trail-samples.ts';

const create = 'createPodIdentityAssociation';

let gateway: Gateway;
let ledger: Ledger;
let closeLedger: () => Promise<void>;
let written: string[];

beforeAll(async () => {
  ({ ledger, close: closeLedger } = await openSqlite());
  const recording: Ledger = {
    ...ledger,
    appendEntry: (entry) => {
      written.push(entry.event);
      return ledger.appendEntry(entry);
    },
    commit: (expected, next, entries) => {
      written.push(...entries.map(({ event }) => event));
      return ledger.commit(expected, next, entries);
    },
  };
  gateway = await openGateway({ ledger: recording });
});

beforeEach(() => {
  written = [];
});

afterEach(() => {
  expect(gateway.simulator.control.requests()).toEqual([]);
});

afterAll(async () => {
  await gateway.close();
  await closeLedger();
});

async function postAs(name: string, body: string, headers: Record<string, string> = {}) {
  const response = await gateway.post(body, { authorization: `Bearer ${await gateway.tokenOf(name)}`, ...headers });
  const text = await response.text();
  return { status: response.status, ...(JSON.parse(text) as Omit<Answered<unknown>, 'status'>) };
}

describe('a malformed request gets an error with a code and writes 0 audit entries', () => {
  const query = (text: string, variables: object = {}) => JSON.stringify({ query: text, variables });
  const withInput = (fields: object) => query(createDocument, { input: { ...input, ...fields } });

  test.each([
    ['an empty body', '', 'BAD_REQUEST', /body/i],
    ['a body that is not JSON', '{"query": ', 'BAD_REQUEST', /not JSON.*Send \{"query"/],
    ['null', 'null', 'BAD_REQUEST', /body/i],
    ['a list', '[]', 'BAD_REQUEST', /batching|body/i],
    ['a body without a query', '{}', 'BAD_REQUEST', /body/i],
    ['a query that is not a string', '{"query": 1}', 'BAD_REQUEST', /string/],
    ['a query that is not GraphQL', query('mutation {'), 'GRAPHQL_PARSE_FAILED', /Syntax error at line 1, column 11/],
    ['an unknown field', query('{ nothing }'), 'GRAPHQL_VALIDATION_FAILED', /Cannot query field "nothing"/],
    ['an unknown field of the input', withInput({ nothing: 1 }), 'BAD_USER_INPUT', /input has the field "nothing"/],
    ['a wrong type', withInput({ tags: 'team' }), 'BAD_USER_INPUT', /TagInput/],
    [
      'a number instead of a string',
      withInput({ namespace: 1 }),
      'BAD_USER_INPUT',
      /input.namespace is not valid: a value of type String/,
    ],
    ['a missing required field', withInput({ namespace: undefined }), 'BAD_USER_INPUT', /namespace.*required/],
    ['null in a required field', withInput({ roleArn: null }), 'BAD_USER_INPUT', /input.roleArn is required/],
    [
      'two mutations',
      query(
        `mutation ($input: CreatePodIdentityAssociationInput!) {
        a: ${create}(input: $input) { status }
        ...More
      }
      fragment More on Mutation { b: ${create}(input: $input) { status } }`,
        { input },
      ),
      'GRAPHQL_VALIDATION_FAILED',
      /may contain one mutation field/,
    ],
    [
      'a query that is too deep',
      query(`{ auditEntry(id: "x") { ${'operation { entries { '.repeat(5)} id ${'} }'.repeat(5)} } }`),
      'GRAPHQL_VALIDATION_FAILED',
      /depth limit of 9/,
    ],
    [
      'too many aliases',
      query(`{ ${Array.from({ length: 16 }, (_, index) => `v${index}: viewer { id }`).join(' ')} }`),
      'GRAPHQL_VALIDATION_FAILED',
      /Aliases limit of 15/,
    ],
    ['too many tokens', query(`{ ${'viewer { id } '.repeat(2_000)} }`), 'GRAPHQL_PARSE_FAILED', /5000 tokens/],
  ])('%s', async (_, body, code, message) => {
    const { status, errors } = await postAs('alice', body);
    expect(status).toBeLessThan(500);
    expect(errors?.[0]).toMatchObject({ message: expect.stringMatching(message), extensions: { code } });
    expect(JSON.stringify(errors)).not.toMatch(/node_modules|\.ts:|stacktrace/);
    expect(written).toEqual([]);
  });

  test('rejects a body with another content type', async () => {
    const { status, errors } = await postAs('alice', '{"query": "{ viewer { id } }"}', { 'content-type': 'text/html' });
    expect({ status, code: errors?.[0]?.extensions.code }).toEqual({
      status: 415,
      code: 'UNSUPPORTED_MEDIA_TYPE',
    });
  });
});

describe('invalid input is refused with all findings and writes one audit entry', () => {
  const million = 'x'.repeat(1_000_000);

  test.each([
    ['empty strings', { clusterName: '', namespace: '', serviceAccount: '', roleArn: '' }, 4],
    ['empty optional strings', { accountId: '', region: '', clientRequestToken: '', policy: '', targetRoleArn: '' }, 5],
    ...['clusterName', 'accountId', 'region', 'namespace', 'serviceAccount', 'roleArn', 'clientRequestToken'].map(
      (field): [string, object, number] => [`1 MB in ${field}`, { [field]: million }, 1],
    ),
    ...['targetRoleArn', 'policy', 'reason', 'onBehalfOf'].map((field): [string, object, number] => [
      `1 MB in ${field}`,
      { [field]: million },
      1,
    ]),
    ['1 MB in a tag', { tags: [{ key: million, value: million }] }, 2],
    ['control characters', { namespace: 'pay\u0000ments', reason: '\u0007', clientRequestToken: '\u001b[1m' }, 3],
    ['names with a star', { namespace: '*', serviceAccount: 'api-*' }, 2],
    ['51 tags', { tags: Array.from({ length: 51 }, (_, index) => ({ key: `k${index}`, value: '' })) }, 1],
    ['the same tag key twice', { tags: [input.tags[0], input.tags[0]] }, 1],
    ['a tag key with the prefix of AWS', { tags: [{ key: 'Aws:team', value: 'x' }] }, 1],
    ['the tag key of the gateway', { tags: [{ key: 'pod-identity-gateway/operation', value: 'x' }] }, 1],
    ['an emoji in a tag', { tags: [{ key: 'team', value: '🚀' }] }, 1],
    ['the ARN of a user', { roleArn: 'arn:aws:iam::111122223333:user/alice' }, 1],
    ['a policy that is not JSON', { policy: 'allow' }, 2],
  ])('%s', async (_, fields, minFindings) => {
    const answer = await gateway.create({ clientRequestToken: 'bad', ...fields });
    expect(answer).toMatchObject({ status: 'REFUSED', refusal: { code: 'INVALID_INPUT' } });
    const findings = answer.refusal?.findings ?? [];
    expect(findings.length).toBeGreaterThanOrEqual(minFindings);
    expect(new Set(Object.keys(fields))).toEqual(new Set(findings.map(({ path }) => path.split('.')[0])));
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
    expect(written).toEqual(['INVALID']);
    const [entry] = await ledger.operationEntries(answer.auditEntry.operationId);
    expect(JSON.stringify(entry).length).toBeLessThan(20_000);
  });
});

describe('a request without a valid token gets 401', () => {
  const body = JSON.stringify({ query: '{ viewer { id } }' });
  const key = () => loadSigningKey(join(import.meta.dirname, '..', '..', '.cache', 'test-keys'));

  const tokens: Record<string, () => Promise<string | null>> = {
    'no token': () => Promise.resolve(null),
    'a token that is not a JWT': () => Promise.resolve('nonsense'),
    'an expired token': async () => signed({ exp: 1_700_000_000 }),
    'a token of another issuer': async () => signed({ iss: 'https://other.example' }),
    'a token for another audience': async () => signed({ aud: 'another-api' }),
    'a token signed by another key': async () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      return new SignJWT(claims({})).setProtectedHeader({ alg: 'RS256', kid: (await key()).kid }).sign(privateKey);
    },
    'a tampered token': async () => {
      const [header, payload = '', signature] = (await signed({})).split('.');
      const changed = Buffer.from(payload, 'base64url').toString().replace('alice', 'pat');
      return [header, Buffer.from(changed).toString('base64url'), signature].join('.');
    },
  };

  const claims = (fields: object) => ({
    iss: issuer,
    aud: audience,
    sub: 'alice',
    exp: Math.floor(Date.now() / 1000) + 60,
    ...fields,
  });

  async function signed(fields: object): Promise<string> {
    const { kid, privateKey } = await key();
    return new SignJWT(claims(fields)).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
  }

  test.each(Object.keys(tokens))('%s', async (name) => {
    const token = await tokens[name]?.();
    const response = await gateway.post(body, token ? { authorization: `Bearer ${token}` } : {});
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await response.json()).toMatchObject({ message: 'Unauthorized' });
    expect(written).toEqual([]);
  });

  test('an unknown user is authenticated and denied', async () => {
    const token = await signed({ sub: 'stranger' });
    const response = await gateway.post(JSON.stringify({ query: createDocument, variables: { input } }), {
      authorization: `Bearer ${token}`,
    });
    expect(await response.json()).toMatchObject({
      data: {
        create: { status: 'REFUSED', refusal: { code: 'POLICY_DENIED', violations: [{ policyId: 'default-deny' }] } },
      },
    });
    expect(written).toEqual(['DENIED']);
  });
});

describe('invalid arguments are rejected with BAD_USER_INPUT and 0 ledger reads', () => {
  let ledger: Ledger;
  let closeLedger: () => Promise<void>;
  let gateway: Gateway;
  let reads = 0;

  beforeAll(async () => {
    ({ ledger, close: closeLedger } = await openSqlite());
    const trail: Ledger['readTrail'] = (query) => {
      reads += 1;
      return ledger.readTrail(query);
    };
    gateway = await openGateway({ ledger: { ...ledger, readTrail: trail } });
  });

  afterAll(async () => {
    await gateway.close();
    await closeLedger();
  });

  const { roleArn } = input;
  const name = JSON.stringify(['auditTrail', { kind: 'all' }, null, null, null, null, null, null, null]);

  test.each([
    ['a malformed operation ID', { scope: { operationId: 'x' } }, /not the ID of an operation/],
    [
      'an operation ID in lower case',
      { scope: { operationId: '01j00000000000000000000000' } },
      /not the ID of an operation/,
    ],
    ['an empty operation ID', { scope: { operationId: '' } }, /empty string/],
    ['an empty principal ID', { scope: { principalId: '' } }, /empty string/],
    ['a principal ID that is too long', { scope: { principalId: 'x'.repeat(100_000) } }, /at most 2048/],
    ['a principal ID with an unpaired surrogate', { scope: { principalId: '\ud83d' } }, /surrogate/],
    [
      'an ARN of another service',
      { scope: { associationArn: 'arn:aws:iam::111122223333:role/x' } },
      /not the ARN of an association/,
    ],
    [
      'an association ARN with a suffix',
      { scope: { associationArn: `${associationArn}/x` } },
      /not the ARN of an association/,
    ],
    ['a cluster with a wildcard', { scope: { cluster: { clusterName: '*' } } }, /scope.cluster|clusterName/],
    [
      'a service account without a namespace',
      { scope: { cluster: { clusterName: 'apps-dev', serviceAccount: 'api' } } },
      /namespace/,
    ],
    ['first of 0', { first: 0 }, /first is 0/],
    ['first of -1', { first: -1 }, /first is -1/],
    ['first of 1001', { first: 1_001 }, /first is 1001/],
    [
      'a date without time as since',
      { since: '2026-11-24' },
      /^since is not valid: a value of type DateTime, an RFC 3339 timestamp/,
    ],
    ['a number as until', { until: 1_795_000_000_000 }, /^until is not valid: a value of type DateTime/],
    ['an object as since', { since: { at: 1 } }, /^since is not valid: a value of type DateTime/],
    [
      'until equal to since',
      { since: '2026-11-24T00:00:00Z', until: '2026-11-24T01:00:00+01:00' },
      /not later than since/,
    ],
    ['an unknown event', { events: ['NOTHING'] }, /events.0 is not valid/],
    ['an unknown refusal code', { refusalCodes: ['NOTHING'] }, /refusalCodes.0 is not valid/],
    ['a role name instead of an ARN', { roleArn: 'payments-api' }, /roleArn "payments-api" is not an IAM role ARN/],
    ['a role ARN with a wildcard', { roleArn: 'arn:aws:iam::111122223333:role/*' }, /wildcards are not supported/],
    ['an empty role ARN', { roleArn: '' }, /roleArn is the empty string/],
    ['an empty policy ID', { policyId: '' }, /policyId is the empty string/],
    ['a policy ID that is too long', { policyId: 'x'.repeat(300) }, /policyId .* at most 256/],
    [
      'DENIED in the scope of a cluster',
      { scope: { cluster: { clusterName: 'apps-dev' } }, events: ['DENIED', 'CHECKED', 'INTENT'] },
      /events names DENIED, CHECKED, which this scope does not contain.*a namespace \(for DENIED\)/,
    ],
    [
      'INVALID in the scope of a namespace',
      { scope: namespace, events: ['DENIED', 'INVALID'] },
      /names INVALID, which/,
    ],
    ['REPLAYED in the scope of an association', { scope: { associationArn }, events: ['REPLAYED'] }, /names REPLAYED/],
    ['an empty cursor', { after: '' }, /not a valid cursor, or is incomplete/],
  ])('%s', async (_, variables, message) => {
    const { status, data, errors } = await gateway.send(
      document,
      { scope: { gateway: 'ALL_ENTRIES' }, ...variables },
      'olivia',
    );
    expect(data ?? { auditTrail: null }).toEqual({ auditTrail: null });
    expect(status).toBeLessThan(500);
    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(reads).toBe(0);
    expect(gateway.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  const position = '01J00000000000000000000000';

  test.each([
    ['with a malformed position', 'not a position', {}],
    ['with a number as position', 1, {}],
    ['with other filters', position, { events: ['LATE_SUCCESS'] }],
    ['of another role', position, { roleArn }],
    ['of another policy', position, { policyId: 'x' }],
    ['of other refusal codes', position, { refusalCodes: ['THROTTLED'] }],
    ['of another time range', position, { since: '2026-11-24T00:00:00Z' }],
    ['of another scope', position, { scope: namespace }],
  ])('a cursor %s', async (_, sealed, variables) => {
    const after = await sealedFor(gateway.deps, 'olivia', name, sealed);
    const scope = { gateway: 'ALL_ENTRIES' };
    const { errors } = await gateway.send(document, { scope, ...variables, after }, 'olivia');
    expect(errors).toMatchObject([{ message: expect.stringMatching(/not a valid cursor/) }]);
    expect(reads).toBe(0);
  });

  test('returns the findings of all arguments at once, with their paths', async () => {
    const variables = { scope: { cluster: { clusterName: '*', namespace: 'A' } }, first: 0 };
    const { errors } = await gateway.send(document, variables, 'olivia');
    const findings = ['scope.cluster.clusterName', 'scope.cluster.namespace', 'first'].map((path) => ({
      path,
    }));
    expect(errors).toMatchObject([{ extensions: { findings } }]);
  });
});
