import { hostname, userInfo } from 'node:os';
import { identifyOperator } from '../../src/lock/operator.ts';
import { startAnsweringServer } from '../../../../test/support/answering-server.ts';

const inAws = { ledger: 'dynamodb', dynamoDbEndpoint: null, region: 'eu-central-1' } as const;
const local = `os:${userInfo().username}@${hostname()}`;

const saved = { ...process.env };
beforeEach(() => Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }));
afterEach(() => {
  process.env = { ...saved };
});

const arn = 'arn:aws:sts::111122223333:assumed-role/operator/pat';
const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
  <Arn>${arn}</Arn><UserId>AROA0123456789ABCDEF0:pat</UserId><Account>111122223333</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;

test('the operator of a ledger in AWS is the ARN that AWS returns for the credentials', async () => {
  const { endpoint, seen, stop } = await startAnsweringServer((response) =>
    response.writeHead(200, { 'content-type': 'text/xml' }).end(identity),
  );
  process.env.AWS_ENDPOINT_URL_STS = endpoint;
  expect(await identifyOperator(inAws)).toMatchObject({
    principal: { id: arn, kind: 'USER', groups: [] },
    accountId: '111122223333',
  });
  expect(seen.map(({ body }) => body)).toEqual(['Action=GetCallerIdentity&Version=2011-06-15']);
  await stop();
});

test('no lock is set anonymously if AWS does not say whose credentials these are', async () => {
  const error =
    '<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The token has expired.</Message></Error></ErrorResponse>';
  const { endpoint, stop } = await startAnsweringServer((response) =>
    response.writeHead(403, { 'content-type': 'text/xml' }).end(error),
  );
  process.env.AWS_ENDPOINT_URL_STS = endpoint;
  await expect(identifyOperator(inAws)).rejects.toThrow(
    /nothing is changed anonymously\. ExpiredToken.*The token has expired\./,
  );
  await stop();
});

test.each([
  { ...inAws, ledger: 'sqlite' as const },
  { ...inAws, dynamoDbEndpoint: 'http://127.0.0.1:8000' },
])('the operator of a ledger on this machine is the user of the operating system', async (settings) => {
  expect(await identifyOperator(settings)).toMatchObject({ principal: { id: local }, accountId: null });
});
