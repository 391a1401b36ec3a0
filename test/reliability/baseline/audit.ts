import { ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { failureOf } from '../../../src/ledger/dynamodb/request.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';

/** An audit entry as stored, with the attributes it is found by. */
export type AuditItem = AuditEntry & {
  /** `<clusterName>/<namespace>/<serviceAccount>`; null if unknown. */
  readonly serviceAccount: string | null;
  /** The token of the request; null if it has no valid token. */
  readonly clientRequestToken: string | null;
};

/** Appends one audit entry. Throws `LedgerUnavailable` if DynamoDB does not confirm the write. */
export type Append = (entry: AuditEntry, clientRequestToken: string | null) => Promise<void>;

/** Creates the writer of the audit trail, which only appends. */
export function makeAppend(client: DynamoDBClient, table: string): Append {
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
      // The SDK retries a put after a lost response. Entry ids are unique, so an existing entry
      // with this id is this one.
      if (!(error instanceof ConditionalCheckFailedException)) throw failureOf(error);
    }
  };
}

function serviceAccountOf({ target }: AuditEntry): string | null {
  return target && `${target.clusterName}/${target.namespace}/${target.serviceAccount}`;
}
