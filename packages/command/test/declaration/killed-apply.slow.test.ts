// Quick test: packages/command/test/declaration/apply.test.ts.
import { startApply, until } from './apply-process.ts';
import { paymentsDeclaration, startScannedGateway } from './scanned-gateway.ts';
import type { ScannedGateway } from './scanned-gateway.ts';

/** `npm run bench -- fleet-day --declared 10000` kills the runners of 10,000. */
const count = 60;
const serviceAccounts = Array.from({ length: count }, (_, index) => `s${String(index).padStart(2, '0')}`);

let fleet: ScannedGateway;

beforeAll(async () => {
  fleet = await startScannedGateway();
  await fleet.observe();
});
afterAll(() => fleet.close());

test('a plan that two runners apply at once, of which each is killed three times, makes each change once', async () => {
  const file = fleet.write('bindings.yaml', paymentsDeclaration(serviceAccounts));
  const plan = fleet.pathOf('plan.json');
  expect((await fleet.run(['plan', '-f', file, '-o', plan])).code).not.toBe(1);
  const made = () => fleet.control.associations().length;
  for (const part of [5, 20, 35]) {
    const runners = [await startApply(fleet, plan), await startApply(fleet, plan)];
    for (const [index, { kill, ended }] of runners.entries()) {
      await until(() => made() >= part + 3 * index);
      kill('SIGKILL');
      expect((await ended).signal).toBe('SIGKILL');
    }
  }
  expect(made()).toBeLessThan(count);

  const last = [await startApply(fleet, plan), await startApply(fleet, plan)];
  for (const { code, stdout, stderr } of await Promise.all(last.map(({ ended }) => ended))) {
    expect({ code, stdout, stderr: code === 0 ? '' : stderr }).toEqual({
      code: 0,
      stdout: expect.stringContaining(`Done: ${count} of ${count}`),
      stderr: '',
    });
  }
  expect(fleet.effects()).toEqual(serviceAccounts.map((name) => `Create ${name}`));
  expect(made()).toBe(count);
  expect((await fleet.run(['plan', '-f', file])).code).toBe(0);
});
