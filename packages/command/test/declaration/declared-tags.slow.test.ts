// Quick tests: packages/command/test/declaration/planner.test.ts and rows.test.ts.
import { EKSClient, TagResourceCommand } from '@aws-sdk/client-eks';
import { outside, paymentsDeclaration, startScannedGateway } from './scanned-gateway.ts';
import type { ScannedGateway } from './scanned-gateway.ts';

let fleet: ScannedGateway;

beforeEach(async () => {
  fleet = await startScannedGateway();
  await fleet.observe();
});
afterEach(() => fleet.close());

const place = '111122223333/eu-central-1/apps-dev/payments';

const fileOf = (tags: string, names: readonly string[] = ['api'], role?: string) =>
  fleet.write('bindings.yaml', paymentsDeclaration(names, role).replace('{ team: payments }', `{ ${tags} }`));

/** Plans a file, and fails where something is denied. */
async function planned(file: string, ...more: readonly string[]) {
  const outcome = await fleet.run(['plan', '-f', file, '-o', fleet.pathOf('plan.json'), ...more]);
  if (outcome.code === 1) throw new Error(`${outcome.stdout}${outcome.stderr}`);
  return outcome.stdout;
}

const applied = (...more: readonly string[]) => fleet.run(['apply', fleet.pathOf('plan.json'), ...more]);

async function declared(file: string, ...more: readonly string[]) {
  await planned(file, ...more);
  const { code, stdout, stderr } = await applied();
  if (code !== 0) throw new Error(`${stdout}${stderr}`);
}

/** The tags of an association at EKS, without that of the gateway. */
function tagsOf(name: string) {
  const { tags = {} } = fleet.control.associations().find(({ serviceAccount }) => serviceAccount === name) ?? {};
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('pod-identity-gateway/')));
}

const settled = (unchanged: number) =>
  `0 to create, 0 to update, 0 to adopt, 0 to delete, ${unchanged} unchanged, 0 denied`;

test('tags are planned one by one, applied, planned again without changes, and undone by the inverse', async () => {
  await declared(fileOf('team: payments, old: "1"', ['api', 'worker']));
  const file = fileOf('team: pay, new: "2"', ['api', 'worker'], 'payments-worker');
  const text = await planned(file);
  expect(text).toContain(`~ tag ${place}/api
    + tag new=2
    ~ tag team=payments → pay
~ untag ${place}/api
    - tag old=1
~ update ${place}/api
    roleArn: `);
  expect(text).toContain('0 to create, 2 to update, 0 to adopt, 0 to delete, 2 to tag, 2 to untag, 0 unchanged');
  expect(text).toContain('2 associations have tags that the declaration does not have: old (2).');

  expect(await applied()).toMatchObject({ code: 0, stdout: 'Done: 6 of 6.\n' });
  expect([tagsOf('api'), tagsOf('worker')]).toEqual(Array(2).fill({ team: 'pay', new: '2' }));
  expect(await applied()).toMatchObject({ code: 0, stdout: 'Done: 6 of 6, 6 of them by an earlier run.\n' });
  expect(await planned(file)).toContain(settled(2));
  await fleet.observe();
  expect(await planned(file)).toContain(settled(2));

  await declared(fleet.pathOf('plan.inverse.yaml'), '--prune');
  expect([tagsOf('api'), tagsOf('worker')]).toEqual(Array(2).fill({ team: 'payments', old: '1' }));
});

test('the inverse has the tags of before', async () => {
  await declared(fileOf('team: payments, old: "1"'));
  await declared(fileOf('team: payments, new: "2"'));
  const inverse = await planned(fleet.pathOf('plan.inverse.yaml'), '--prune');
  expect(inverse).toContain('+ tag old=1');
  expect(inverse).toContain('- tag new=2');
});

test('in JSON, a plan has the tags of each change, counts, and what differs; its exit code is 2', async () => {
  await declared(fileOf('team: payments, old: "1"'));
  const file = fileOf('team: payments');
  const { code, stdout } = await fleet.run(['plan', '-f', file, '--output', 'json', '--detailed-exitcode']);
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    counts: { tag: 0, untag: 1, update: 0, unchanged: 0 },
    changes: [{ action: 'untag', before: { tags: { old: '1' } }, after: { tags: { team: 'payments' } } }],
    otherTags: [{ serviceAccount: 'api', added: {}, changed: {}, removed: { old: '1' } }],
  });
});

test('a tag that replaces one that policy requires under another name is planned and applied', async () => {
  fleet.control.createAssociation({ ...outside('foreign'), tags: { Team: 'payments' } });
  await fleet.observe();
  const file = fileOf('team: payments', ['foreign']);
  expect(await planned(file)).toContain('1 to tag, 1 to untag');
  expect(await applied()).toMatchObject({ code: 0, stdout: 'Done: 2 of 2.\n' });
  expect(tagsOf('foreign')).toEqual({ team: 'payments' });
});

test('an association from outside with other tags is adopted, then tagged', async () => {
  fleet.control.createAssociation({ ...outside('foreign'), tags: { team: 'payments', tool: 'other' } });
  await fleet.observe();
  const file = fileOf('team: payments', ['foreign']);
  const plan = ['plan', '-f', file, '-o', fleet.pathOf('plan.json'), '--adopt'];
  const { stdout } = await fleet.run(plan, 'pat');
  expect(stdout).toContain(`= adopt ${place}/foreign`);
  expect(stdout).toContain('1 to adopt, 0 to delete, 1 to untag');
  const made = await fleet.run(['apply', fleet.pathOf('plan.json')], 'pat');
  expect(made).toMatchObject({ code: 0, stdout: 'Done: 2 of 2.\n' });
  expect(tagsOf('foreign')).toEqual({ team: 'payments' });
  expect((await fleet.run(plan, 'pat')).stdout).toContain(settled(1));
});

test('of a service account with tags that policy denies, nothing is planned or changed', async () => {
  await declared(fileOf('team: payments, old: "1"', ['api', 'worker']));
  const file = fileOf('new: "2"', ['api'], 'payments-worker');
  const { code, stdout } = await fleet.run(['plan', '-f', file, '-o', fleet.pathOf('plan.json')]);
  expect([code, stdout]).toEqual([
    1,
    expect.stringContaining(`! denied untag ${place}/api\n    Policy required-tags: `),
  ]);
  expect(stdout).toContain('So no tag and no update of it is planned either.');
  expect((await applied('--allow-partial')).stdout).toBe('Done: 0 of 0.\n');
  expect(tagsOf('api')).toEqual({ team: 'payments', old: '1' });
});

test('tags that others changed after the plan are refused, and what follows is not sent', async () => {
  await declared(fileOf('team: payments'));
  await planned(fileOf('team: payments, new: "2"', ['api'], 'payments-worker'));
  const [created] = fleet.control.associations();
  const eks = new EKSClient({
    region: 'eu-central-1',
    endpoint: fleet.gateway.simulator.url,
    credentials: { accessKeyId: 'simulator', secretAccessKey: 'x' },
  });
  await eks.send(new TagResourceCommand({ resourceArn: created?.associationArn, tags: { by: 'others' } }));
  eks.destroy();
  const { code, stdout } = await applied();
  expect(code).toBe(1);
  expect(stdout).toMatch(/Refused:\n- tag \S+\/api: .*has other tags than expected: by/);
  expect(stdout).toContain(`Not started:\n- update ${place}/api: It follows the tag, which is not done.`);
});

test('a plan on an export of tagged associations changes nothing', async () => {
  await declared(fileOf('team: payments, old: "1"'));
  await declared(fileOf('team: payments, new: "2"'));
  await fleet.run(['export', '--cluster-name', 'apps-dev', '-o', fleet.pathOf('exported.yaml')], 'pat');
  expect((await fleet.run(['plan', '-f', fleet.pathOf('exported.yaml')], 'pat')).stdout).toContain(settled(1));
});
