import { answerError } from '../../../../test/support/answering-server.ts';
import { ownAccount } from './fake-organization.ts';
import type { World } from './fake-organization.ts';
import { complete, inventory, lake, shop, suggest, world } from './run-suggest.ts';

describe('failures of pod-identity-operator inventory suggest', () => {
  test("reports an account and a region that it can't read, prints the rest, and fails", async () => {
    const partly = { ...world, denying: [shop], disabled: ['me-south-1'] };
    const words = '--role-name audit --region eu-central-1 --region me-south-1 --region us-east-1';
    const { status, suggested, lines, calls } = await suggest(partly, words);
    expect(status).toBe(1);
    expect(suggested().clusters).toMatchObject([{ clusterName: 'apps-us' }]);
    const token = 'UnrecognizedClientException: The security token included in the request is invalid.';
    expect(lines.filter((line) => line.startsWith('FAILED'))).toEqual([
      `FAILED ${ownAccount}/me-south-1: ${token} The region may not be enabled in the account.`,
      `FAILED ${shop}: AccessDenied: User: arn:aws:iam::${ownAccount}:user/operator is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${shop}:role/audit`,
      `FAILED ${lake}/me-south-1: ${token} The region may not be enabled in the account.`,
    ]);
    expect(calls.filter(({ accountId }) => accountId === shop)).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['has no list', {}],
    ['repeats its token', { clusters: ['apps-dev'], nextToken: 'same' }],
  ])('does not report clusters as gone after an answer that %s', async (_, answer) => {
    const instead: World['instead'] = ({ action }, response) => {
      if (action === 'eks:ListClusters') response.end(JSON.stringify(answer));
      return action === 'eks:ListClusters';
    };
    const { status, lines } = await suggest({ ...complete, instead }, '');
    expect({ status, lines }).toEqual({ status: 1, lines: [expect.stringMatching(/^FAILED .*eu-central-1: /)] });
  });

  test("suggests a cluster that it can't describe, and fails", async () => {
    const instead: World['instead'] = ({ resource }, response) => {
      if (resource.endsWith('shop-3')) answerError(response, 403, 'AccessDeniedException', 'No.');
      return resource.endsWith('shop-3');
    };
    const { status, suggested, lines } = await suggest({ ...world, instead }, '--role-name audit');
    expect(status).toBe(1);
    expect(suggested().clusters).toContainEqual({ accountId: shop, region: 'eu-central-1', clusterName: 'shop-3' });
    expect(lines).toContain(`FAILED ${shop}/eu-central-1/shop-3: AccessDeniedException: No.`);
  });

  test("says what to do where the organization can't be listed", async () => {
    const instead: World['instead'] = ({ action }, response) => {
      if (action !== 'organizations:ListAccounts') return false;
      answerError(response, 400, 'AWSOrganizationsNotInUseException', 'Your account is not a member.');
      return true;
    };
    const { status, stdout, stderr } = await suggest({ ...world, instead }, '--role-name audit');
    expect({ status, stdout, stderr }).toEqual({
      ...{ status: 1, stdout: '' },
      stderr:
        "The accounts of the organization can't be listed: AWSOrganizationsNotInUseException: Your account is not a member. Give --account for each account instead.\n",
    });
  });

  test.each<[number, string, World, string]>([
    [0, 'the inventory lacks nothing', complete, ''],
    [2, 'it lacks something', world, '--role-name audit'],
    [1, "an account can't be read", { ...world, denying: [shop, lake] }, '--role-name audit'],
    [1, 'an option is wrong', complete, '--output xml'],
  ])('with --detailed-exitcode, the exit code is %i where %s', async (code, _, there, words) => {
    expect(await suggest(there, `--detailed-exitcode ${words}`)).toMatchObject({ status: code });
  });

  test.each([
    ['an invalid inventory', { ...inventory, clusters: [{}] }, 'clusters'],
    ['an inventory without regions, and no other region', { ...inventory, accounts: [], clusters: [] }, '--region'],
  ])('rejects %s before any request', async (_, content, message) => {
    const { status, stdout, stderr, calls } = await suggest(world, '', { content, env: { AWS_REGION: '' } });
    expect({ status, stdout, stderr, calls }).toEqual({
      ...{ status: 1, stdout: '', calls: [] },
      stderr: expect.stringContaining(message),
    });
  });

  test.each([
    ['--account 12', '--account is "12": give an AWS account ID of 12 digits, such as 111122223333.'],
    ['--region mars', '--region is "mars": give the code of an AWS region, such as eu-central-1.'],
    ['--role-name arn:x', '--role-name is "arn:x": give the name of an IAM role'],
  ])('explains wrong arguments: %s', async (words, message) => {
    const { status, stderr, calls } = await suggest(complete, words);
    expect({ status, stderr, calls }).toEqual({ status: 2, stderr: expect.stringContaining(message), calls: [] });
  });
});
