// Quick test: packages/command/test/declaration/planner.test.ts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InterruptedError } from '../../src/aws/errors.ts';
import { startFaultyRoute } from '../../../client/test/gateway.ts';
import { home, roleArn } from '../../../../test/support/gateway.ts';
import { outside, paymentsDeclaration, startScannedGateway } from './scanned-gateway.ts';
import type { ScannedGateway } from './scanned-gateway.ts';

let fleet: ScannedGateway;

beforeEach(async () => {
  fleet = await startScannedGateway();
  await fleet.observe();
});
afterEach(() => fleet.close());

/** Plans the associations of service accounts into a file, and returns its path. */
async function planOf(
  serviceAccounts: readonly string[],
  name = 'plan.json',
  more: readonly string[] = [],
  role?: string,
) {
  const file = fleet.write('bindings.yaml', paymentsDeclaration(serviceAccounts, role));
  const { code, stderr } = await fleet.run(['plan', '-f', file, '-o', fleet.pathOf(name), ...more]);
  if (code === 1) throw new Error(stderr);
  return fleet.pathOf(name);
}
const declared = async (serviceAccounts: readonly string[]) => {
  const { code, stderr } = await fleet.run(['apply', await planOf(serviceAccounts)]);
  if (code !== 0) throw new Error(stderr);
};
const names = () =>
  fleet.control
    .associations()
    .map(({ serviceAccount }) => serviceAccount)
    .sort();

test('a declaration is planned, applied, and planned again without changes', async () => {
  const file = fleet.write('bindings.yaml', paymentsDeclaration(['api', 'worker']));
  const plan = ['plan', '-f', file, '-o', fleet.pathOf('plan.json')];
  const planned = await fleet.run(plan);
  expect(planned.code).toBe(0);
  expect(planned.stdout).toContain(
    '+ create 111122223333/eu-central-1/apps-dev/payments/api arn:aws:iam::111122223333:role/pods/payments/payments-api',
  );
  expect(planned.stdout).toContain('2 to create, 0 to update, 0 to adopt, 0 to delete, 0 unchanged, 0 denied');
  expect(fleet.effects()).toEqual([]);

  const applied = await fleet.run(['apply', fleet.pathOf('plan.json')]);
  expect(applied).toMatchObject({ code: 0, stdout: 'Done: 2 of 2.\n' });
  // Progress is for terminals.
  expect(applied.stderr).toBe(`The state before is in ${fleet.pathOf('plan.inverse.yaml')}.\n`);
  expect(names()).toEqual(['api', 'worker']);
  expect(await fleet.run(plan)).toMatchObject({ code: 0, stdout: expect.stringContaining('2 unchanged') });

  const again = await fleet.run(['apply', await planOf(['api', 'worker'])]);
  expect(again).toMatchObject({ code: 0, stdout: 'Done: 0 of 0.\n' });
});

test('with --detailed-exitcode, a plan ends with 0 for nothing, 2 for changes, and 1 for denials and errors', async () => {
  const codeOf = async (text: string) =>
    (await fleet.run(['plan', '-f', fleet.write('bindings.yaml', text), '--detailed-exitcode'])).code;
  expect(await codeOf(paymentsDeclaration(['api']))).toBe(2);
  expect(await codeOf('version: 1\nname: none\nbindings: []\n')).toBe(0);
  expect(await codeOf(paymentsDeclaration(['api'], 'search-api').replaceAll('payments]', 'search]'))).toBe(1);
  expect(await codeOf('version: 2\n')).toBe(1);
});

test('apply --output json counts the outcomes of each kind', async () => {
  const plan = await planOf(['api', 'worker']);
  await fleet.gateway.create({ serviceAccount: 'worker' });
  const { code, stdout } = await fleet.run(['apply', plan, '--output', 'json', '--query', 'counts']);
  expect([code, JSON.parse(stdout)]).toMatchObject([1, { done: 1, refused: 1, failed: 0, notStarted: 0 }]);
});

test('audit-trail names the declaration of a change, and what a scan found changed outside', async () => {
  await declared(['api']);
  await fleet.observe();
  const [created] = fleet.control.associations();
  fleet.control.deleteAssociation(created?.associationId ?? '');
  await fleet.observe();
  await fleet.observe();
  const query = 'entries[?event!=`CHECKED`].[event, declaration, principal.kind, message]';
  const trail = ['audit-trail', '--cluster-name', 'apps-dev', '--namespace', 'payments', '--query', query];
  const { stdout, stderr } = await fleet.run(trail);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([
    ['DRIFT_FOUND', null, 'SERVICE', 'The association was deleted outside of the gateway.'],
    ['SUCCEEDED', 'payments', 'USER', expect.any(String)],
    ['INTENT', 'payments', 'USER', null],
  ]);
});

test('a plan on an export changes nothing, also of what others made', async () => {
  await declared(['api', 'worker']);
  fleet.control.createAssociation(outside('foreign'));
  fleet.control.createAssociation({
    ...outside('large'),
    disableSessionTags: true,
    policy: '{"Statement": []}',
    targetRoleArn: 'arn:aws:iam::444455556666:role/t',
  });
  await fleet.observe();
  const exported = await fleet.run(
    ['export', '--cluster-name', 'apps-dev', '-o', fleet.pathOf('exported.yaml')],
    'pat',
  );
  expect(exported).toMatchObject({ code: 0, stderr: '' });
  const plan = ['plan', '-f', fleet.pathOf('exported.yaml'), '--prune', '--output', 'json'];
  const { code, stdout } = await fleet.run(plan, 'pat');
  expect(JSON.parse(stdout)).toMatchObject({
    counts: { create: 0, update: 0, adopt: 0, delete: 0, unchanged: 4, denied: 0, leftOver: 0 },
    changes: [],
    denied: [],
    unadopted: 2,
  });
  expect(code).toBe(0);

  const adopting = await fleet.run(
    [...plan, '--adopt', '-o', fleet.pathOf('adopt.json'), '--query', 'changes[].[action, target.serviceAccount]'],
    'pat',
  );
  expect(JSON.parse(adopting.stdout)).toEqual([
    ['adopt', 'foreign'],
    ['adopt', 'large'],
  ]);
  expect(await fleet.run(['apply', fleet.pathOf('adopt.json')], 'pat')).toMatchObject({
    code: 0,
    stdout: 'Done: 2 of 2.\n',
  });
  expect(JSON.parse((await fleet.run([...plan, '--adopt'], 'pat')).stdout)).toMatchObject({
    changes: [],
    unadopted: 0,
  });
});

test('an older plan does not make again what was made and revoked since, and a later plan does', async () => {
  const [plan, older] = [await planOf(['api'], 'plan.json'), await planOf(['api'], 'older.json')];
  expect((await fleet.run(['apply', plan])).code).toBe(0);
  const [created] = fleet.control.associations();
  await fleet.gateway.remove({ associationId: created?.associationId, clientRequestToken: 'revoke' });
  expect(await fleet.run(['apply', older])).toMatchObject({ code: 1, stdout: expect.stringContaining('Refused:') });
  expect(names()).toEqual([]);
  expect((await fleet.run(['apply', await planOf(['api'], 'later.json')])).code).toBe(0);
  expect(names()).toEqual(['api']);
});

test('a lost answer is asked for again, and the change is made once', async () => {
  const route = await startFaultyRoute(fleet.gateway.url);
  const file = fleet.write('bindings.yaml', paymentsDeclaration(['api']));
  await fleet.run(['plan', '-f', file, '-o', fleet.pathOf('plan.json')], 'alice', {}, route.url);
  const onError = (text: string) => {
    if (text.includes('state before')) route.faults.push('lost answer');
  };
  const applied = await fleet.run(['apply', fleet.pathOf('plan.json')], 'alice', { onError }, route.url);
  const sent = route.seen.filter(({ body }) => body.includes('mutation'));
  expect([applied.code, sent.length, fleet.effects()]).toEqual([0, 2, ['Create api']]);
  await route.close();
});

describe('a role that does not exist', () => {
  /** An answer in place of that of the gateway, whose next attempt may follow in so many seconds. */
  const missing = (retryAfterSeconds: number) => {
    const refusal = { __typename: 'EksRefused', code: 'ROLE_NOT_FOUND', message: 'No role.', advice: null };
    const entry = { id: 'e', operationId: 'o' };
    const payload = { status: 'REFUSED', refusal: { ...refusal, retryable: true }, retryAfterSeconds };
    const finished = { association: null, replayed: false, clientRequestToken: 't', warnings: [], auditEntry: entry };
    return { status: 200, body: JSON.stringify({ data: { create: { ...payload, ...finished } } }) };
  };

  test('is asked for once and for a minute, each retry is shown, and other changes that name it are not sent', async () => {
    const route = await startFaultyRoute(fleet.gateway.url);
    const file = fleet.write('bindings.yaml', paymentsDeclaration(['api', 'batch', 'worker'], 'misspelt'));
    await fleet.run(['plan', '-f', file, '-o', fleet.pathOf('plan.json')], 'alice', {}, route.url);
    const onError = (text: string) => {
      if (text.includes('state before')) route.faults.push(missing(1), missing(60), missing(60));
    };
    const { code, stdout, stderr } = await fleet.run(
      ['apply', fleet.pathOf('plan.json')],
      'alice',
      { onError },
      route.url,
    );
    const role = roleArn('payments/misspelt');
    const place = '111122223333/eu-central-1/apps-dev/payments';
    expect(stderr).toContain(
      `create ${place}/api: attempt 2 in 1.0 s: ROLE_NOT_FOUND: ${role} does not exist, or EKS does not see it yet. 2 other changes of the plan name it.\n`,
    );
    expect(stdout).toBe(`Refused:
- create ${place}/api: No role. (${role})
- create ${place}/batch: Not sent, since ${role} does not exist: see create ${place}/api.
- create ${place}/worker: Not sent, since ${role} does not exist: see create ${place}/api.
Done: 0 of 3.
`);
    expect([code, route.seen.filter(({ body }) => body.includes('mutation')).length]).toEqual([1, 2]);
    await route.close();
  });
});

test.each(['plan', 'apply'])(
  '%s that is interrupted before the first change says that nothing was changed',
  async (name) => {
    const plan = await planOf(['api']);
    const args = name === 'plan' ? ['plan', '-f', fleet.pathOf('bindings.yaml')] : ['apply', plan];
    const signal = AbortSignal.abort(new InterruptedError('Interrupted.'));
    expect(await fleet.run(args, 'alice', { signal })).toMatchObject({
      code: 130,
      stdout: '',
      stderr: expect.stringContaining('Interrupted. Nothing was changed.'),
    });
    expect(fleet.effects()).toEqual([]);
  },
);

describe('a plan is refused, and nothing is changed, if', () => {
  test('another principal applies it', async () => {
    const plan = await planOf(['api']);
    expect(await fleet.run(['apply', plan], 'pat')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('plan again'),
    });
    expect(fleet.effects()).toEqual([]);
  });

  test('it was edited', async () => {
    await planOf(['api']);
    const edited = fleet.write('edited.json', fleet.read('plan.json').replace('payments-api', 'payments-worker'));
    expect(await fleet.run(['apply', edited])).toMatchObject({ code: 1, stderr: expect.stringContaining('checksum') });
    expect(fleet.effects()).toEqual([]);
  });

  test('policy denies a part of it, unless the rest is wanted', async () => {
    const text = `${paymentsDeclaration(['api'])}  - { roleArn: 'arn:aws:iam::{accountId}:role/pods/search/search-api', clusters: [apps-dev], namespaces: [search], serviceAccounts: [index] }\n`;
    const file = fleet.write('bindings.yaml', text);
    const planned = await fleet.run(['plan', '-f', file, '-o', fleet.pathOf('plan.json')]);
    expect(planned).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/! denied create \S+\/search\/index\n {4}Policy /),
    });
    const refused = await fleet.run(['apply', fleet.pathOf('plan.json')]);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('1 changes are denied. Nothing was changed'),
    });
    expect(fleet.effects()).toEqual([]);
    const partial = await fleet.run(['apply', fleet.pathOf('plan.json'), '--allow-partial']);
    expect(partial).toMatchObject({ code: 1, stdout: 'Done: 1 of 1.\n' });
    expect(fleet.effects()).toEqual(['Create api']);
  });
});

test('prune deletes what this declaration made and lost, and stops for many deletes until their number is confirmed', async () => {
  await declared(['api', 'worker', 'batch']);
  await fleet.gateway.create({ serviceAccount: 'by-hand' });
  fleet.control.createAssociation({ ...outside('foreign'), tags: { declaration: 'payments' } });
  await fleet.observe();
  const kept = await fleet.run(['plan', '-f', fleet.write('bindings.yaml', paymentsDeclaration(['api']))]);
  expect(kept).toMatchObject({ code: 0, stdout: expect.stringContaining('2 associations that this declaration made') });
  const plan = await planOf(['api'], 'plan.json', ['--prune']);
  const stopped = await fleet.run(['apply', plan, '--confirm-deletions', '1']);
  expect(stopped).toMatchObject({ code: 1, stderr: expect.stringContaining('--confirm-deletions 2') });
  expect(names()).toHaveLength(5);
  expect((await fleet.run(['apply', plan, '--confirm-deletions', '2'])).code).toBe(0);
  expect(names()).toEqual(['api', 'by-hand', 'foreign']);
});

test('the inverse of a plan brings back what was before', async () => {
  await declared(['api', 'worker']);
  const before = fleet.control.associations().map(({ serviceAccount, roleArn }) => [serviceAccount, roleArn]);
  const plan = await planOf(['api', 'new'], 'plan.json', ['--prune'], 'payments-worker');
  await fleet.run(['apply', plan, '--confirm-deletions', '1']);
  expect(names()).toEqual(['api', 'new']);
  const inverse = ['plan', '--prune', '-f', fleet.pathOf('plan.inverse.yaml'), '-o', fleet.pathOf('back.json')];
  expect(await fleet.run(inverse)).toMatchObject({ code: 0 });
  expect((await fleet.run(['apply', fleet.pathOf('back.json'), '--confirm-deletions', '1'])).code).toBe(0);
  const after = fleet.control.associations().map(({ serviceAccount, roleArn }) => [serviceAccount, roleArn]);
  expect(after.sort()).toEqual(before.sort());
});

test('problems of a declaration end the plan with line and column, also those that the inventory shows', async () => {
  const planned = async (text: string) => fleet.run(['plan', '-f', fleet.write('bad.yaml', text)]);
  expect(await planned('version: 2\n')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('bad.yaml:1:10: version must be 1.'),
  });
  const misspelt = paymentsDeclaration(['api']).replace('[apps-dev]', '[app-dev]');
  expect(await planned(misspelt)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('bad.yaml:5:16: No cluster'),
  });
});

test('plan, export and associations name a cluster that is gone, and nothing is planned in it', async () => {
  await declared(['api', 'worker']);
  await fleet.observe();
  fleet.control.deleteCluster({ ...home, clusterName: 'apps-dev' });
  for (const _ of [1, 2]) await fleet.observe();
  const name = `${home.accountId}/${home.region}/apps-dev`;
  const file = fleet.pathOf('bindings.yaml');
  const planned = await fleet.run(['plan', '-f', file]);
  expect(planned).toMatchObject({ code: 0, stdout: expect.stringContaining(`The cluster ${name} is gone since `) });
  expect(planned.stdout).toContain('2 associations are left out');
  expect(planned.stdout).toContain('0 to create, 0 to update, 0 to adopt, 0 to delete, 0 unchanged, 0 denied');
  const data = JSON.parse((await fleet.run(['plan', '-f', file, '--output', 'json'])).stdout) as { inGone: unknown };
  expect(data.inGone).toEqual([{ cluster: name, since: expect.any(String), leftOut: 2 }]);
  const exported = await fleet.run(['export', '--cluster-name', 'apps-dev'], 'pat');
  expect(exported).toMatchObject({ code: 0, stderr: expect.stringContaining(`The cluster ${name} is gone since `) });
  expect(exported.stdout).not.toContain('worker');
  const listed = await fleet.run(['associations', '--cluster-name', 'apps-dev']);
  expect(listed).toMatchObject({ code: 0, stderr: expect.stringContaining(`The cluster ${name} is gone since `) });
});

test('nothing is planned in a cluster that was never scanned, in the words that the example for CI waits for', async () => {
  const unseen = await startScannedGateway();
  const file = unseen.write('bindings.yaml', paymentsDeclaration(['api']));
  const { code, stdout } = await unseen.run(['plan', '-f', file]);
  await unseen.close();
  expect([code, stdout]).toEqual([1, expect.stringContaining('not known yet')]);
  const example = readFileSync(join(import.meta.dirname, '../../../../examples/github-actions/README.md'), 'utf8');
  expect(stdout).toContain(/while plan \| grep --quiet '([^']+)'/.exec(example)?.[1]);
});
