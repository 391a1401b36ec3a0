import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

/** Definition of the table of policies. `deploy/tables.yml` must match it. */
export function policyTableDefinition(TableName: string): CreateTableCommandInput {
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'itemKey', AttributeType: 'S' },
      { AttributeName: 'itemNumber', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'itemKey', KeyType: 'HASH' },
      { AttributeName: 'itemNumber', KeyType: 'RANGE' },
    ],
  };
}
