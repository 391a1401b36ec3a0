import { DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import { CreatePodIdentityAssociationCommand, EKSClient } from '@aws-sdk/client-eks';
import type { CreatePodIdentityAssociationCommandInput } from '@aws-sdk/client-eks';

/** The inputs of the three calls of a create: a transaction, a create at EKS, a transaction. */
export interface CreateInputs {
  readonly before: TransactWriteItemsCommandInput;
  readonly create: CreatePodIdentityAssociationCommandInput;
  readonly after: TransactWriteItemsCommandInput;
}

const dynamoDb = new DynamoDBClient({});
const eks = new EKSClient({});

/** Makes the three calls one after the other, without a gateway around them. */
export async function sendCreate({ before, create, after }: CreateInputs): Promise<void> {
  await dynamoDb.send(new TransactWriteItemsCommand(before));
  await eks.send(new CreatePodIdentityAssociationCommand(create));
  await dynamoDb.send(new TransactWriteItemsCommand(after));
}
