import { createEksFor } from '../../src/eks/eks-for.ts';
import { startAnsweringServer } from '../support/answering-server.ts';

const credentials = { accessKeyId: 'home', secretAccessKey: 'test' };
const home = { accountId: '111122223333', regions: ['eu-central-1'], roleArn: null };
const other = {
  accountId: '444455556666',
  regions: ['eu-central-1'],
  roleArn: 'arn:aws:iam::444455556666:role/gateway',
};

test('throws for another account without a role to assume', () => {
  expect(() =>
    createEksFor({ accounts: [home, { ...other, roleArn: null }], homeAccountId: home.accountId, clock: Date.now }),
  ).toThrow('has no roleArn for account 444455556666');
});

test.each([
  ['account', { accountId: '999988887777', region: 'eu-central-1' }],
  ['region', { accountId: home.accountId, region: 'us-east-1' }],
])('throws for a cluster whose %s is not in the inventory', (_, location) => {
  const eksFor = createEksFor({ accounts: [home], homeAccountId: home.accountId, credentials, clock: Date.now });
  expect(() => eksFor({ ...location, clusterName: 'apps-dev' })).toThrow('The inventory does not have account');
});

test('uses the credentials of the assumed role in another account, and assumes it once', async () => {
  const sts = await startAnsweringServer((response) => {
    response.setHeader('content-type', 'text/xml')
      .end(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
      <AssumeRoleResult><Credentials><AccessKeyId>assumed</AccessKeyId><SecretAccessKey>x</SecretAccessKey>
      <SessionToken>session</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>
      </AssumeRoleResponse>`);
  });
  const eks = await startAnsweringServer((response) => response.end(JSON.stringify({ associations: [] })));
  process.env.AWS_ENDPOINT_URL_STS = sts.endpoint;
  try {
    const accounts = [home, other];
    const eksFor = createEksFor({
      accounts,
      homeAccountId: home.accountId,
      endpoint: eks.endpoint,
      credentials,
      clock: Date.now,
    });
    const target = { region: 'eu-central-1', clusterName: 'apps-dev', namespace: 'a', serviceAccount: 'b' };
    const keyOf = async (accountId: string) => {
      await eksFor({ ...target, accountId }).list({ ...target, accountId }, { deadline: Date.now() + 3_000 });
      return /Credential=(\w+)\//.exec(eks.seen.at(-1)?.headers.authorization ?? '')?.[1];
    };
    expect(await keyOf(home.accountId)).toBe('home');
    expect(await keyOf(other.accountId)).toBe('assumed');
    expect(await keyOf(other.accountId)).toBe('assumed');
    expect(sts.seen).toHaveLength(1);
    expect(sts.seen[0]?.body).toContain(encodeURIComponent(other.roleArn));
  } finally {
    delete process.env.AWS_ENDPOINT_URL_STS;
    await sts.stop();
    await eks.stop();
  }
});
