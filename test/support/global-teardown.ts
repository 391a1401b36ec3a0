import { rmSync } from 'node:fs';

/** Removes the compiled policies of the setup, and stops its DynamoDB Local. */
export default async function tearDown(): Promise<void> {
  rmSync(process.env.COMPILED_POLICIES ?? '', { recursive: true, force: true });
  delete process.env.COMPILED_POLICIES;
  if (globalThis.startedDynamoDb === undefined) return;
  await globalThis.startedDynamoDb.stop();
  globalThis.startedDynamoDb = undefined;
  // The next run in watch mode then starts its own.
  delete process.env.AWS_ENDPOINT_URL_DYNAMODB;
}
