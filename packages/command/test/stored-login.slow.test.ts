// No quick test: it is about programs or packages as they run.
import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { claimsOf } from '../src/login/access-token.ts';
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
    const stderr = expect.stringContaining(`Run: chmod 600 ${file}`);
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

test.each([0o770, 0o707, 0o702])(
  'a folder of logins with mode %o, to which others may write, is refused',
  async (mode) => {
    await pod(firstLogin());
    chmodSync(dirname(file), mode);
    for (const line of [whoami, ['login'], ['logout']]) {
      const stderr = expect.stringContaining(`Run: chmod 700 ${dirname(file)}`);
      expect(await pod(line)).toMatchObject({ code: 255, stdout: '', stderr });
    }
    chmodSync(dirname(file), 0o700);
    expect(await pod(whoami)).toMatchObject({ code: 0 });
  },
);

// Only root can give a folder to another user.
const root = process.getuid?.() === 0 ? test : test.skip;
root.each([() => dirname(file), () => file])('logins that belong to another user are refused', async (path) => {
  await pod(firstLogin());
  chownSync(path(), 12_345, 0);
  const stderr = expect.stringMatching(/belongs to user 12345, and this command runs as user 0/);
  for (const line of [whoami, ['login']]) expect(await pod(line)).toMatchObject({ code: 255, stdout: '', stderr });
});

test.each([{ refreshToken: 1 }, { accessToken: '' }, { expiresAt: 'soon' }, { issuer: null }])(
  'a login with %j is not used, and the message names the file',
  async (change) => {
    await pod(firstLogin());
    changeStored(change as object);
    const stderr = expect.stringContaining(`"${file}" has no logins that this version can read. Delete it`);
    for (const line of [whoami, ['login']]) expect(await pod(line)).toMatchObject({ code: 255, stdout: '', stderr });
  },
);

test('a renewed token for another audience is not used', async () => {
  await pod(firstLogin());
  changeStored({ expiresAt: past });
  await provider.setAudience('https://other.example');
  const outcome = await pod(whoami);
  await provider.setAudience('');
  expect(outcome).toMatchObject({
    code: 253,
    stderr: expect.stringMatching(
      /is for "https:\/\/other\.example", that of the login was for "pod-identity-gateway"/,
    ),
  });
});

test('a renewed token of another person is not used', async () => {
  await pod(firstLogin());
  const { accessToken = '' } = stored() ?? {};
  const claims = Buffer.from(JSON.stringify({ ...claimsOf(accessToken), sub: 'bob' })).toString('base64url');
  changeStored({ expiresAt: past, accessToken: `x.${claims}.x` });
  const before = readFileSync(file, 'utf8');
  const stderr = expect.stringMatching(/is of another person: it is not used\. Sign in again: pod-identity login\n$/);
  expect(await pod(whoami)).toMatchObject({ code: 253, stdout: '', stderr });
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('without room on the disk for a new login, the refresh token is not sent', async () => {
  await pod(firstLogin());
  changeStored({ expiresAt: past });
  const before = readFileSync(file, 'utf8');
  const limited = ['-c', 'ulimit -f 4; exec "$0" "$@"', consumer.bin, ...whoami];
  const failed = promisify(execFile)('bash', limited, { env: processSettings() });
  await expect(failed).rejects.toMatchObject({ code: 255, stderr: expect.stringContaining("The login can't be kept") });
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(readdirSync(dirname(file))).toEqual(['logins.json']);
  expect(await pod(whoami)).toMatchObject({ code: 0 });
});

test('a renewed login that cannot be stored is used, and said', async () => {
  await pod(firstLogin());
  changeStored({ expiresAt: past });
  await provider.hold('/token', 'after');
  const outcome = pod(whoami);
  await provider.held();
  // Nothing can take the place of a folder with content.
  rmSync(file);
  mkdirSync(join(file, 'x'), { recursive: true });
  await provider.release();
  expect(await outcome).toMatchObject({
    ...{ code: 0, stdout: `${provider.issuer}#alice\tUSER\n` },
    stderr: expect.stringMatching(
      /The login can't be kept: .*\nThis command uses the renewed token\. .* pod-identity login\n/,
    ),
  });
});

test('after a lost answer, the same refresh token is sent once more; then the person signs in again', async () => {
  await pod(firstLogin());
  changeStored({ expiresAt: past });
  await provider.hold('/token', 'lost');
  expect(await pod(whoami)).toMatchObject({ code: 0 });
  changeStored({ expiresAt: past });
  await provider.hold('/token', 'never');
  expect(await pod(whoami)).toMatchObject({
    code: 253,
    stderr: expect.stringMatching(
      /answer was lost, and it does not accept the same refresh token again.* Sign in again: /,
    ),
  });
});

test('what killed commands left beside the file is removed with the next change', async () => {
  await pod(firstLogin());
  writeFileSync(`${file}.01234567-89ab-cdef-0123-456789abcdef`, 'tokens');
  changeStored({ expiresAt: past });
  await pod(whoami);
  expect(readdirSync(dirname(file))).toEqual(['logins.json']);
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
