import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testUnless } from '../../../../test/support/requires.ts';
import { pods } from '../../../controller/test/api-server/kinds.ts';
import { startApiServer } from '../../../controller/test/api-server/server.ts';
import type { ApiServer } from '../../../controller/test/api-server/server.ts';
import { runOnGateway } from '../run-on-gateway.ts';
import { associations, plain, pod } from './pods.ts';

const missing = spawnSync('kubectl', ['version', '--client']).status === 0 ? null : 'it needs kubectl';

const folder = mkdtempSync(join(tmpdir(), 'doctor-kubectl-'));
const list = join(folder, 'associations.json');
let cluster: ApiServer;

beforeAll(async () => {
  writeFileSync(list, associations());
  // Over plain HTTP, kubectl sends no token.
  cluster = await startApiServer({ '': 'admin' });
});
afterAll(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true });
});

function create(name: string, containers?: readonly object[]): void {
  cluster.store.create(pods, 'payments', pod({ ...(containers && { containers }), metadata: { name } }) as never);
}

/** Starts `kubectl get pods -o json` with more arguments, and collects what it prints. */
function getPods(...more: string[]) {
  const { PATH } = process.env;
  const args = ['--server', cluster.url, 'get', 'pods', '-n', 'payments', '-o', 'json', ...more];
  const child = spawn('kubectl', args, { env: { PATH, HOME: folder }, stdio: ['ignore', 'pipe', 'inherit'] });
  const printed = { text: '' };
  child.stdout.on('data', (chunk: Buffer) => (printed.text += chunk.toString()));
  return { printed, child, closed: once(child, 'close') };
}

testUnless(missing)('the doctor reads what kubectl prints: lists, and events of a watch', async () => {
  create('api-5d9-good');
  create('api-5d9-bad', [plain()]);
  const listed = getPods();
  await listed.closed;
  const diagnosis = await runOnGateway(['doctor', '--associations', list], { input: listed.printed.text });
  expect(diagnosis.stderr).toBe('');
  expect(diagnosis.code).toBe(2);
  expect(diagnosis.stdout).toContain('1 of 2 pods with an association have its credentials. 1 problem, 0 notes.');

  const watch = getPods('--watch', '--output-watch-events');
  const shows = async (text: string) => {
    while (!watch.printed.text.includes(text)) await once(watch.child.stdout, 'data');
  };
  await shows('api-5d9-bad');
  cluster.store.remove(pods, 'payments', 'api-5d9-bad');
  await shows('DELETED');
  watch.child.kill();
  await watch.closed;
  const watched = await runOnGateway(['doctor', '--associations', list, '--watch'], { input: watch.printed.text });
  expect(watched.stderr).toBe('');
  expect(watched.stdout).toContain('Not injected');
  // The pod with the problem is gone at the end.
  expect(watched.code).toBe(0);
});
