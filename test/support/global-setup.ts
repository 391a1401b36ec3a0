import { join } from 'node:path';
import { startDynamoDbLocal } from './dynamodb-local.ts';
import type { DynamoDbLocal } from './dynamodb-local.ts';

declare global {
  /** What the teardown stops; not set where a DynamoDB was given or none could be started. */
  var startedDynamoDb: DynamoDbLocal | undefined;
}

/**
 * Gives the tests a DynamoDB: the one that `AWS_ENDPOINT_URL_DYNAMODB` names, else DynamoDB Local, whose endpoint is put
 * into that variable. Where none can be had, tests run on the embedded ledger alone, with a line that says so; in CI that
 * is an error.
 */
export default async function setUp(): Promise<void> {
  if (process.env.AWS_ENDPOINT_URL_DYNAMODB) return;
  try {
    globalThis.startedDynamoDb = await startDynamoDbLocal(join(import.meta.dirname, '..', '..', '.cache'));
    process.env.AWS_ENDPOINT_URL_DYNAMODB = globalThis.startedDynamoDb.endpoint;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const line =
      `DynamoDB Local cannot be started: ${reason}. It needs java 17 or later (Debian: apt-get install ` +
      'openjdk-17-jre-headless) and, the first time, tar, npm and its registry. Or let AWS_ENDPOINT_URL_DYNAMODB name an endpoint.';
    if (process.env.CI) throw new Error(line, { cause: error });
    process.stderr.write(`Tests on DynamoDB are left out. ${line}\n`);
  }
}
