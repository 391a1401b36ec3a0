// No quick test: it is about programs or packages as they run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeAtEnd } from '../../../test/support/left-open.ts';
import { runOnGateway } from './run-on-gateway.ts';
import { browse } from './identity-provider/identity-provider.ts';
import {
  consumer,
  file,
  firstLogin,
  folder,
  gateway,
  openLoginGateway,
  pod,
  processSettings,
  provider,
  settings,
  stored,
  whoami,
} from './login-gateway.ts';

openLoginGateway();

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
    const env = processSettings({ BROWSER: browser });
    const child = spawn(consumer.bin, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    closeAtEnd(async () => child.kill('SIGKILL'));
    const closed = once(child, 'close');
    const [chunk] = (await once(child.stderr, 'data')) as [Buffer];
    const url = new URL(/http:\S+/.exec(String(chunk))?.[0] ?? '');
    // Another page knows the port, not the state.
    const forged = await fetch(`${url.searchParams.get('redirect_uri')}?error=access_denied&state=x`);
    expect(forged.status).toBe(404);
    // The target of this request is not part of any URL.
    const { port } = new URL(url.searchParams.get('redirect_uri') ?? '');
    const [response] = (await once(get({ port, host: '127.0.0.1', path: '//' }), 'response')) as [IncomingMessage];
    expect(response.resume().statusCode).toBe(404);
    expect(await browse(url.href)).toBe('You are signed in. You can close this page.\n');
    expect(await closed).toEqual([0, null]);
  }
  const opened = readFileSync(join(folder, 'opened'), 'utf8').trim().split('\n');
  expect(opened.map((url) => new URL(url).searchParams.get('code_challenge_method'))).toEqual(['S256', 'S256']);
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

test('an access token that is not a JWT says what to request', async () => {
  const outcome = await pod(['login', '--issuer', provider.issuer, '--client-id', 'opaque']);
  expect(outcome).toMatchObject({
    code: 253,
    stderr: expect.stringMatching(/not a JWT\. .*--audience, --resource or --scope/),
  });
});

test.each([[[]], [['--device-code']]] as const)('Ctrl+C ends a login that waits: %j', async (options) => {
  const env = processSettings();
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
