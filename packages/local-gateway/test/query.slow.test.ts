// No quick test: it is about programs or packages as they run.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServerProcess } from '../../../test/support/server-process.ts';
import type { ServerProcess } from '../../../test/support/server-process.ts';
import { compileCache } from '../../../test/support/compile-cache.ts';

const program = join(import.meta.dirname, '../src/query.ts');
let folder: string;
let server: ServerProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'query-'));
  server = await startServerProcess({ LOCAL_FOLDER: folder, LEDGER_FILE: ':memory:' });
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** Writes files to the folder, and runs the command in it. */
function query(files: Record<string, string>, ...args: string[]) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const env = { ...process.env, ...compileCache, LOCAL_FOLDER: folder };
  return new Promise<{ code: number | string; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [program, ...args], { env, cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? 1), stdout, stderr });
    });
  });
}

const viewer = '{ viewer { id } }';
const namespaces =
  'query Namespaces($first: Int) { namespaces(clusterName: "apps-dev", first: $first) { nodes { name } } }';

test('prints the answer to a document as an example principal', async () => {
  const { code, stdout } = await query({ 'q.graphql': viewer }, 'bob', 'q.graphql', '--url', server.url);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ data: { viewer: { id: 'https://issuer.example#bob' } } });
});

test('sends variables, and one of several operations', async () => {
  const files = { 'q.graphql': `${namespaces} query Other ${viewer}`, 'v.json': '{"first": 1}' };
  const args = ['alice', 'q.graphql', 'v.json', '--operation', 'Namespaces', '--url', server.url];
  const { code, stdout } = await query(files, ...args);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ data: { namespaces: { nodes: [{}] } } });
});

test('exits with 1 where the answer has errors', async () => {
  const { code, stdout } = await query({ 'q.graphql': '{ nothing }' }, 'alice', 'q.graphql', '--url', server.url);
  expect(code).toBe(1);
  expect(stdout).toContain('Cannot query field');
});

test.each([
  ['no name', [], 'Expected the name of an example principal.'],
  ['an unknown name', ['mallory', 'q.graphql'], 'mallory is not an example principal.'],
  ['no document', ['alice'], 'Expected a file with a GraphQL document.'],
  ['a missing file', ['alice', 'missing.graphql'], "missing.graphql can't be read"],
  ['variables that are not an object', ['alice', 'q.graphql', 'list.json'], 'list.json does not hold a JSON object'],
  ['a URL that is not one', ['alice', 'q.graphql', '--url', 'here'], '--url here is not a URL'],
])('rejects %s with one line', async (_, args, message) => {
  const { code, stdout, stderr } = await query({ 'q.graphql': viewer, 'list.json': '[]' }, ...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr.trimEnd()).not.toContain('\n');
});

test('says how to start a server that does not answer', async () => {
  const { code, stderr } = await query({ 'q.graphql': viewer }, 'alice', 'q.graphql', '--url', 'http://127.0.0.1:1/');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^http:\/\/127\.0\.0\.1:1\/ does not answer \(.*\)\. Start the server with npm start/);
});
