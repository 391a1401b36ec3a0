import { startScannedGateway } from './scanned-gateway.ts';
import type { ScannedGateway } from './scanned-gateway.ts';

let fleet: ScannedGateway;

beforeEach(async () => {
  fleet = await startScannedGateway();
  await fleet.observe();
});
afterEach(() => fleet.close());

/** In production, policy permits the service chatops to check this without onBehalfOf, and not to do it. */
const declaration = `version: 1
name: payments
bindings:
  - roleArn: arn:aws:iam::{accountId}:role/pods/payments/payments-api
    clusters: [CLUSTERS]
    namespaces: [payments]
    serviceAccounts: [api]
    tags: { team: payments }
`;

async function plan(clusters: string) {
  const file = fleet.write('bindings.yaml', declaration.replace('CLUSTERS', clusters));
  const path = fleet.pathOf('plan.json');
  return { path, planned: await fleet.run(['plan', '-f', file, '-o', path], 'chatops') };
}

test('a plan says what is permitted as a dry run only, and apply ends before it changes anything', async () => {
  const { path, planned } = await plan('apps-*');
  expect(planned.code).toBe(2);
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
