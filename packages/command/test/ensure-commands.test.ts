import { roleArn } from '../../../test/support/gateway.ts';
import { gateway, openFaultyRoute, route } from '../../client/test/gateway.ts';
import { runOnGateway } from './run-on-gateway.ts';
import type { Outcome } from './host.ts';

openFaultyRoute();

async function run(args: readonly string[], as = 'alice'): Promise<Outcome> {
  const environment = { POD_IDENTITY_ENDPOINT_URL: route.url, POD_IDENTITY_TOKEN: await gateway.tokenOf(as) };
  return runOnGateway(args, { environment });
}

const place = (name: string) => ['--cluster-name', 'apps-dev', '--namespace', 'payments', '--service-account', name];
const role = ['--role-arn', roleArn('payments/payments-api'), '--tags', 'team=payments'];
const declaration = ['--declaration', 'app'];
const answerOf = ({ stdout }: Outcome) => JSON.parse(stdout) as Record<string, unknown>;
/** Reads show the last change after this time. */
const settle = () => gateway.clock.skip(11_000);

test('a desired state is made, and then left as it is, and its absence is made likewise', async () => {
  const ensure = ['ensure-pod-identity-association', ...place('ensured'), ...role, ...declaration];
  const created = await run(ensure);
  expect(created).toMatchObject({ code: 0 });
  expect(answerOf(created)).toMatchObject({
    change: 'CREATE',
    changes: ['CREATE'],
    isSettled: true,
    association: { serviceAccount: 'ensured', tags: { team: 'payments' } },
  });
  settle();
  expect(answerOf(await run(ensure))).toMatchObject({ change: 'NONE', changes: [], isSettled: true });
  settle();
  const absent = ['ensure-no-pod-identity-association', ...place('ensured'), ...declaration];
  expect(answerOf(await run(absent))).toMatchObject({ change: 'DELETE', isSettled: true });
  settle();
  expect(answerOf(await run(absent))).toMatchObject({ change: 'NONE' });
});

test('one command makes all changes that a desired state needs', async () => {
  await run(['ensure-pod-identity-association', ...place('changed'), ...role, ...declaration]);
  settle();
  const worker = ['--role-arn', roleArn('payments/payments-worker'), '--tags', 'team=payments,app=x'];
  const changed = await run(['ensure-pod-identity-association', ...place('changed'), ...worker, ...declaration]);
  expect(answerOf(changed)).toMatchObject({ change: 'TAG', changes: ['UPDATE', 'TAG'], isSettled: true });
});

test('what is not of the declaration is an error that names its association, unless it is taken over', async () => {
  await run(['create-pod-identity-association', ...place('others'), ...role]);
  settle();
  const worker = ['--role-arn', roleArn('payments/payments-worker'), ...declaration];
  const ensure = ['ensure-pod-identity-association', ...place('others'), ...worker];
  const refused = await run(ensure);
  expect(refused).toMatchObject({ code: 254, stdout: '' });
  expect(refused.stderr).toMatch(/ResourceInUseException.*was made or changed last/);
  expect(refused.stderr).toMatch(/Existing association: a-/);
  expect(answerOf(await run([...ensure, '--take-over']))).toMatchObject({ change: 'UPDATE', isSettled: true });
});

test('a dry run shows the change, and with --detailed-exitcode whether there is one', async () => {
  const check = ['check-ensure-pod-identity-association', ...place('checked'), ...role, ...declaration];
  const missing = await run([...check, '--detailed-exitcode']);
  expect(missing).toMatchObject({ code: 2 });
  expect(answerOf(missing)).toMatchObject({ change: 'CREATE', check: { wouldBeAttempted: true } });
  await run(['ensure-pod-identity-association', ...place('checked'), ...role, ...declaration]);
  settle();
  const equal = await run([...check, '--detailed-exitcode']);
  expect(equal).toMatchObject({ code: 0 });
  expect(answerOf(equal)).toMatchObject({ change: 'NONE' });
});
