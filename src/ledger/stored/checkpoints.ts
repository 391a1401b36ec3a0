import { isDeepStrictEqual } from 'node:util';
import type { CheckpointHead, CheckpointStore, StoredEntry } from '../checkpoint-store.ts';
import { checkpointKey } from '../checkpoint-store.ts';
import { supported } from './record.ts';
import { formatVersion, requireSupported } from '../format.ts';
import { absent, allOf, equals, textIn, textOrNull } from './items.ts';
import type { Item, ItemPage, SingleItems } from './items.ts';
import { trailShards } from './keys.ts';
import { entryItem, entryOfItem, personalAttribute } from './entry.ts';
import type { auditIndexes } from './tables.ts';
import { firstIdOf, lastIdOf } from '../trail-position.ts';

/** What checkpoints read and write, in the tables of a ledger. */
export function storedCheckpoints(items: SingleItems): CheckpointStore {
  return {
    async getCheckpointHead() {
      const item = await items.get('idempotency', { idempotencyKey: checkpointKey });
      if (item === null) return null;
      requireSupported('head of the checkpoints', item.v);
      // Only `headItem` makes this item.
      const { size, root, publishedSize, examinedTo } = item as Item & CheckpointHead;
      return { size, root, publishedSize, ...(examinedTo === undefined ? {} : { examinedTo }) };
    },
    async putCheckpointHead(expected, next) {
      const item = { v: formatVersion, idempotencyKey: checkpointKey, ...next };
      const condition = expected === null ? absent('idempotencyKey') : isHead(expected);
      // After a lost response, a repetition is rejected too: the next run finds the head.
      const { kind } = await items.put({ kind: 'put', table: 'idempotency', item, condition });
      return kind === 'written';
    },
    storedEntries: (since, until) =>
      merged(trailShards.map((shard) => shardEntries(items, shard, Math.max(since, 0), until))),
  };
}

function isHead({ size, publishedSize }: CheckpointHead) {
  return allOf(equals('size', size), equals('publishedSize', publishedSize), supported);
}

/** The entries of a shard of the index of the whole trail, oldest first. */
async function* shardEntries(items: Pick<SingleItems, 'query'>, shard: string, since: number, until: number) {
  for (let start: Item | null = null; ;) {
    const page: ItemPage = await items.query({
      table: 'audit',
      index: 'byTime' satisfies keyof typeof auditIndexes,
      hash: shard,
      range: { kind: 'between', low: firstIdOf(since), high: lastIdOf(until) },
      ...(start && { start }),
    });
    yield* page.items.map(storedEntryOfItem);
    if (page.next === null) return;
    start = page.next;
  }
}

/** An item of the audit table as it is stored. */
function storedEntryOfItem(item: Item): StoredEntry {
  return {
    operationId: textIn(item, 'operationId'),
    entryId: textIn(item, 'entryId'),
    text: textIn(item, 'entry'),
    personal: textOrNull(item, personalAttribute),
    differing: () => differingAttributes(item),
  };
}

function differingAttributes(item: Item): string[] {
  let expected: Item;
  try {
    expected = entryItem(entryOfItem(item));
  } catch {
    return ['entry'];
  }
  const names = new Set([...Object.keys(expected), ...Object.keys(item)]);
  return [...names].filter((name) => !isDeepStrictEqual(expected[name], item[name])).sort();
}

/** Several lists, each sorted by entry id, as one. */
async function* merged(lists: readonly AsyncGenerator<StoredEntry>[]): AsyncGenerator<StoredEntry> {
  const heads = await Promise.all(lists.map(async (list) => ({ list, next: await list.next() })));
  for (;;) {
    const open = heads.filter(({ next }) => next.done !== true);
    const [first, ...rest] = open;
    if (first === undefined) return;
    const lowest = rest.reduce((one, other) => (idOf(other.next) < idOf(one.next) ? other : one), first);
    if (lowest.next.done !== true) yield lowest.next.value;
    lowest.next = await lowest.list.next();
  }
}

function idOf(next: IteratorResult<StoredEntry, unknown>): string {
  return next.done === true ? '' : next.value.entryId;
}
