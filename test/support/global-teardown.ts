/** Stops what the setup started. */
export default async function tearDown(): Promise<void> {
  if (globalThis.startedDynamoDb === undefined) return;
  await globalThis.startedDynamoDb.stop();
  globalThis.startedDynamoDb = undefined;
  // So that the next run in watch mode starts its own.
  delete process.env.AWS_ENDPOINT_URL_DYNAMODB;
}
