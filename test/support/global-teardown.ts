/** Stops the DynamoDB Local of the setup. */
export default async function tearDown(): Promise<void> {
  if (globalThis.startedDynamoDb === undefined) return;
  await globalThis.startedDynamoDb.stop();
  globalThis.startedDynamoDb = undefined;
  // The next run in watch mode then starts its own.
  delete process.env.AWS_ENDPOINT_URL_DYNAMODB;
}
