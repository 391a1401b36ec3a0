import { runOperator } from '../run-operator.ts';
import { startFalsifyingProxy } from './falsifying-proxy.ts';
import { resultsOf, role, run, start, target, times } from './run-assumptions.ts';

test('without its option, throttling is not tried; with it, EKS may not throttle', async () => {
  const simulator = await start();
  const left = await resultsOf(simulator.url, ['--only', 'throttling'], times);
  expect(left).toMatchObject({
    status: 0,
    results: [{ result: 'NOT_TRIED', detail: expect.stringContaining('--with-throttling') }],
  });
  const without = await resultsOf(simulator.url, ['--only', 'throttling', '--with-throttling'], times);
  expect(without).toMatchObject({
    status: 0,
    results: [{ result: 'NOT_TRIED', detail: 'EKS did not throttle 1000 lists' }],
  });
});

test('a throttled account does not refute anything, and the trial is repeated', async () => {
  const simulator = await start();
  simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'throttle', times: 2 });
  const { status, results } = await resultsOf(simulator.url, ['--only', 'modified-moves', '--tries', '1'], times);
  expect({ status, results }).toMatchObject({ status: 0, results: [{ result: 'NOT_REFUTED', tries: 1 }] });
});

test('a trial that always fails says so, and the exit code is 2', async () => {
  const simulator = await start();
  simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'error-before', times: 9 });
  const { status, stdout } = await run(simulator.url, ['--only', 'modified-moves', '--only', 'conflict'], times);
  expect(status).toBe(2);
  expect(stdout).toMatch(/^conflict {8}not refuted {2}in 3 tries\nmodified-moves {2}FAILED {7}ServerException: /);
});

test('what refutes an assumption is printed with what follows', async () => {
  const { url } = await start({ signatureWindowMs: 3_600_000 });
  const { status, stdout, stderr } = await run(url, ['--only', 'signature-window', '--tries', '1'], times);
  expect(status).toBe(1);
  expect(stderr).toBe('1/1 signature-window  REFUTED  EKS accepted the request\n');
  const lines = ['Assumed: A request that was', 'Seen: EKS accepted', 'Follows: Do not change associations'];
  for (const line of ['signature-window is refuted.', ...lines]) expect(stdout).toContain(line);
});

describe('The command ends with 2 and advice', () => {
  const list = 'ListPodIdentityAssociations';
  const deny = (url: string, why: string) =>
    startFalsifyingProxy(url, async (request, send) => {
      const answer = await send();
      const message = `User: x is not authorized to perform: eks:CreatePodIdentityAssociation on resource: y ${why}`;
      const denied = { ...answer, status: 403, exception: 'AccessDeniedException', body: { message } };
      return request.operation === 'create' ? denied : answer;
    });

  test('without credentials', async () => {
    const { url } = await start();
    const credentials = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true' };
    const files = { AWS_SHARED_CREDENTIALS_FILE: '/absent', AWS_CONFIG_FILE: '/absent' };
    expect(await run(url, [], { ...credentials, ...files })).toMatchObject({
      ...{ status: 2, stdout: '', stderr: expect.stringContaining('There are no AWS credentials') },
    });
  });

  test('without the cluster', async () => {
    const { url } = await start();
    expect(await run(url, [], {}, target.with(1, 'absent'))).toMatchObject({
      ...{ status: 2, stderr: expect.stringContaining('There is no cluster absent in eu-central-1') },
    });
  });

  test('without a role for pods', async () => {
    const { url } = await start();
    expect(await run(url, [], times, target.with(5, `${role}absent`))).toMatchObject({
      ...{ status: 2, stderr: expect.stringContaining('Role provided in the request does not exist') },
    });
  });

  test('where a right is missing', async () => {
    const { url, control } = await start();
    control.addFault({ operation: list, kind: 'access-denied' });
    const { status, stderr } = await run(url);
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^The right eks:ListPodIdentityAssociations is missing\. The role of deploy\/iam\/assumptions\.yml has it\./,
    );
    const missing = await run(await deny(url, 'because no identity-based policy allows it'));
    expect(missing.stderr).toMatch(/^The right eks:CreatePodIdentityAssociation is missing/);
    control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'access-denied' });
    const later = await run(url, ['--only', 'modified-moves'], times);
    expect(later).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('The right eks:UpdatePodIdentityAssociation'),
    });
  });

  test('where a service control policy denies it', async () => {
    const { url } = await start();
    const { status, stderr } = await run(await deny(url, 'with an explicit deny in a service control policy'));
    expect(status).toBe(2);
    expect(stderr).toMatch(/^A policy denies eks:CreatePodIdentityAssociation explicitly\. .*associations-scp\.json/);
  });

  test('where arguments are wrong', async () => {
    const { url } = await start();
    const unknown = await run(url, ['--only', 'conflicts']);
    expect(unknown).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--only conflicts: not an assumption'),
    });
    const { status, stderr } = await runOperator(['assumptions', '--role-arn', 'x', '--target-role-arn', `${role}a`]);
    expect(status).toBe(2);
    for (const wrong of ['--cluster NAME is missing', 'give the ARN of a role', 'The region is missing']) {
      expect(stderr).toContain(wrong);
    }
  });
});

describe('Associations of others stay, and what a run created is deleted', () => {
  test('also what an earlier run left', async () => {
    const { url, control } = await start();
    const other = { clusterName: 'apps-dev', roleArn: `${role}payments-api` };
    const namespace = 'pod-identity-assumptions';
    control.createAssociation({ ...other, namespace, serviceAccount: 'not-of-a-trial' });
    control.createAssociation({ ...other, namespace: 'payments', serviceAccount: 'assumption-trial-1' });
    control.createAssociation({ ...other, namespace, serviceAccount: 'assumption-trial-0-1' });
    const { status, stderr } = await run(url, ['--only', 'conflict'], times);
    expect(status).toBe(0);
    expect(stderr).toContain('Deleted 1 associations that an earlier run left.');
    const left = control.associations().map(({ serviceAccount }) => serviceAccount);
    expect(left.sort()).toEqual(['assumption-trial-1', 'not-of-a-trial']);
  });

  test('also after a create whose answer was lost, once it is visible', async () => {
    const { url, control } = await start({ listLagMs: 200 });
    control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
    const { status, stderr } = await run(url, ['--only', 'conflict'], times);
    expect([status, stderr]).toEqual([2, expect.stringContaining('socket hang up')]);
    expect(control.associations()).toEqual([]);
  });

  test('or the command says that they are left', async () => {
    const { url, control } = await start();
    control.addFault({ operation: 'DeletePodIdentityAssociation', kind: 'access-denied', times: 99 });
    const { status, stderr } = await run(url, ['--only', 'conflict'], times);
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /The right eks:Delete\w+ is missing[^]*Associations may be left in namespace [^]*The next run/,
    );
    expect(control.associations()).toHaveLength(1);
  });
});
