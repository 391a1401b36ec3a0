import { dynamoDbEndpoint } from './ledgers.ts';

/** As `describe`, but skipped where there is no DynamoDB; the test run says so at its begin. */
export const describeOnDynamoDb = dynamoDbEndpoint === undefined ? describe.skip : describe;
