// Quick test: packages/command/test/declaration/apply.test.ts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { paymentsDeclaration, startScannedGateway } from './scanned-gateway.ts';
import type { ScannedGateway } from './scanned-gateway.ts';

const executable = join(import.meta.dirname, '../../src/main.ts');
const serviceAccounts = Array.from({ length: 40 }, (_, index) => `s${String(index).padStart(2, '0')}`);

let fleet: ScannedGateway;

beforeAll(async () => {
  fleet = await startScannedGateway();
  await fleet.observe();
});
afterAll(() => fleet.close());

/** Applies the plan in a process of its own. It is killed once it has reported so many changes. */
async function apply(killedAfter = Infinity) {
  const env = {
    ...process.env,
    POD_IDENTITY_ENDPOINT_URL: fleet.gateway.url,
    POD_IDENTITY_TOKEN: await fleet.gateway.tokenOf('alice'),
  };
  const args = ['--no-warnings', executable, 'apply', fleet.pathOf('plan.json')];
  const child = spawn(process.execPath, args, { env, stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
    if (stderr.split('\n').filter((line) => /^\d+\//.test(line)).length >= killedAfter) child.kill('SIGKILL');
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, stdout, stderr };
}

test('a plan that is killed three times, and then applied by two runners at once, makes each change once', async () => {
  const file = fleet.write('bindings.yaml', paymentsDeclaration(serviceAccounts));
  expect((await fleet.run(['plan', '-f', file, '-o', fleet.pathOf('plan.json')])).code).toBe(0);
  for (const killedAfter of [3, 12, 20]) expect((await apply(killedAfter)).signal).toBe('SIGKILL');
  const made = fleet.effects().length;
  expect(made).toBeLessThan(serviceAccounts.length);

  const runs = await Promise.all([apply(), apply()]);
  for (const { code, stdout, stderr } of runs) {
    expect({ code, stdout, stderr: code === 0 ? '' : stderr }).toEqual({
      code: 0,
      stdout: expect.stringContaining('Done: 40 of 40'),
      stderr: '',
    });
  }
  expect(fleet.effects()).toEqual(serviceAccounts.map((name) => `Create ${name}`));
  expect(fleet.control.associations()).toHaveLength(serviceAccounts.length);
  expect((await fleet.run(['plan', '-f', file])).code).toBe(0);
});
