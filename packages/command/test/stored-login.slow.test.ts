// No quick test: it is about programs or packages as they run.
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  changeStored,
  consumer,
  file,
  firstLogin,
  folder,
  gateway,
  openLoginGateway,
  pod,
  processSettings,
  provider,
  stored,
  whoami,
} from './login-gateway.ts';

openLoginGateway();

const past = new Date(0).toISOString();

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
  const outcomes = await Promise.all(
    [1, 2, 3].map(() => promisify(execFile)(consumer.bin, whoami, { env: processSettings() })),
  );
  for (const { stdout } of outcomes) expect(stdout).toBe(`${provider.issuer}#alice\tUSER\n`);
  expect(stored()?.refreshToken).not.toBe(before?.refreshToken);
  // The provider revokes all tokens of a grant when a refresh token is used twice.
  changeStored({ expiresAt: past });
  expect(await pod(whoami)).toMatchObject({ code: 0 });
  expect(existsSync(`${file}.lock`)).toBe(false);
});

test('a renewal that does not reach the issuer does not ask for another login', async () => {
  await pod(firstLogin());
  changeStored({ expiresAt: past, issuer: 'http://127.0.0.1:1' });
  const { code, stderr } = await pod(whoami);
  expect({ code, stderr }).toEqual({ code: 255, stderr: expect.stringContaining('was not renewed') });
  expect(stderr).not.toContain('pod-identity login');
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

test('a login says which variable comes before it', async () => {
  expect((await pod(firstLogin(), { POD_IDENTITY_TOKEN: 'x' })).stderr).toMatch(/POD_IDENTITY_TOKEN is set.* before/);
  expect((await pod(['login'], { POD_IDENTITY_TOKEN_FILE: 'x' })).stderr).toMatch(/POD_IDENTITY_TOKEN_FILE is set/);
  expect((await pod(['login'])).stderr).not.toContain('is set');
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
