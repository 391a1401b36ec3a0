import process from 'node:process';
import { makeGatewayClient, sigV4 } from 'pod-identity-client';
import { makeHandler } from './handler.ts';

const { GATEWAY_URL: url = '', AWS_REGION: region } = process.env;

/** The credentials of the function's role. */
function credentials() {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN } = process.env;
  const session = AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN };
  return { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, ...session };
}

/** The handler of the Lambda function. */
export const handler = makeHandler({
  connect: (retries) => makeGatewayClient({ url, authentication: sigV4({ credentials, region }), retries }),
  log: (line) => console.log(JSON.stringify(line)),
});
