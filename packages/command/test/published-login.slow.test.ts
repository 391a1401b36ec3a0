// No quick test: it is about an identity provider, which is a program.
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname } from 'node:path';
import { listen, startAnsweringServer } from '../../../test/support/answering-server.ts';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { startLocalGateway } from '../../local-gateway/src/index.ts';
import { readConnection } from '../src/aws/settings.ts';
import { audiencesOf } from '../src/login/access-token.ts';
import { differenceOf, readResourceMetadata } from '../src/login/resource-metadata.ts';
import { browse } from './identity-provider/identity-provider.ts';
import {
  file,
  firstLogin,
  logins,
  openLoginGateway,
  pod,
  provider,
  setLogins,
  settings,
  whoami,
} from './login-gateway.ts';
import { runOnGateway } from './run-on-gateway.ts';

openLoginGateway();

/** A local gateway that publishes how people sign in for its URL. */
let url: string;
/** A server that publishes `metadata`. */
let other: Awaited<ReturnType<typeof startAnsweringServer>>;
let metadata: { status?: number; headers?: Record<string, string>; body: object | string };

beforeAll(async () => {
  const { endpoint, stop } = await listen(createServer());
  await stop();
  url = endpoint;
  const gateway = await startLocalGateway({
    port: Number(new URL(url).port),
    policiesDirectory: 'policies',
    settings: {
      ...{ JWT_ISSUER: provider.issuer, JWT_AUDIENCE: url },
      ...{ PAGE_CLIENT_ID: 'page', PAGE_RESOURCE: url, COMMAND_CLIENT_ID: 'pod-identity' },
    },
  });
  closeAtEnd(gateway.close);
  other = await startAnsweringServer((response) => {
    const { status = 200, headers = { 'content-type': 'application/json' }, body } = metadata;
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
});
afterAll(() => other.stop());
afterEach(() => provider.setAudience(''));

const published = (changes: object = {}) => ({
  resource: other.endpoint,
  authorization_servers: [provider.issuer],
  pod_identity_client_id: 'pod-identity',
  ...changes,
});

/** Runs a command line at a terminal, where the person answers a question so. */
async function terminal(args: readonly string[], answer: 'yes' | 'no' | null, changes: Record<string, string> = {}) {
  const questions: string[] = [];
  const choose = (question: string) => {
    questions.push(question);
    return Promise.resolve(answer ?? '');
  };
  const onError = (text: string) => {
    const page = /(http:\S+[?&]state=\S+)/.exec(text)?.[1];
    if (page !== undefined) void browse(page).catch(() => undefined);
  };
  const prompter = answer === null ? null : { choose, text: () => Promise.reject(new Error()) };
  const environment = settings({ POD_IDENTITY_ENDPOINT_URL: url, ...changes });
  return { ...(await runOnGateway(args, { environment, onError, ...(prompter && { prompter }) })), questions };
}

test('a first login needs no options, and a person who confirms the issuer once', async () => {
  const first = await terminal(['login'], 'yes');
  expect(first).toMatchObject({ code: 0, questions: [expect.stringContaining(JSON.stringify(provider.issuer))] });
  const login = logins()[url];
  expect(login).toMatchObject({ clientId: 'pod-identity', resource: url, isPublished: true });
  expect(audiencesOf(login?.accessToken ?? '')).toEqual([url]);
  expect(await terminal(whoami, null)).toMatchObject({ code: 0, stdout: `${provider.issuer}#alice\tUSER\n` });
  expect(await terminal(['login'], null)).toMatchObject({ code: 0 });
});

test('the URL may end in the path of the API', async () => {
  expect(await terminal(['login', '--endpoint-url', `${url}/graphql`], 'yes')).toMatchObject({ code: 0 });
});

test.each<readonly [string, 'no' | null, Record<string, string>, RegExp]>([
  ['a person who says no', 'no', {}, /was not confirmed/],
  ['a process without a terminal', null, {}, /is a new issuer for .*, which a person has to confirm.* --issuer http/],
])('%s does not confirm a new issuer', async (_name, answer, changes, reason) => {
  const outcome = await terminal(['login'], answer, changes);
  expect(outcome).toMatchObject({ code: 253, stdout: '', stderr: expect.stringMatching(reason) });
  expect(existsSync(file)).toBe(false);
});

test('variables that name the issuer do not confirm it; an option does', async () => {
  const variables = { POD_IDENTITY_ISSUER: provider.issuer, POD_IDENTITY_CLIENT_ID: 'pod-identity' };
  for (const changes of [variables, { POD_IDENTITY_ISSUER: provider.issuer }]) {
    const refused = await terminal(['login'], null, changes);
    expect(refused).toMatchObject({ code: 253, stderr: expect.stringContaining('a person has to confirm') });
  }
  const resource = ['--resource', url];
  expect(await terminal(['login', '--issuer', provider.issuer, ...resource], null, variables)).toMatchObject({
    code: 0,
  });
});

test.each(['pod-identity-gateway', 'https://other.example'])(
  'a token for %s is not used where the gateway published its own URL',
  async (audience) => {
    await provider.setAudience(audience);
    const outcome = await terminal(['login'], 'yes');
    expect(outcome).toMatchObject({
      code: 253,
      stderr: expect.stringContaining(`is for "${audience}", not for ${url}`),
    });
    expect(existsSync(file)).toBe(false);
  },
);

test('a renewal with another audience is not used', async () => {
  await terminal(['login'], 'yes');
  const { [url]: login } = logins();
  if (login) setLogins({ [url]: { ...login, expiresAt: new Date(0).toISOString() } });
  await provider.setAudience('pod-identity-gateway');
  const refused = await terminal(whoami, null);
  expect(refused).toMatchObject({ code: 253, stderr: expect.stringContaining('is for "pod-identity-gateway"') });
  expect(logins()[url]?.accessToken).toBe(login?.accessToken);
});

test.each<readonly [string, () => object, RegExp]>([
  [
    'another resource',
    () => ({ resource: 'https://real.example' }),
    /is about "https:\/\/real\.example", not about .*/,
  ],
  ['a slash at its end', () => ({ resource: `${other.endpoint}/` }), /: the slash at the end differs\./],
  [
    'a resource that a terminal obeys',
    () => ({ resource: 'https://x\u009b2J\u202e' }),
    /is about "https:\/\/x\\u\{9b\}2J\\u\{202e\}", not about/,
  ],
  ['no resource', () => ({ resource: undefined }), /is about nothing, not about/],
  ['no client', () => ({ pod_identity_client_id: undefined }), /which this gateway does not publish/],
  ['no issuer', () => ({ authorization_servers: [] }), /which this gateway does not publish/],
  [
    'several issuers',
    () => ({ authorization_servers: [provider.issuer, 'https://login.example'] }),
    /names several issuers: give one of these with --issuer/,
  ],
  ['what a terminal obeys', () => ({ authorization_servers: ['https://x\u001b[2J'] }), /does not publish/],
])('metadata with %s are refused before anything is requested', async (_name, changes, reason) => {
  metadata = { body: published(changes()) };
  const outcome = await terminal(['login'], 'yes', { POD_IDENTITY_ENDPOINT_URL: other.endpoint });
  expect(outcome).toMatchObject({ code: 253, stdout: '', questions: [] });
  expect(outcome.stderr).toMatch(reason);
});

test.each<readonly [string, () => typeof metadata, RegExp]>([
  [
    'a redirect',
    () => ({ status: 302, headers: { location: 'https://other.example/x' }, body: '' }),
    /HTTP status 302, a redirect to "https:\/\/other\.example\/x"/,
  ],
  ['an answer without end', () => ({ body: ' '.repeat(100_000) }), /more than 65536 bytes/],
  ['an error', () => ({ status: 500, body: '' }), /HTTP status 500: give --issuer/],
  ['a page', () => ({ body: '<html>' }), /does not have the metadata/],
])('%s in place of metadata is refused', async (_name, answer, reason) => {
  metadata = answer();
  const outcome = await terminal(['login'], 'yes', { POD_IDENTITY_ENDPOINT_URL: other.endpoint });
  expect(outcome).toMatchObject({ stdout: '', questions: [], stderr: expect.stringMatching(reason) });
  expect(outcome.code).toBeGreaterThan(252);
});

test('metadata that do not end in time are not waited for', async () => {
  const slow = await startAnsweringServer((response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{');
  });
  closeAtEnd(slow.stop);
  const environment = settings({ POD_IDENTITY_ENDPOINT_URL: slow.endpoint });
  const callSettings = { environment, version: 'a program', writeError: () => undefined };
  const read = readResourceMetadata(slow.endpoint, readConnection({}, null, environment), callSettings, 200);
  await expect(read).rejects.toThrow(
    `${slow.endpoint}/.well-known/oauth-protected-resource did not answer within 0.2 s.`,
  );
});

test('metadata are not read over http from another machine', async () => {
  const outcome = await terminal(['login'], 'yes', { POD_IDENTITY_ENDPOINT_URL: 'http://gateway.example' });
  expect(outcome).toMatchObject({ code: 253, stderr: expect.stringContaining('not read over http') });
});

test('a gateway that names the issuer of another one gets no token of that one', async () => {
  metadata = { body: published() };
  await provider.setAudience(url);
  const outcome = await terminal(['login'], 'yes', { POD_IDENTITY_ENDPOINT_URL: other.endpoint });
  expect(outcome).toMatchObject({ code: 253, stderr: expect.stringContaining(`is for "${url}", not for`) });
  expect(other.seen.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
});

test.each([
  ['https://gateway.example', 'https://gateway.example/', ': the slash at the end differs'],
  ['https://gateway.example', 'https://Gateway.example', ': the case of the host differs'],
  ['https://gateway.example', 'https://gateway.example:443', ': the default port differs'],
  ['https://gateway.example', 'http://gateway.example', ': the scheme differs'],
  ['https://gateway.example', 'https://other.example', ': the host differs'],
  ['https://gateway.example', 'https://gateway.example/a', ': the path differs'],
])('of %s and %s, it says what differs', (one, two, difference) => {
  expect([differenceOf(one, two), differenceOf(two, one)]).toEqual([difference, difference]);
});

test('a token that the gateway refuses is not stored, and the wrong claim is named', async () => {
  await provider.setAudience('https://other.example');
  const outcome = await terminal([...firstLogin(), '--resource', url], null);
  expect(outcome).toMatchObject({ code: 253, stdout: '' });
  expect(outcome.stderr).toMatch(
    /does not accept the token: .*audience.* The token's aud is "https:\/\/other\.example"\./,
  );
  expect(existsSync(file)).toBe(false);
});

test('a login is stored with a warning where the gateway does not answer', async () => {
  const outcome = await pod(firstLogin(), { POD_IDENTITY_ENDPOINT_URL: 'http://127.0.0.1:9' });
  expect(outcome).toMatchObject({ code: 0, stderr: expect.stringContaining('The login is stored, and was not tried') });
  expect(logins()['http://127.0.0.1:9']).toMatchObject({ clientId: 'pod-identity' });
});

test('a login that cannot be stored is not called stored', async () => {
  await provider.hold('/token', 'after');
  const outcome = pod(firstLogin(), { POD_IDENTITY_ENDPOINT_URL: 'http://127.0.0.1:9' });
  await provider.held();
  mkdirSync(file, { recursive: true });
  chmodSync(dirname(file), 0o700);
  await provider.release();
  const { code, stderr } = await outcome;
  expect({ code, stderr }).toEqual({ code: 255, stderr: expect.stringContaining('is not a file.') });
  expect(stderr).not.toContain('is stored');
});

test('an empty option clears what the last login had', async () => {
  await pod([...firstLogin(), '--audience', 'x', '--resource', 'https://gateway.example']);
  expect(Object.values(logins())).toMatchObject([{ audience: 'x', resource: 'https://gateway.example' }]);
  await pod(['login', '--audience', '']);
  expect(Object.values(logins())).toMatchObject([{ audience: null, resource: 'https://gateway.example' }]);
  await pod(['login', '--resource='], { POD_IDENTITY_AUDIENCE: 'y' });
  expect(Object.values(logins())).toMatchObject([{ audience: 'y', resource: null }]);
});

test('auth status says whose the credentials are, and shows no secret; auth token prints the access token', async () => {
  await terminal(['login'], 'yes');
  const { accessToken = '', refreshToken, expiresAt } = logins()[url] ?? {};
  const status = await terminal(['auth', 'status'], null);
  expect(JSON.parse(status.stdout)).toEqual({
    status: {
      endpointUrl: url,
      principalId: `${provider.issuer}#alice`,
      kind: 'USER',
      credentials: 'pod-identity login',
      issuer: provider.issuer,
      audiences: [url],
      expiresAt: expect.stringContaining(expiresAt?.slice(0, 19) ?? ''),
      renewable: true,
    },
  });
  for (const secret of [accessToken, refreshToken]) expect(status.stdout + status.stderr).not.toContain(secret);
  expect(await terminal(['auth', 'token'], null)).toMatchObject({ code: 0, stdout: `${accessToken}\n` });
  expect(await terminal(['auth', 'token', '--token', 'given'], null)).toMatchObject({ stdout: 'given\n' });
  expect((await terminal(['auth', 'token'], null, { POD_IDENTITY_TOKEN: 'set' })).stdout).toBe('set\n');
  const login = logins()[url];
  if (login) setLogins({ [url]: { ...login, expiresAt: new Date(0).toISOString() } });
  const { stdout } = await terminal(['auth', 'token'], null);
  expect(stdout).toBe(`${logins()[url]?.accessToken}\n`);
  expect(logins()[url]?.refreshToken).not.toBe(refreshToken);
});

test('without a token, auth token says so; auth status names the credentials that the gateway refuses', async () => {
  expect(await terminal(['auth', 'token'], null)).toMatchObject({
    code: 253,
    stderr: expect.stringContaining('pod-identity login'),
  });
  const status = await terminal(['auth', 'status', '--token', 'x.y.z'], null);
  expect(status).toMatchObject({ code: 254, stderr: expect.stringContaining('credentials: --token or') });
});

test.each(['0', '65536', '70000'])(
  'the port %s of a redirect is refused before anything is requested',
  async (port) => {
    const outcome = await terminal([...firstLogin(), '--redirect-port', port], null);
    expect(outcome).toMatchObject({ code: 252, stderr: expect.stringContaining('parameter redirectPort') });
  },
);
