import { roleArn } from '../../../test/support/gateway.ts';
import { gateway, openFaultyRoute, route, variablesOf } from '../../client/test/gateway.ts';
import { runOnGateway } from './run-on-gateway.ts';
import type { Outcome } from './host.ts';

openFaultyRoute();

async function run(args: readonly string[], as = 'alice'): Promise<Outcome> {
  const environment = { POD_IDENTITY_ENDPOINT_URL: route.url, POD_IDENTITY_TOKEN: await gateway.tokenOf(as) };
  return runOnGateway(args, { environment });
}

let count = 0;

/** Creates an association with tags, and returns its ARN as an option. */
async function created(tags = 'team=payments'): Promise<readonly string[]> {
  const place = [
    '--cluster-name',
    'apps-dev',
    '--namespace',
    'payments',
    '--service-account',
    `tagged-${(count += 1)}`,
  ];
  const more = ['--role-arn', roleArn('payments/payments-api'), '--tags', tags];
  const query = ['--query', 'association.associationArn', '--output', 'text'];
  const { code, stdout, stderr } = await run(['create-pod-identity-association', ...place, ...more, ...query]);
  if (code !== 0) throw new Error(stderr);
  route.seen.splice(0);
  return ['--resource-arn', stdout.trim()];
}

const tagsOf = async (arn: readonly string[]) => {
  const { stdout } = await run(['list-tags-for-resource', ...arn]);
  const { tags } = JSON.parse(stdout) as { tags: Readonly<Record<string, string>> };
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('pod-identity-gateway/')));
};

test('tags are added, changed and removed without output, as by the AWS CLI', async () => {
  const arn = await created('team=payments,old=1');
  const tagged = await run(['tag-resource', ...arn, '--tags', 'team=pay,new=2']);
  expect(tagged).toMatchObject({ code: 0, stdout: '', stderr: expect.stringMatching(/^Client request token: .*\n$/) });
  expect(await tagsOf(arn)).toEqual({ team: 'pay', new: '2', old: '1' });
  const untagged = await run(['untag-resource', ...arn, '--tag-keys', 'old', 'new', '--client-request-token', 'mine']);
  expect(untagged).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await tagsOf(arn)).toEqual({ team: 'pay' });
});

test('account and region are those of the ARN, and what the gateway records is sent', async () => {
  const arn = await created();
  const own = ['--reason', 'ticket 7', '--on-behalf-of', 'bob', '--expected-tags', '{"team": "payments"}'];
  await run(['tag-resource', ...arn, '--tags', 'a=b', '--region', 'us-east-1', ...own]);
  expect(variablesOf(route.seen[0]).input).toEqual({
    accountId: '111122223333',
    region: 'eu-central-1',
    clusterName: 'apps-dev',
    associationId: expect.stringMatching(/^a-/),
    tags: [{ key: 'a', value: 'b' }],
    expectedTags: [{ key: 'team', value: 'payments' }],
    reason: 'ticket 7',
    onBehalfOf: 'bob',
    clientRequestToken: expect.any(String),
  });
});

test('a change of tags that are not as expected is refused with the differences', async () => {
  const arn = await created('team=payments,owner=a');
  const line = ['tag-resource', ...arn, '--tags', 'a=b', '--expected-tags', 'team=payments'];
  expect(await run(line)).toMatchObject({
    code: 254,
    stderr: expect.stringMatching(
      /has other tags than expected: owner\.[^]*- tags\.owner: requested nothing, existing a/,
    ),
  });
  expect(await tagsOf(arn)).toEqual({ team: 'payments', owner: 'a' });
});

test('a dry run shows what would change, and changes nothing', async () => {
  const arn = await created();
  const checked = async (...line: readonly string[]) => {
    const query = ['--query', '[wouldBeAttempted, refusal.code, differences]'];
    const { code, stdout, stderr } = await run([...line, ...query, '--detailed-exitcode']);
    if (stdout === '') throw new Error(stderr);
    return [code, JSON.parse(stdout)] as const;
  };
  expect(await checked('check-tag-resource', ...arn, '--tags', 'owner=a')).toEqual([
    0,
    [true, null, [{ field: 'tags.owner', requested: 'a' }]],
  ]);
  expect(await checked('check-untag-resource', ...arn, '--tag-keys', 'team')).toEqual([
    2,
    [false, 'POLICY_DENIED', [{ field: 'tags.team', existing: 'payments' }]],
  ]);
  expect(await tagsOf(arn)).toEqual({ team: 'payments' });
});

test.each(['tag-resource --tags a=b', 'untag-resource --tag-keys a', 'list-tags-for-resource'])(
  '%s names an association that does not exist, and an ARN of something else, by the exceptions of EKS',
  async (text) => {
    const [command = '', ...more] = text.split(' ');
    const of = (name: string) =>
      run([command, '--resource-arn', `arn:aws:eks:eu-central-1:111122223333:${name}`, ...more]);
    const absent = await of('podidentityassociation/apps-dev/a-00000000000000000');
    expect(absent).toMatchObject({ code: 254, stderr: expect.stringContaining('(NotFoundException)') });
    const other = await of('cluster/apps-dev');
    expect(other).toMatchObject({ code: 254, stderr: expect.stringContaining('(BadRequestException)') });
    expect(other.stderr).toContain('arn:aws:eks:REGION:ACCOUNT:podidentityassociation/CLUSTER/ASSOCIATION-ID');
  },
);

test('more tags than an association can have are refused as by EKS', async () => {
  const arn = await created();
  const tags = JSON.stringify(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 'v'])));
  expect(await run(['tag-resource', ...arn, '--tags', tags])).toMatchObject({
    code: 254,
    stderr: expect.stringMatching(/\(BadRequestException\).*more than 50 tags[^]*TAG_LIMIT_EXCEEDED/),
  });
});

test('the trail shows which tags a change set and removed, and which it expected', async () => {
  const arn = await created('team=payments,old=1');
  await run(['untag-resource', ...arn, '--tag-keys', 'old', '--expected-tags', 'old=1,team=payments']);
  const query = 'entries[?event==`SUCCEEDED`] | [0].[operationKind, request.tagKeys, request.expectedTags]';
  const { stdout } = await run(['audit-trail', '--association-arn', arn[1] ?? '', '--query', query]);
  expect(JSON.parse(stdout)).toEqual(['UNTAG_POD_IDENTITY_ASSOCIATION', ['old'], { old: '1', team: 'payments' }]);
});
