// Quick test: packages/local-gateway/test/keys.test.ts.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { makeAuthorizer } from '../src/http-api/authorizer.ts';
import { loadSigningKey } from '../src/keys.ts';
import { audience, issuer, principals } from '../src/principals.ts';
import { compileCache } from '../../../test/support/compile-cache.ts';

const program = join(import.meta.dirname, '../src/token.ts');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'token-'));
});

afterAll(() => rm(folder, { recursive: true }));

interface Outcome {
  code: number | string;
  stdout: string;
  stderr: string;
}

function token(args: string[], localFolder = folder): Promise<Outcome> {
  const env = { ...process.env, ...compileCache, LOCAL_FOLDER: localFolder };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? 1), stdout, stderr });
    });
  });
}

async function isAuthorized(line: string, localFolder = folder): Promise<boolean> {
  const { publicKeys } = await loadSigningKey(localFolder);
  const answer = await makeAuthorizer({ issuer, audience, keys: publicKeys })(line);
  return answer.kind === 'authorized';
}

test('prints only a token, which the local server accepts', async () => {
  const { code, stdout, stderr } = await token(['alice']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  expect(await isAuthorized(stdout)).toBe(true);
  const { sub, groups, iss, aud, exp = 0, iat = 0 } = decodeJwt(stdout.trim());
  expect({ sub, groups, iss, aud }).toEqual({ sub: 'alice', groups: ['payments-team'], iss: issuer, aud: audience });
  expect(exp - iat).toBe(12 * 3600);
  expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(30);
});

test.each([
  ['90s', 90],
  ['2m', 120],
  ['365d', 365 * 86_400],
])('--expires-in %s sets the lifetime', async (text, seconds) => {
  const { stdout } = await token(['chatops', '--expires-in', text]);
  const { exp = 0, iat = 0, ...claims } = decodeJwt(stdout.trim());
  expect(exp - iat).toBe(seconds);
  expect(claims).toMatchObject({ sub: 'chatops', client_id: 'chatops' });
});

test.each(['0s', '12', 'h', '1w', '-1h', '366d', '1.5h', ''])('rejects --expires-in %j', async (text) => {
  const { code, stdout, stderr } = await token(['alice', `--expires-in=${text}`]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('--expires-in takes a number and s, m, h or d');
});

test.each([
  ['an unknown name', ['mallory'], 'mallory is not an example principal. Run with --help for usage.\n'],
  ['no name', [], 'Expected the name of an example principal, or --sub. Run with --help for usage.\n'],
  ['two names', ['alice', 'bob'], 'Expected one name, got 2. Run with --help for usage.\n'],
])('%s: lists the names on standard error, with what each may do', async (_, args, message) => {
  const { code, stdout, stderr } = await token(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr.startsWith(message)).toBe(true);
  for (const { name, description } of principals) expect(stderr).toContain(`${name.padEnd(18)} ${description}`);
});

test.each([
  [['--sub', 'ml-lead', '--groups', 'ml-team,ml-leads'], { sub: 'ml-lead', groups: ['ml-team', 'ml-leads'] }],
  [['--sub', 'ml-lead', '--actor', 'chatops'], { sub: 'ml-lead', act: { sub: 'chatops' } }],
  [['bob', '--actor', 'chatops'], { sub: 'bob', groups: ['search-team'], act: { sub: 'chatops' } }],
  [['--sub', 'deployer', '--service'], { sub: 'deployer', client_id: 'deployer' }],
])('%j gives a token with these claims', async (args, claims) => {
  const { code, stdout } = await token(args);
  expect(code).toBe(0);
  expect(decodeJwt(stdout.trim())).toMatchObject(claims);
  expect(await isAuthorized(stdout)).toBe(true);
});

test.each([
  [['alice', '--sub', 'bob'], 'Give either the name alice or --sub, not both.'],
  [['alice', '--groups', 'payments-team'], '--groups needs --sub: an example principal has claims of its own.'],
  [['--sub', 'a', '--service', '--actor', 'b'], 'Give either --service or --actor: a service acts for itself.'],
  [['--sub='], '--sub must not be empty.'],
])('rejects %j', async (args, message) => {
  const { code, stdout, stderr } = await token(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr.startsWith(message)).toBe(true);
});

test('a reader that ends before the output, such as head, is not an error', async () => {
  const child = spawn(process.execPath, [program, '--help'], { stdio: 'pipe' });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('--help explains the command and lists the names', async () => {
  const { code, stdout, stderr } = await token(['--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('npm run --silent token -- NAME');
  for (const { name } of principals) expect(stdout).toContain(name);
});

test('commands that run at the same time on a new machine sign with the same key', async () => {
  const fresh = join(folder, 'fresh');
  const outcomes = await Promise.all(['alice', 'bob', 'pat', 'olivia'].map((name) => token([name], fresh)));
  const accepted = await Promise.all(outcomes.map(({ stdout }) => isAuthorized(stdout, fresh)));
  expect(accepted).toEqual([true, true, true, true]);
});

test('names a broken key file, without a stack trace', async () => {
  const broken = await mkdtemp(join(folder, 'broken-'));
  await writeFile(join(broken, 'signing-key.json'), 'x');
  const { code, stdout, stderr } = await token(['alice'], broken);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(join(broken, 'signing-key.json'));
  expect(stderr).not.toContain('    at ');
});
