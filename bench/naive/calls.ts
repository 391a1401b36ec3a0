import { randomUUID } from 'node:crypto';
import { DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { CreatePodIdentityAssociationCommand, EKSClient } from '@aws-sdk/client-eks';
import { marshall } from '@aws-sdk/util-dynamodb';

/** What the naive handlers create. */
export interface NaiveInput {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly clientRequestToken: string;
}

const dynamoDb = new DynamoDBClient({});
const eks = new EKSClient({});

/** The three calls of a create: a transaction before EKS, EKS, a transaction after it. */
export async function create(input: NaiveInput): Promise<{ associationId: string | undefined }> {
  const { clusterName, namespace, serviceAccount, roleArn, clientRequestToken } = input;
  const operationId = randomUUID();
  await write(clientRequestToken, operationId, 'INTENT');
  const command = new CreatePodIdentityAssociationCommand({
    clusterName,
    namespace,
    serviceAccount,
    roleArn,
    tags: { team: namespace },
    clientRequestToken: `naive-${operationId}`,
  });
  const { association } = await eks.send(command);
  await write(clientRequestToken, operationId, 'SUCCEEDED');
  return { associationId: association?.associationId };
}

async function write(idempotencyKey: string, operationId: string, event: string): Promise<void> {
  const entry = { operationId, entryId: randomUUID(), event, time: new Date().toISOString() };
  await dynamoDb.send(
    new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName: process.env.IDEMPOTENCY_TABLE, Item: marshall({ idempotencyKey, operationId, event }) } },
        { Put: { TableName: process.env.AUDIT_TABLE, Item: marshall(entry) } },
      ],
    }),
  );
}
