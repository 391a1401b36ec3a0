import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Gateway } from '../../../test/support/gateway.ts';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import type { Login } from '../src/login/store.ts';
import { runOnGateway, startGateway } from './gateway.ts';
import { browse, startIdentityProvider } from './identity-provider/identity-provider.ts';
import type { Choice } from './identity-provider/identity-provider.ts';
import { installPackage } from './installed-package.ts';
import type { Consumer } from './installed-package.ts';

const run = promisify(execFile);
const audience = 'pod-identity-gateway';

let provider: Awaited<ReturnType<typeof startIdentityProvider>>;
let gateway: Gateway;
let consumer: Consumer;
let folder: string;
let file: string;

beforeAll(async () => {
  [provider, consumer] = await Promise.all([
    startIdentityProvider(),
    installPackage(join(tmpdir(), 'pod-identity-client')),
  ]);
  const { issuer } = provider;
  gateway = await startGateway({ issuers: [{ issuer, audiences: [audience], keys: new URL(`${issuer}/jwks`) }] });
}, 120_000);

afterAll(async () => {
  await gateway.close();
  await provider.stop();
  consumer.remove();
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'login-'));
  file = join(folder, 'pod-identity', 'logins.json');
});

afterEach(() => rmSync(folder, { recursive: true }));

const settings = (changes: Readonly<Record<string, string>> = {}) => ({
  XDG_CONFIG_HOME: folder,
  POD_IDENTITY_ENDPOINT_URL: gateway.url,
  AWS_EC2_METADATA_DISABLED: 'true',
  ...changes,
});

const firstLogin = () => ['login', '--issuer', provider.issuer, '--client-id', 'pod-identity'];

/** Runs a command line in this process, and opens what it prints to sign in at as a browser does. */
async function pod(args: readonly string[], changes: Readonly<Record<string, string>> = {}, choice: Choice = 'allow') {
  const pages: Promise<string>[] = [];
  const onError = (text: string) => {
    const url = /(http:\S+[?&](?:state|user_code)=\S+)/.exec(text)?.[1];
    if (url !== undefined) pages.push(browse(url, choice));
  };
  const outcome = await runOnGateway(args, { environment: settings(changes), onError });
  return { ...outcome, pages: await Promise.all(pages) };
}

/** Runs the executable. */
const podProcess = (...args: readonly string[]) =>
  run(consumer.bin, [...args], { env: { PATH: process.env.PATH, AWS_CONFIG_FILE: '/dev/null', ...settings() } });

const stored = () => (JSON.parse(readFileSync(file, 'utf8')) as { logins: Record<string, Login> }).logins[gateway.url];

function changeStored(change: Partial<Login>): void {
  const logins = { [gateway.url]: { ...stored(), ...change } };
  writeFileSync(file, JSON.stringify({ logins }));
}

const past = new Date(0).toISOString();
const whoami = ['whoami', '--query', 'principal.[id, kind]', '--output', 'text'];
const create = [
  'create-pod-identity-association',
  ...['--cluster-name', 'apps-dev', '--namespace', 'payments', '--tags', 'team=payments'],
  ...['--role-arn', 'arn:aws:iam::111122223333:role/pods/payments/payments-api'],
];

test.each([
  ['with a browser', []],
  ['by device code', ['--device-code']],
] as const)('a person who signs in %s creates an association; logout ends it', async (name, options) => {
  const { code, stdout, stderr, pages } = await pod([...firstLogin(), ...options]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Sign in ') });
  expect(pages.at(-1)).toMatch(/signed in|Sign-in Success/i);
  const { login } = JSON.parse(stdout) as { login: object };
  const [issuer, clientId] = [provider.issuer, 'pod-identity'];
  const endpointUrl = gateway.url;
  const principalId = `${issuer}#alice`;
  expect(login).toEqual({
    ...{ endpointUrl, issuer, clientId, principalId },
    expiresAt: expect.any(String),
    renewable: true,
  });
  expect(stdout + stderr).not.toContain(stored()?.accessToken);

  expect((await pod(whoami)).stdout).toBe(`${principalId}\tUSER\n`);
  const created = await pod([...create, '--service-account', name.replaceAll(' ', '-')]);
  expect(created).toMatchObject({ code: 0, stdout: expect.stringContaining('associationId') });

  const { refreshToken } = stored() ?? {};
  expect((await pod(['logout', '--query', 'logout.[deleted, revoked]', '--output', 'text'])).stdout).toBe(
    'True\tTrue\n',
  );
  const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken ?? '' };
  const answer = await fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams(form) });
  expect(await answer.json()).toMatchObject({ error: 'invalid_grant' });
  expect(await pod(['logout'])).toMatchObject({ code: 0, stdout: expect.stringContaining('"deleted": false') });
  expect(await pod(whoami)).toMatchObject({ code: 253, stderr: expect.stringContaining('pod-identity login') });
});

test('the executable opens the browser, and its next login needs no options', async () => {
  const browser = join(folder, 'browser');
  writeFileSync(browser, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${folder}/opened'\n`, { mode: 0o755 });
  for (const args of [
    [...firstLogin(), '--browser'],
    ['login', '--browser'],
  ]) {
    const env = { PATH: process.env.PATH, AWS_CONFIG_FILE: '/dev/null', ...settings({ BROWSER: browser }) };
    const child = spawn(consumer.bin, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    closeAtEnd(async () => child.kill('SIGKILL'));
    const closed = once(child, 'close');
    const [chunk] = (await once(child.stderr, 'data')) as [Buffer];
    const url = new URL(/http:\S+/.exec(String(chunk))?.[0] ?? '');
    // Another page knows the port, not the state.
    const forged = await fetch(`${url.searchParams.get('redirect_uri')}?error=access_denied&state=x`);
    expect(forged.status).toBe(404);
    expect(await browse(url.href)).toBe('You are signed in. You can close this page.\n');
    expect(await closed).toEqual([0, null]);
  }
  const opened = readFileSync(join(folder, 'opened'), 'utf8').trim().split('\n');
  expect(opened.map((url) => new URL(url).searchParams.get('code_challenge_method'))).toEqual(['S256', 'S256']);
});

test('tokens are in a file of mode 0600 in a folder of mode 0700; a file that others can read is refused', async () => {
  await pod(firstLogin());
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);
  chmodSync(file, 0o640);
  for (const line of [whoami, ['login'], ['logout']]) {
    const stderr = expect.stringContaining(`Run: chmod 600 '${file}'`);
    expect(await pod(line)).toMatchObject({ code: 255, stdout: '', stderr });
  }
  chmodSync(file, 0o600);
  expect(await pod(whoami)).toMatchObject({ code: 0 });
});

test('a file of logins that is not one is not replaced', async () => {
  mkdirSync(join(file, '..'));
  writeFileSync(file, '{"logins"', { mode: 0o600 });
  expect(await pod(whoami)).toMatchObject({ code: 255, stderr: expect.stringContaining(`Delete it, and run`) });
  expect(readFileSync(file, 'utf8')).toBe('{"logins"');
});

test('commands at once renew an expired token once, and all succeed', async () => {
  await pod(firstLogin());
  const before = stored();
  changeStored({ expiresAt: past });
  const outcomes = await Promise.all([1, 2, 3].map(() => podProcess(...whoami)));
  for (const { stdout } of outcomes) expect(stdout).toBe(`${provider.issuer}#alice\tUSER\n`);
  expect(stored()?.refreshToken).not.toBe(before?.refreshToken);
  // The provider revokes all tokens of a grant when a refresh token is used twice.
  changeStored({ expiresAt: past });
  expect(await pod(whoami)).toMatchObject({ code: 0 });
  expect(existsSync(`${file}.lock`)).toBe(false);
});

test('a lock that a killed command left behind does not last', async () => {
  await pod(firstLogin());
  changeStored({ expiresAt: past });
  writeFileSync(`${file}.lock`, '1\n');
  utimesSync(`${file}.lock`, 0, 0);
  expect(await pod(whoami)).toMatchObject({ code: 0 });
});

test('a refresh token that is revoked, or missing, says how to sign in again; login needs no options then', async () => {
  await pod(firstLogin());
  changeStored({ expiresAt: past, refreshToken: null });
  const advice = /has expired.* Sign in again: pod-identity login\n$/;
  expect(await pod(whoami)).toMatchObject({ code: 253, stderr: expect.stringMatching(advice) });
  changeStored({ refreshToken: 'revoked' });
  expect(await pod(whoami)).toMatchObject({
    code: 253,
    stderr: expect.stringMatching(/invalid_grant.*pod-identity login/),
  });
  expect(await pod(['login'])).toMatchObject({ code: 0 });
  expect(await pod(whoami)).toMatchObject({ code: 0 });
});

test.each([[[]], [['--device-code']]] as const)('a person who denies is not signed in: %j', async (options) => {
  const denied = await pod([...firstLogin(), ...options], {}, 'deny');
  expect(denied).toMatchObject({
    code: 255,
    stdout: '',
    stderr: expect.stringMatching(/denied or cancelled \(access_denied/),
  });
  expect(existsSync(file)).toBe(false);
});

test('tokens of a device code are asked for at the interval of the issuer, 5 seconds later after slow_down', async () => {
  await provider.failNext('slow_down');
  const delays: (number | undefined)[] = [];
  let url = '';
  const pages: Promise<string>[] = [];
  const wait = globalThis.setTimeout;
  const spy = jest.spyOn(globalThis, 'setTimeout').mockImplementation((callback, delay) => {
    if (delay === 1_000 || delay === 5_000) delays.push(delay);
    // The person confirms after the answer slow_down.
    if (delay === 5_000 && pages.length === 0) pages.push(browse(url));
    return wait(callback, 10);
  });
  const onError = (text: string) => (url ||= /http:\S+[?&]user_code=\S+/.exec(text)?.[0] ?? '');
  const { code } = await runOnGateway([...firstLogin(), '--device-code'], { environment: settings(), onError });
  spy.mockRestore();
  await Promise.all(pages);
  expect(code).toBe(0);
  expect(delays.slice(0, 3)).toEqual([1_000, 5_000, 1_000]);
});

test('a device code that expires ends the login', async () => {
  await provider.failNext('expired_token');
  const outcome = await runOnGateway([...firstLogin(), '--device-code'], { environment: settings() });
  expect(outcome).toMatchObject({
    code: 255,
    stderr: expect.stringContaining('the code has expired before it was confirmed'),
  });
});

test.each<readonly [string, (issuer: string) => readonly string[], number, RegExp]>([
  ['no issuer', () => [], 253, /give --issuer and --client-id, or POD_IDENTITY_ISSUER/],
  ['an issuer over http', () => ['--issuer', 'http://login.example', '--client-id', 'x'], 253, /is not an https URL/],
  [
    'an issuer that is not one',
    (url) => ['--issuer', `${url}/me`, '--client-id', 'x'],
    255,
    /OpenID Connect issuer: HTTP status 404/,
  ],
  [
    'an issuer that is not there',
    () => ['--issuer', 'http://127.0.0.1:9', '--client-id', 'x'],
    255,
    /Could not connect to .*127\.0\.0\.1:9/,
  ],
  [
    'an issuer of another name',
    (url) => ['--issuer', url.replace('127.0.0.1', 'localhost'), '--client-id', 'x'],
    253,
    /Its issuer is http:\/\/127\.0\.0\.1:\d+: give exactly that with --issuer/,
  ],
  ['an unknown client', (url) => ['--issuer', url, '--client-id', 'nobody', '--device-code'], 255, /invalid_client/],
  [
    'an unknown resource',
    (url) => ['--issuer', url, '--client-id', 'pod-identity', '--resource', 'urn:x', '--device-code'],
    255,
    /invalid_target/,
  ],
])('%s ends the login with its reason', async (_name, options, code, reason) => {
  expect(await pod(['login', ...options(provider.issuer)])).toMatchObject({
    code,
    stdout: '',
    stderr: expect.stringMatching(reason),
  });
});

test('a login says which variable comes before it', async () => {
  expect((await pod(firstLogin(), { POD_IDENTITY_TOKEN: 'x' })).stderr).toMatch(/POD_IDENTITY_TOKEN is set.* before/);
  expect((await pod(['login'], { POD_IDENTITY_TOKEN_FILE: 'x' })).stderr).toMatch(/POD_IDENTITY_TOKEN_FILE is set/);
  expect((await pod(['login'])).stderr).not.toContain('is set');
});

test('an access token that is not a JWT says what to request', async () => {
  const outcome = await pod(['login', '--issuer', provider.issuer, '--client-id', 'opaque']);
  expect(outcome).toMatchObject({
    code: 253,
    stderr: expect.stringMatching(/not a JWT\. .*--audience, --resource or --scope/),
  });
});

test('a login comes after explicit tokens and profiles, and before AWS credentials', async () => {
  await pod(firstLogin());
  const keys = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
  expect(await pod(whoami, keys)).toMatchObject({ code: 0 });
  expect(await pod([...whoami, '--endpoint-url', `${gateway.url}/graphql/`])).toMatchObject({ code: 0 });
  const tokenFile = join(folder, 'token');
  const invalid = 'UnrecognizedClientException';
  expect(await pod([...whoami, '--token', 'x'])).toMatchObject({ code: 254, stderr: expect.stringContaining(invalid) });
  expect(await pod(whoami, { POD_IDENTITY_TOKEN: 'x' })).toMatchObject({ code: 254 });
  expect(await pod(whoami, { POD_IDENTITY_TOKEN_FILE: tokenFile })).toMatchObject({ code: 253 });
  const configFile = join(folder, 'config');
  writeFileSync(configFile, '[profile other]\nregion = eu-central-1\n');
  const signed = await pod([...whoami, '--profile', 'other'], { AWS_CONFIG_FILE: configFile });
  expect(signed).toMatchObject({ code: 253, stderr: expect.stringContaining('Unable to locate credentials') });
  expect(await pod([...whoami, '--no-sign-request'])).toMatchObject({ code: 254 });
});

test('--debug shows no token of a login', async () => {
  const { stderr } = await pod([...firstLogin(), '--debug']);
  expect(stderr).toContain('/token\n');
  const { accessToken = '', refreshToken } = stored() ?? {};
  changeStored({ expiresAt: past });
  const { stderr: renewal } = await pod([...whoami, '--debug']);
  for (const secret of [accessToken, refreshToken, stored()?.accessToken, stored()?.refreshToken]) {
    expect(secret).toBeTruthy();
    expect(stderr + renewal).not.toContain(secret);
  }
});

test.each([[[]], [['--device-code']]] as const)('Ctrl+C ends a login that waits: %j', async (options) => {
  const env = { PATH: process.env.PATH, AWS_CONFIG_FILE: '/dev/null', ...settings() };
  const child = spawn(consumer.bin, [...firstLogin(), ...options], { env, stdio: 'pipe' });
  closeAtEnd(async () => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    if (stderr === '') child.kill('SIGINT');
    stderr += String(chunk);
  });
  const [code] = (await once(child, 'close')) as [number];
  expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringContaining('You are not signed in.') });
  expect(existsSync(file)).toBe(false);
});
