import { startAnsweringServer } from '../../test/support/answering-server.ts';
import { accessKeyOf } from './population.ts';

/**
 * Starts an STS that lets every role be assumed, and makes the SDK use it. The access keys that it returns belong to the account of the
 * role.
 */
export async function startSts() {
  const server = await startAnsweringServer((response, { body }) => {
    const accountId = /arn:aws:iam::(\d{12}):/.exec(new URLSearchParams(body).get('RoleArn') ?? '')?.[1] ?? '';
    response.setHeader('content-type', 'text/xml')
      .end(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
      <AccessKeyId>${accessKeyOf(accountId)}</AccessKeyId><SecretAccessKey>bench</SecretAccessKey>
      <SessionToken>bench</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>
      </AssumeRoleResponse>`);
  });
  process.env.AWS_ENDPOINT_URL_STS = server.endpoint;
  const stop = async () => {
    delete process.env.AWS_ENDPOINT_URL_STS;
    await server.stop();
  };
  /** How many roles were assumed. */
  const calls = () => server.seen.length;
  return { calls, stop };
}
