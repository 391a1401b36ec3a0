// Quick test: packages/command/test/declaration/queue.test.ts.
import { startFaultyRoute } from '../../../client/test/gateway.ts';
import { startAnsweringServer } from '../../../../test/support/answering-server.ts';
import { roleArn } from '../../../../test/support/gateway.ts';
import { paymentsDeclaration, startScannedGateway } from './scanned-gateway.ts';
import type { ScannedGateway } from './scanned-gateway.ts';

let fleet: ScannedGateway;
let route: Awaited<ReturnType<typeof startFaultyRoute>>;

beforeAll(async () => {
  fleet = await startScannedGateway({ preflightRoles: true });
  await fleet.observe();
  route = await startFaultyRoute(fleet.gateway.url);
});
afterAll(async () => {
  await route.close();
  await fleet.close();
});

const [misspelt, closed] = [roleArn('payments/misspelt'), roleArn('payments/closed')];

/** Two associations with each of a role that exists, one that does not, and one that does not trust EKS. */
const bindings = `version: 1
name: payments
bindings:
${['payments-api', 'misspelt', 'closed']
  .map(
    (role) =>
      `  - { roleArn: '${roleArn(`payments/${role}`)}', clusters: [apps-dev], namespaces: [payments], serviceAccounts: [${role}-1, ${role}-2], tags: { team: payments } }`,
  )
  .join('\n')}
`;

/** Plans, and counts the dry runs. */
async function plan(args: readonly string[], text = bindings) {
  route.seen.length = 0;
  const file = fleet.write('bindings.yaml', text);
  const outcome = await fleet.run(['plan', '-f', file, ...args], 'alice', {}, route.url);
  return { ...outcome, dryRuns: route.seen.filter(({ body }) => body.includes('CheckCreatePod')).length };
}

test('a plan says that roles were not read, and does not read them', async () => {
  const { code, stdout, dryRuns } = await plan([]);
  expect(stdout).toContain('The 3 roles were not read: --check-roles makes a dry run for each of them.\n');
  expect([code === 1, dryRuns]).toEqual([false, 0]);
});

test('--check-roles makes a dry run for each distinct role, says how many before, and names those with problems', async () => {
  fleet.control.addRole({ arn: closed, trustPolicy: { Version: '2012-10-17', Statement: [] } });
  const { code, stdout, stderr, dryRuns } = await plan(['--check-roles']);
  expect(stderr).toContain('Checking 3 roles: a dry run for each, with an audit entry, in about 1 s.\n');
  const place = '111122223333/eu-central-1/apps-dev/payments';
  expect(stdout).toContain(
    `! ${misspelt} (create ${place}/misspelt-1 and 1 other changes): ROLE_NOT_FOUND: The role ${misspelt} does not exist.`,
  );
  expect(stdout).toContain(`! ${closed} (create ${place}/closed-1 and 1 other changes): TRUST_POLICY_INVALID: `);
  expect([code, dryRuns]).toEqual([1, 3]);

  const json = await plan(['--check-roles', '--output', 'json', '--query', 'roles.problems[].[code, others]']);
  expect(JSON.parse(json.stdout)).toContainEqual(['ROLE_NOT_FOUND', 1]);
});

test('--check-roles finds no problem of roles that pods can assume', async () => {
  const { code, stdout } = await plan(['--check-roles'], paymentsDeclaration(['api', 'worker']));
  expect(stdout).toContain('1 roles checked by a dry run each: 0 problems.\n');
  expect(code).not.toBe(1);
});

test('progress is shown on a terminal only', async () => {
  const file = fleet.write('bindings.yaml', paymentsDeclaration(['api', 'worker']));
  const line = '\r0 associations read';
  expect((await fleet.run(['plan', '-f', file])).stderr).not.toContain('\r');
  const { stderr } = await fleet.run(['plan', '-f', file], 'alice', { isErrorTerminal: true });
  expect(stderr).toContain('\rReading the declaration');
  expect(stderr).toContain(line);
  const exported = await fleet.run(['export'], 'olivia', { isErrorTerminal: true });
  expect(exported.stderr).toContain(line);
});

test('progress begins before the gateway answers', async () => {
  const file = fleet.write('bindings.yaml', paymentsDeclaration(['api', 'worker']));
  const { promise: begun, resolve } = Promise.withResolvers<undefined>();
  const front = await startAnsweringServer((response, { body, headers: { authorization = '' } }) => {
    const answered = begun.then(async () => {
      const answer = await fleet.gateway.post(body, { authorization });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    });
    answered.catch((error: unknown) => response.destroy(error as Error));
  });
  const onError = (text: string) => {
    if (text.includes('0 associations read')) resolve(undefined);
  };
  const terminal = { isErrorTerminal: true, onError };
  const { stderr } = await fleet.run(['plan', '-f', file], 'alice', terminal, front.endpoint);
  await front.stop();
  expect(stderr).toMatch(/^\rReading the declaration.*\r0 associations read/s);
});

test('--check-roles makes one dry run for a role that a create and an update of something else name', async () => {
  const [apiFile, planFile] = [
    fleet.write('api.yaml', bindings.split('\n').slice(0, 4).join('\n')),
    fleet.pathOf('api.json'),
  ];
  expect((await fleet.run(['plan', '-f', apiFile, '-o', planFile])).code).toBe(0);
  expect((await fleet.run(['apply', planFile])).code).toBe(0);
  await fleet.observe();
  const changed = bindings
    .split('\n')
    .slice(0, 4)
    .join('\n')
    .replace('payments-api-2]', 'payments-api-2, payments-api-3], disableSessionTags: true');
  const { stderr } = await plan(['--check-roles'], changed);
  expect(stderr).toContain('Checking 1 roles: ');
});
