import { env } from 'node:process';
import { makeGatewayClient, sigV4 } from 'pod-identity-client';
import { makeHandler } from './handler.ts';

/** The credentials of the function's role; only temporary ones have a token. */
function credentials() {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = env;
  return { accessKeyId, secretAccessKey, sessionToken: env.AWS_SESSION_TOKEN ?? '' };
}

const authentication = sigV4({ credentials, region: env.AWS_REGION });

/** The handler of the Lambda function. */
export const handler = makeHandler({
  connect: (retries) => makeGatewayClient({ url: env.GATEWAY_URL ?? '', authentication, retries }),
  log: (line) => console.log(JSON.stringify(line)),
});
