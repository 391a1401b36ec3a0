// No quick test: it is about programs or packages as they run.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startServerProcess } from '../../../test/support/server-process.ts';
import type { ServerProcess } from '../../../test/support/server-process.ts';
import { environmentOf, installExample, startAgent } from './agent.ts';

const repository = join(import.meta.dirname, '../../..');
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'mcp-readme-'));
let example: Awaited<ReturnType<typeof installExample>>;
let server: ServerProcess;

beforeAll(async () => {
  [example, server] = await Promise.all([installExample(), startServerProcess({ LOCAL_FOLDER: folder })]);
});
afterAll(async () => {
  await server.stop('SIGKILL');
  example.remove();
  rmSync(folder, { recursive: true });
});

const origin = () => new URL(server.url).origin;
/** The page with the ports and folders of this test. */
const readme = () =>
  readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
    .replaceAll('http://127.0.0.1:4000', origin())
    .replaceAll('https://abc.execute-api.eu-central-1.amazonaws.com', origin())
    .replaceAll(/(\/path\/to\/pod-identity-gateway\/)?examples\/mcp-server(?=\/src)/g, example.folder);
const blocksOf = (language: string) =>
  [...readme().matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))].map(([, code = '']) => code);
const environment = () => ({
  ...environmentOf({ LOCAL_FOLDER: folder, XDG_CONFIG_HOME: folder, HOME: process.env.HOME ?? '' }),
  PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
});

test('the commands to try it print what the page shows', async () => {
  const tryIt = blocksOf('sh').at(-1) ?? '';
  const { stdout } = await run('bash', ['-eu', '-c', tryIt], { cwd: repository, env: environment() });
  expect(stdout).toBe(blocksOf('text')[0]);
});

test('the configurations of agents start the server as the person who signed in with the command', async () => {
  const token = join(repository, 'packages/local-gateway/src/token.ts');
  const { stdout: jwt } = await run(process.execPath, [token, 'bob'], { env: environment() });
  const client = { issuer: 'https://issuer.example', clientId: 'c', scope: null, audience: null, resource: null };
  const login = { ...client, accessToken: jwt.trim(), expiresAt: '2999-01-01T00:00:00Z', refreshToken: null };
  mkdirSync(join(folder, 'pod-identity'));
  const file = join(folder, 'pod-identity/logins.json');
  writeFileSync(file, JSON.stringify({ logins: { [origin()]: login } }), { mode: 0o600 });
  const configurations = blocksOf('json').map((block) => JSON.parse(block) as Record<string, Servers>);
  expect(configurations).toHaveLength(2);
  for (const configuration of configurations) {
    const [servers] = Object.values(configuration);
    if (!servers) throw new Error('There is no server.');
    const { env, ...program } = servers['pod-identity'];
    const agent = await startAgent(program, { ...environment(), ...env });
    expect((await agent.call('whoami')).data.viewer.id).toBe('https://issuer.example#bob');
  }
});

test('the table of tools has every tool', async () => {
  const { tools } = await startAgent(example.folder, environment());
  const named = [...readme().matchAll(/^\| (`\w+`(?:, `\w+`)*) +\| [^|]*\| (?:read-only|destructive|open)/gm)];
  const names = named.flatMap(([, list = '']) => list.split(', ').map((name) => name.slice(1, -1)));
  expect(names.sort()).toEqual(tools.map(({ name }) => name).sort());
});

interface Servers {
  readonly 'pod-identity': { readonly command: string; readonly args: string[]; readonly env: Record<string, string> };
}
