import { monotonicFactory } from 'ulid';
import type { Environment } from '../../src/app/environment.ts';
import { parseIssuers, trustedIssuers } from '../../src/app/issuers.ts';
import { bufferedRandom } from '../../src/app/random.ts';
import { readGraphqlSettings, readLambdaSettings } from '../../src/app/settings.ts';
import { timeVariables } from '../../src/app/time-settings.ts';
import { lineContext, traceContext } from '../../src/app/trace.ts';
import { defaultTokenSettings } from '../../src/auth/claims.ts';
import { defaultTimes, leastRetentionMs } from '../../src/idempotency/times.ts';
import type { Times } from '../../src/idempotency/times.ts';
import { defaultApprovalLimits, defaultDescribeLimits } from '../../src/operations/terms/dependencies.ts';
import { readLocalSettings } from '../../packages/local-gateway/src/settings.ts';
import { makeIssuerKey } from '../support/key-server.ts';

const env = {
  HOME_ACCOUNT_ID: '111122223333',
  AWS_REGION: 'eu-central-1',
  IDEMPOTENCY_TABLE: 'tokens',
  AUDIT_TABLE: 'audit',
  LAMBDA_TASK_ROOT: '/var/task',
};

test('the variables that the stack sets are enough; everything else has a default', () => {
  expect(readLambdaSettings(env)).toEqual({
    home: { accountId: '111122223333', region: 'eu-central-1' },
    idempotencyTable: 'tokens',
    auditTable: 'audit',
    policiesDirectory: '/var/task/dist/policies',
    livePolicies: null,
    metricsNamespace: '',
    tokens: defaultTokenSettings,
    times: defaultTimes,
    describeLimits: defaultDescribeLimits,
    requestLimits: { burst: 100, perSecond: 10 },
    approvalLimits: defaultApprovalLimits,
    recordTrailReads: true,
    preflight: 'checks',
    preflightRoles: true,
    deployed: { version: 'development', deployedAt: null, pageUrl: null },
  });
});

test('policies come from a table only where that is set, with its name and how fresh they are', () => {
  const live = { ...env, POLICY_SOURCE: 'table' };
  expect(() => readLambdaSettings(live)).toThrow('POLICY_TABLE');
  const named = { ...live, POLICY_TABLE: 'policies' };
  const defaults = { table: 'policies', compiledTable: null, refreshMs: 30_000, maxAgeMs: 300_000 };
  expect(readLambdaSettings(named).livePolicies).toEqual(defaults);
  const set = { ...named, COMPILED_POLICY_TABLE: 'compiled', POLICY_REFRESH_MS: '1000', POLICY_MAX_AGE_MS: '2000' };
  expect(readLambdaSettings(set).livePolicies).toEqual({
    ...{ table: 'policies', compiledTable: 'compiled' },
    ...{ refreshMs: 1_000, maxAgeMs: 2_000 },
  });
  expect(() => readLambdaSettings({ ...set, POLICY_MAX_AGE_MS: '1999' })).toThrow(
    'at least twice the time of a refresh',
  );
  expect(readLambdaSettings({ ...env, POLICY_TABLE: 'policies' }).livePolicies).toBeNull();
});

test('how long approvals last, and how many a principal may wait for, are settings with bounds', () => {
  const pending = { APPROVALS_PENDING_PER_PRINCIPAL: '1', APPROVALS_PENDING_PER_SERVICE: '500' };
  const set = { APPROVAL_DECIDE_MS: '60000', APPROVAL_USE_MS: '2592000000', ...pending };
  const limits = { decideMs: 60_000, useMs: 2_592_000_000, maxPending: 1, maxPendingOfService: 500 };
  expect(readLambdaSettings({ ...env, ...set }).approvalLimits).toEqual(limits);
  expect(readLocalSettings(set).approvalLimits).toEqual(limits);
  for (const wrong of [{ APPROVAL_DECIDE_MS: '59999' }, { APPROVAL_USE_MS: '2592000001' }]) {
    expect(() => readLambdaSettings({ ...env, ...wrong })).toThrow(/a whole number from 60000 to 2592000000/);
  }
  expect(() => readLambdaSettings({ ...env, APPROVALS_PENDING_PER_PRINCIPAL: '0' })).toThrow(/from 1 to 100/);
  expect(() => readLambdaSettings({ ...env, APPROVALS_PENDING_PER_SERVICE: '501' })).toThrow(/from 1 to 500/);
});

test('the local server takes policies from a table only with a ledger in DynamoDB', () => {
  expect(() => readLocalSettings({ POLICY_SOURCE: 'table' })).toThrow('set LEDGER to dynamodb too');
  const settings = readLocalSettings({ POLICY_SOURCE: 'table', LEDGER: 'dynamodb' });
  expect(settings.livePolicies).toMatchObject({ table: settings.policyTable });
});

const graphqlEnv = {
  ...env,
  API_ID: 'a1b2c3',
  API_STAGE: '$default',
  JWT_ISSUER: 'https://login.example',
  JWT_AUDIENCE: 'gateway, pods',
};

test('the graphql function reads which API sends its events', () => {
  const eventSource = { apiId: 'a1b2c3', accountId: '111122223333', stage: '$default', acceptsIam: true };
  expect(readGraphqlSettings(graphqlEnv)).toEqual({
    ...readLambdaSettings(env),
    eventSource,
    executorRoleArn: null,
    issuer: { issuer: 'https://login.example', audiences: ['gateway', 'pods'], verification: 'auto' },
    issuersFile: '/var/task/dist/issuers.json',
  });
  expect(readGraphqlSettings({ ...graphqlEnv, IAM_ROUTE: 'off' }).eventSource.acceptsIam).toBe(false);
  expect(() => readGraphqlSettings({ ...graphqlEnv, IAM_ROUTE: 'no' })).toThrow('IAM_ROUTE is "no"');
});

test('the graphql function reads which role changes associations', () => {
  const EXECUTOR_ROLE_ARN = 'arn:aws:iam::111122223333:role/executor';
  expect(readGraphqlSettings({ ...graphqlEnv, EXECUTOR_ROLE_ARN }).executorRoleArn).toBe(EXECUTOR_ROLE_ARN);
  expect(() => readGraphqlSettings({ ...graphqlEnv, EXECUTOR_ROLE_ARN: 'executor' })).toThrow(
    'EXECUTOR_ROLE_ARN is "executor": set it to the ARN of an IAM role.',
  );
});

test('the graphql function does not start without its API and the issuer of tokens', () => {
  const missing = 'Environment variables are not set: API_ID, API_STAGE, JWT_ISSUER, JWT_AUDIENCE.';
  expect(() => readGraphqlSettings(env)).toThrow(missing);
});

test.each(Object.keys(env))('names %s when it is not set, and when it is empty', (name) => {
  const missing = `Environment variables are not set: ${name}.`;
  expect(() => readLambdaSettings({ ...env, [name]: undefined })).toThrow(missing);
  expect(() => readLambdaSettings({ ...env, [name]: '' })).toThrow(missing);
});

test('names all missing variables at once', () => {
  expect(() => readLambdaSettings({})).toThrow(`Environment variables are not set: ${Object.keys(env).join(', ')}.`);
});

test('describes missing and wrong variables at once', () => {
  const wrong = { ...env, AUDIT_TABLE: '', AWS_REGION: 'Frankfurt', LIST_LAG_MS: 'long' };
  expect(() => readLambdaSettings(wrong)).toThrow(
    /^\n- Environment variables are not set: AUDIT_TABLE\. .*\n- AWS_REGION is "Frankfurt": .*\n- LIST_LAG_MS is "long": .*$/,
  );
});

test('reads another policies directory and other claim names', () => {
  const { LAMBDA_TASK_ROOT: _, ...rest } = env;
  const own = { POLICIES_DIRECTORY: '/opt/policies', JWT_GROUPS_CLAIM: 'cognito:groups', JWT_SCOPES_CLAIM: 'scp' };
  expect(readLambdaSettings({ ...rest, ...own })).toMatchObject({
    policiesDirectory: '/opt/policies',
    tokens: { groupsClaim: 'cognito:groups', scopesClaim: 'scp' },
  });
});

test('reads which tokens are accepted', () => {
  const own = { JWT_REQUIRED_SCOPES: 'pods/read  pods/write', JWT_TOKEN_TYPES: 'any', JWT_UNKNOWN_KIND: 'USER' };
  expect(readLambdaSettings({ ...env, ...own }).tokens).toEqual({
    ...defaultTokenSettings,
    requiredScopes: ['pods/read', 'pods/write'],
    tokenTypes: 'any',
    unknownKind: 'USER',
  });
  expect(() => readLambdaSettings({ ...env, JWT_UNKNOWN_KIND: 'user' })).toThrow('JWT_UNKNOWN_KIND is "user"');
});

/** What each function that reads settings makes of the same variables. */
const readers = [
  ['the functions', (more: Environment) => readLambdaSettings({ ...env, ...more })],
  ['the local server', (more: Environment) => readLocalSettings(more)],
] as const;

describe.each(readers)('%s', (_name, read) => {
  test.each(Object.entries(timeVariables))('read %s from %s', (time, variable) => {
    const longer = defaultTimes[time as keyof Times] + 1;
    expect(read({ [variable]: String(longer) }).times).toEqual({ ...defaultTimes, [time]: longer });
    expect(read({ [variable]: '' }).times).toEqual(defaultTimes);
  });

  test.each([
    ['EKS_PROCESSING_MS', defaultTimes.eksProcessingMs],
    ['LIST_LAG_MS', defaultTimes.listLagMs],
    ['CLOCK_ERROR_MS', defaultTimes.clockErrorMs],
  ])('reject a %s below its default', (variable, least) => {
    expect(read({ [variable]: String(least) }).times).toEqual(defaultTimes);
    const message = `${variable} is ${least - 1}: it can only be raised above its default of ${least}.`;
    expect(() => read({ [variable]: String(least - 1) })).toThrow(message);
  });

  test.each(['LEASE_MS', 'REQUEST_MS', 'SIGNATURE_WINDOW_MS', 'ROLE_RETRY_MS'])('do not read %s', (variable) => {
    expect(read({ [variable]: '1' }).times).toEqual(defaultTimes);
  });

  test('reject a retention of results shorter than a plan of changes may be applied', () => {
    const retention = (ms: number) => read({ IDEMPOTENCY_RETENTION_MS: String(ms) }).times.retentionMs;
    expect(retention(leastRetentionMs)).toBe(leastRetentionMs);
    expect(() => retention(leastRetentionMs - 1)).toThrow('a whole number of 93600000 or more');
  });

  test.each(['-1', '1.5', '5s', '1e3', ' 1', 'NaN', '1234567890123456'])('reject "%s" as a time', (text) => {
    expect(() => read({ LIST_LAG_MS: text })).toThrow(
      `LIST_LAG_MS is "${text}": set it to a whole number, such as 30000.`,
    );
  });

  test('read the rate of describes, and reject 0', () => {
    const limits = { ...defaultDescribeLimits, describesPerSecond: 3 };
    expect(read({ DESCRIBES_PER_SECOND: '3' }).describeLimits).toEqual(limits);
    expect(read({ DESCRIBES_PER_SECOND: '' }).describeLimits).toEqual(defaultDescribeLimits);
    const wanted = 'set it to a whole number of 1 or more';
    expect(() => read({ DESCRIBES_PER_SECOND: '0' })).toThrow(`DESCRIBES_PER_SECOND is "0": ${wanted}`);
    expect(() => read({ DESCRIBES_PER_SECOND: '-1' })).toThrow(`DESCRIBES_PER_SECOND is "-1": ${wanted}`);
  });

  test.each(['eu-central-1a', 'eu-*', 'EU-CENTRAL-1', 'Frankfurt'])('reject the region "%s"', (region) => {
    expect(() => read({ AWS_REGION: region })).toThrow(
      `AWS_REGION is "${region}": set it to the code of an AWS region`,
    );
  });

  test.each(['12345678901', '1111-2222-3333', '111122223333*', 'abc'])('reject the account "%s"', (account) => {
    expect(() => read({ HOME_ACCOUNT_ID: account })).toThrow(
      `HOME_ACCOUNT_ID is "${account}": set it to an AWS account`,
    );
  });
});

test.each(['foo', 'localhost:4100', 'ftp://127.0.0.1', 'http://'])('reject the endpoint "%s"', (url) => {
  for (const variable of ['AWS_ENDPOINT_URL_EKS', 'AWS_ENDPOINT_URL_DYNAMODB']) {
    expect(() => readLocalSettings({ [variable]: url })).toThrow(
      `${variable} is "${url}": set it to an http or https URL`,
    );
  }
});

test.each(['0', '2147483648'])(`rejects RECONCILE_INTERVAL_MS=%s, which a timer can't wait`, (text) => {
  expect(() => readLocalSettings({ RECONCILE_INTERVAL_MS: text })).toThrow('from 1 to 2147483647');
});

const jwk = { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: '1' };
const a = { issuer: 'https://a.example', audiences: ['gateway'], jwks: { keys: [jwk] } };
const b = { issuer: 'https://b.example', audiences: ['gateway'], jwksUri: 'https://b.example/keys' };
const c = { issuer: 'https://c.example', audiences: ['gateway'] };
const authorizer = { issuer: 'https://a.example', audiences: ['x', 'y'] };

const parse = (entries: unknown) => parseIssuers(JSON.stringify(entries));
/** The keys of each issuer, with the URL as text. */
const keysOf = (...args: Parameters<typeof trustedIssuers>) =>
  trustedIssuers(...args).map(({ keys }) => (keys instanceof URL ? keys.href : keys));

describe('signatures', () => {
  test('signatures are verified by default with the keys in the file, and without a request: not with those behind a URL', () => {
    expect(keysOf(parse([a, b, c]), { ...authorizer, verification: 'auto' })).toEqual([a.jwks, null, null]);
  });

  test('signatures are verified with keys behind a URL where verification is on', () => {
    expect(keysOf(parse([a, b]), { ...authorizer, verification: 'on' })).toEqual([a.jwks, b.jwksUri]);
  });

  test('signatures are verified of every issuer where verification is on, or the function does not start', () => {
    const message = 'JWT_VERIFICATION is on: add jwks or jwksUri of https://c.example to the issuers file.';
    expect(() => trustedIssuers(parse([a, c]), { ...authorizer, verification: 'on' })).toThrow(message);
    expect(() => trustedIssuers([], { ...authorizer, verification: 'on' })).toThrow('of https://a.example');
  });

  test('signatures are not verified where verification is off', () => {
    expect(keysOf(parse([a, b]), { ...authorizer, verification: 'off' })).toEqual([null, null]);
  });
});

test('an empty file leaves the issuer and the audiences of the authorizer', () => {
  expect(trustedIssuers(parse([]), { ...authorizer, verification: 'auto' })).toEqual([{ ...authorizer, keys: null }]);
});

test('a file without the issuer of the authorizer is rejected, as no token would pass both', () => {
  expect(() => trustedIssuers(parse([b]), { ...authorizer, verification: 'auto' })).toThrow(
    "The issuers file lacks https://a.example, the issuer of API Gateway's authorizer",
  );
});

test('the key of an issuer is accepted as it publishes it', async () => {
  for (const alg of ['RS256', 'ES256', 'EdDSA']) {
    const { jwk: published } = await makeIssuerKey('1', alg);
    expect(parse([{ ...a, jwks: { keys: [{ ...published, x5c: ['MII'] }] } }])).toHaveLength(1);
  }
});

test.each([
  ['no list', {}, 'the file'],
  ['an issuer twice', [a, a], 'the file: has an issuer more than once'],
  ['an issuer with #', [{ ...a, issuer: 'https://a#b' }], '0.issuer'],
  ['no audience', [{ ...a, audiences: [] }], '0.audiences'],
  ['both keys and a URL', [{ ...a, ...b }], '0: has jwks and jwksUri'],
  ['a URL without TLS', [{ ...b, jwksUri: 'http://b.example/keys' }], '0.jwksUri'],
  ['something else than a URL', [{ ...b, jwksUri: 'keys.json' }], '0.jwksUri'],
  ['no keys', [{ ...a, jwks: { keys: [] } }], '0.jwks.keys'],
  ['a symmetric key', [{ ...a, jwks: { keys: [{ kty: 'oct', k: 'AQAB' }] } }], '0.jwks.keys.0.kty'],
  ['a private key', [{ ...a, jwks: { keys: [{ ...jwk, d: 'AQAB' }] } }], '0.jwks.keys.0: has a private part'],
  ['an unknown field', [{ ...a, audience: 'gateway' }], '0'],
])('a file with %s is rejected, by its path', (_, entries, path) => {
  expect(() => parse(entries)).toThrow(`- ${path}`);
});

const id = '1-5759e988-bd862e3fe1be46a994272793';

test.each([
  ['a sampled trace', `Root=${id};Parent=53995c3f42cd8ad8;Sampled=1`, { traceId: id }],
  ['a sampled trace with a lineage', `Root=${id};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:ab:0`, { traceId: id }],
  ['a trace that is not sampled', `Root=${id};Parent=53995c3f42cd8ad8;Sampled=0`, {}],
  ['another text', 'Root=x;Sampled=1', {}],
  ['no trace', undefined, {}],
])('has the id of a trace only if X-Ray keeps it: %s', (_, header, expected) => {
  expect(traceContext({ _X_AMZN_TRACE_ID: header })).toEqual(expected);
});

test('every line of a function names the version of it that runs, and the trace', () => {
  const env = { AWS_LAMBDA_FUNCTION_VERSION: '7', _X_AMZN_TRACE_ID: `Root=${id};Parent=53995c3f42cd8ad8;Sampled=1` };
  expect(lineContext(env)).toEqual({ functionVersion: '7', traceId: id });
  expect(lineContext({})).toEqual({});
});

test('random numbers are from 0 to less than 1, and use every digit of a ULID', () => {
  const random = bufferedRandom();
  const numbers = Array.from({ length: 10_000 }, random);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(new Set(numbers.map((number) => Math.floor(number * 32))).size).toBe(32);
});

test('ULIDs of different generators differ at the same time', () => {
  const ulids = Array.from({ length: 1_000 }, () => monotonicFactory(bufferedRandom())(1_700_000_000_000));
  expect(new Set(ulids).size).toBe(1_000);
});
