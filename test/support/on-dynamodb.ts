import { dynamoDbEndpoint } from './ledgers.ts';

/** Like `describe`, but skipped if no DynamoDB is available. The test run then prints a notice at its start. */
export const describeOnDynamoDb = dynamoDbEndpoint === undefined ? describe.skip : describe;
