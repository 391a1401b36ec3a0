// Quick test: packages/command/test/declaration/apply.test.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { startApply, until } from './apply-process.ts';
import { paymentsDeclaration, startScannedGateway } from './scanned-gateway.ts';
import type { ScannedGateway } from './scanned-gateway.ts';

const serviceAccounts = Array.from({ length: 30 }, (_, index) => `s${String(index).padStart(2, '0')}`);

let fleet: ScannedGateway;

beforeEach(async () => {
  fleet = await startScannedGateway();
  await fleet.observe();
});
afterEach(() => fleet.close());

/** Plans the service accounts with a role, and returns the path of the plan. */
async function plan(role?: string): Promise<string> {
  const file = fleet.write('bindings.yaml', paymentsDeclaration(serviceAccounts, role));
  const path = fleet.pathOf('plan.json');
  expect((await fleet.run(['plan', '-f', file, '-o', path])).code).not.toBe(1);
  return path;
}

/** Delays the answers to creates, which take effect at once. */
const delayAnswers = (delayMs: number, times: number) =>
  fleet.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'delay', delayMs, times });
const made = () => fleet.control.associations().length;

test('an interrupt finishes the changes that are under way, begins no other, and reports exactly what was done', async () => {
  const path = await plan();
  delayAnswers(1_500, 9);
  const apply = await startApply(fleet, path);
  await until(() => made() === 9);
  apply.kill('SIGINT');
  // As npm passes it on.
  apply.kill('SIGINT');
  const { code, stdout, stderr } = await apply.ended;
  expect(stderr).toContain('Interrupted: 8 changes are under way and are finished, and no other begins.');
  expect(stdout).toContain('Done: 9 of 30.');
  expect(stdout).toContain('Interrupted: 8 changes were under way (8 done), 21 were not begun.');
  expect(stdout.match(/^- create \S+: The command was interrupted\.$/gm)).toHaveLength(21);
  expect([code, made()]).toEqual([130, 9]);

  const again = await (await startApply(fleet, path)).ended;
  expect(again).toMatchObject({ code: 0, stdout: 'Done: 30 of 30, 9 of them by an earlier run.\n' });
  expect(fleet.effects()).toEqual(serviceAccounts.map((name) => `Create ${name}`));
});

test('an interrupt that also ends the reader of standard error, such as tee, leaves no change unfinished', async () => {
  const path = await plan();
  delayAnswers(1_000, 9);
  const apply = await startApply(fleet, path);
  await until(() => made() === 9);
  apply.closeStderr();
  apply.kill('SIGINT');
  const { code, stdout } = await apply.ended;
  expect(stdout).toContain('Done: 9 of 30.');
  expect([code, made()]).toEqual([130, 9]);
});

test('a second interrupt ends at once, and says of which changes the result is not known', async () => {
  const path = await plan();
  delayAnswers(0, 1);
  delayAnswers(10_000, 8);
  const apply = await startApply(fleet, path);
  await until(() => made() === 9);
  apply.kill('SIGINT');
  await sleep(500);
  const interruptedAt = performance.now();
  apply.kill('SIGINT');
  const { code, stdout } = await apply.ended;
  expect(performance.now() - interruptedAt).toBeLessThan(2_000);
  expect(stdout).toContain('Done: 1 of 30.');
  expect(stdout).toContain('Failed, with an unknown result: apply the plan again:');
  expect(stdout).toContain('8 changes were under way (8 with an unknown result), 21 were not begun.');
  expect(code).toBe(130);
});

test('an interrupt ends the wait for a role that does not exist', async () => {
  const apply = await startApply(fleet, await plan('misspelt'));
  await until(() => apply.stderr().includes('attempt 2 in 10.0 s: ROLE_NOT_FOUND'));
  const interruptedAt = performance.now();
  apply.kill('SIGINT');
  const { code, stdout } = await apply.ended;
  expect(performance.now() - interruptedAt).toBeLessThan(2_000);
  expect(stdout).toContain('1 changes were under way (1 refused), 29 were not begun.');
  expect(code).toBe(130);
});
