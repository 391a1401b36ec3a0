import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { AssociationStates } from '../association-state.ts';
import { stateKey, stateOfItem, stateUpdate } from './association-state.ts';
import { versionItem } from './association-version.ts';
import { unchanged } from '../condition.ts';
import { conditionOf } from './condition.ts';
import { entryItem, insertion, recordItem } from './item.ts';
import { getItem } from './read.ts';
import { transact } from './transact.ts';
import { alternativesOfRepair, demandedKey } from '../state-transition.ts';
import type { StateRepairs } from '../state-repair.ts';
import type { TableNames } from './tables.ts';

/** What repairs of states read and write, in the table of the idempotency records. */
export function makeDynamoDbRepairs({
  client,
  idempotencyTable,
  auditTable,
}: { readonly client: DynamoDBClient } & TableNames): Pick<AssociationStates, 'getAssociationState'> & StateRepairs {
  return {
    async getAssociationState(target) {
      const item = await getItem(client, idempotencyTable, stateKey(target));
      return item === null ? null : stateOfItem(item);
    },
    async repairAssociation(repair, entry) {
      const { recordKey, record: read, restored } = repair;
      const condition = { TableName: idempotencyTable, ...conditionOf(unchanged(read)) };
      const record = restored
        ? { Put: { ...condition, Item: recordItem(restored) } }
        : { ConditionCheck: { ...condition, Key: marshall({ idempotencyKey: recordKey }) } };
      const guard = { kind: 'repair', recordKey: demandedKey(repair) } as const;
      for (const change of alternativesOfRepair(repair)) {
        const update = { TableName: idempotencyTable, ...stateUpdate(change, guard) };
        const version = change.version
          ? [{ Put: { TableName: idempotencyTable, Item: versionItem(change.version) } }]
          : [];
        const items = [record, { Put: insertion(auditTable, entryItem(entry)) }, ...version];
        const { kind } = await transact(client, [entry], items, update);
        if (kind !== 'update-rejected') return kind === 'committed';
      }
      return false;
    },
  };
}
