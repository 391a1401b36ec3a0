import { conditionOn, unchanged } from './record.ts';
import type { TransactedItems, Write } from './items.ts';
import type { RepairStore, StateRepair } from '../state-repair.ts';
import { alternativesOfRepair, demandedKey } from '../rules/state-transition.ts';
import { insertions } from './entry.ts';
import { recordItem } from './record.ts';
import { stateKey, stateOfItem, stateUpdate, versionPuts } from './state.ts';
import { writeTogether } from './transaction.ts';

/** What repairs of states read and write, in the table of the idempotency records. */
export function storedRepairs(items: TransactedItems): RepairStore {
  return {
    async getAssociationState(target) {
      const item = await items.get('idempotency', stateKey(target));
      return item === null ? null : stateOfItem(item);
    },
    async repairAssociation(repair, entry) {
      const guard = { kind: 'repair', recordKey: demandedKey(repair) } as const;
      for (const change of alternativesOfRepair(repair)) {
        const writes = [recordWrite(repair), ...insertions([entry]), ...versionPuts(change)];
        const { kind } = await writeTogether(items, [entry], writes, stateUpdate(change, guard));
        if (kind !== 'update-rejected') return kind === 'committed';
      }
      return false;
    },
  };
}

/** Restores the record, or makes sure that it was not written since it was read. */
function recordWrite({ recordKey, record, restored }: StateRepair): Write {
  const condition = conditionOn(unchanged(record));
  if (restored) return { kind: 'put', table: 'idempotency', item: recordItem(restored), condition };
  return { kind: 'check', table: 'idempotency', key: { idempotencyKey: recordKey }, condition };
}
