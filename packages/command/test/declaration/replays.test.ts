import { roleArn } from '../../../../test/support/gateway.ts';
import { paymentsDeclaration, startScannedGateway } from './scanned-gateway.ts';
import type { ScannedGateway } from './scanned-gateway.ts';

let fleet: ScannedGateway;

beforeEach(async () => {
  fleet = await startScannedGateway();
  await fleet.observe();
});
afterEach(() => fleet.close());

/** Applies a plan of these service accounts, and returns its path. */
async function applied(serviceAccounts: readonly string[]): Promise<string> {
  const file = fleet.write('bindings.yaml', paymentsDeclaration(serviceAccounts));
  const plan = fleet.pathOf('plan.json');
  await fleet.run(['plan', '-f', file, '-o', plan]);
  expect((await fleet.run(['apply', plan])).code).toBe(0);
  return plan;
}

test('a replayed success is read again, and is not reported as done if it was revoked since', async () => {
  const plan = await applied(['api', 'worker']);
  const created = fleet.control.associations().find(({ serviceAccount }) => serviceAccount === 'api');
  fleet.control.deleteAssociation(created?.associationId ?? '');
  const { code, stdout } = await fleet.run(['apply', plan]);
  expect(code).toBe(1);
  expect(stdout).toContain(
    'changed since:\n- create 111122223333/eu-central-1/apps-dev/payments/api: The association was deleted',
  );
  expect(stdout).toContain('Done: 1 of 2, 1 of them by an earlier run.');
});

test('a run that finds much done lists the namespace, and describes what is gone, changed or was not seen for an hour', async () => {
  const { control, gateway } = fleet;
  const plan = await applied(['api', 'worker', 'batch', 'cron', 'mail']);
  const idOf = (name: string) =>
    control.associations().find(({ serviceAccount }) => serviceAccount === name)?.associationId ?? '';
  const again = async () => {
    control.clearRequests();
    const { stdout } = await fleet.run(['apply', plan]);
    // One that is not found is read again, because reads can lag.
    const described = new Set(control.requests('DescribePodIdentityAssociation').map((one) => one.associationId));
    return [stdout, control.requests('ListPodIdentityAssociations').length, described.size];
  };
  expect(await again()).toEqual(['Done: 5 of 5, 5 of them by an earlier run.\n', 1, 0]);

  control.deleteAssociation(idOf('api'));
  gateway.clock.skip(60_000);
  await gateway.update({ associationId: idOf('worker'), roleArn: roleArn('payments/payments-worker') }, 'pat');
  const [stdout, ...calls] = await again();
  expect(stdout).toContain('payments/api: The association was deleted since');
  expect(stdout).toContain('payments/worker: Changed since: roleArn.');
  expect(stdout).toContain('Done: 3 of 5, 3 of them by an earlier run.');
  expect(calls).toEqual([1, 2]);

  const anHourLater = gateway.clock.now() + 3_600_000;
  const now = jest.spyOn(Date, 'now').mockImplementation(() => anHourLater);
  expect((await again()).slice(1)).toEqual([1, 5]);
  now.mockRestore();
});

/** In production, policy permits the service chatops to check this without onBehalfOf, and not to do it. */
const everywhere = paymentsDeclaration(['api']).replace('[apps-dev]', '[apps-*]');

test('a plan says what is permitted as a dry run only, and apply ends before it changes anything', async () => {
  const file = fleet.write('bindings.yaml', everywhere);
  const path = fleet.pathOf('plan.json');
  const planned = await fleet.run(['plan', '-f', file, '-o', path], 'chatops');
  expect(planned.code).toBe(0);
  expect(planned.stdout).toContain('2 to create, 0 to update, 0 to adopt, 0 to delete, 0 unchanged, 0 denied');
  expect(planned.stdout.match(/policy allows you to plan it, and not to make it/g)).toHaveLength(1);
  expect(planned.stdout).toContain('1 changes are permitted to you as dry runs only: who applies has to plan again.');
  for (const as of ['chatops', 'alice']) {
    const applied = await fleet.run(['apply', path, '--allow-partial'], as);
    expect(applied.code).not.toBe(0);
    expect(applied.stderr).toContain(
      'to plan 1 of the changes, and not to make them: plan again as a principal who may.',
    );
  }
  expect(fleet.effects()).toEqual([]);
});
