import { rmSync } from 'node:fs';

/** Removes the folders of the setup, and stops its DynamoDB Local. */
export default async function tearDown(): Promise<void> {
  globalThis.isSetUp = false;
  for (const name of ['COMPILED_POLICIES', 'SHARED_WORK']) {
    rmSync(process.env[name] ?? '', { recursive: true, force: true });
    Reflect.deleteProperty(process.env, name);
  }
  if (globalThis.startedDynamoDb === undefined) return;
  await globalThis.startedDynamoDb.stop();
  globalThis.startedDynamoDb = undefined;
  // The next run in watch mode then starts its own.
  delete process.env.AWS_ENDPOINT_URL_DYNAMODB;
}
