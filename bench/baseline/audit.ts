import { ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { failureOf } from '../../src/ledger/dynamodb-request.ts';
import type { AuditEntry } from '../../src/model/audit.ts';

/** An entry as the table holds it: the contract's, and by what it is found. */
export interface AuditItem extends AuditEntry {
  /** `<clusterName>/<namespace>/<serviceAccount>`; null where that is not known. */
  readonly serviceAccount: string | null;
  /** The token of the request; null where it had no valid one. */
  readonly clientRequestToken: string | null;
}

/** Adds one entry to the trail. Throws `LedgerUnavailable` where DynamoDB doesn't answer that it has it. */
export type Append = (entry: AuditEntry, clientRequestToken: string | null) => Promise<void>;

/** The trail: entries are added, never changed. */
export function createAppend(client: DynamoDBClient, table: string): Append {
  return async (entry, clientRequestToken) => {
    const item: AuditItem = { ...entry, serviceAccount: serviceAccountOf(entry), clientRequestToken };
    try {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: marshall(item, { removeUndefinedValues: true }),
          ConditionExpression: 'attribute_not_exists(entryId)',
        }),
      );
    } catch (error) {
      // The SDK repeats a put whose answer was lost. Ids are not given twice, so the entry that is there is this one.
      if (!(error instanceof ConditionalCheckFailedException)) throw failureOf(error);
    }
  };
}

function serviceAccountOf({ target }: AuditEntry): string | null {
  return target && `${target.clusterName}/${target.namespace}/${target.serviceAccount}`;
}
