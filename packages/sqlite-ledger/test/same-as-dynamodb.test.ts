import * as fc from 'fast-check';
import { dynamoDbItems } from '../../../src/ledger/dynamodb/items.ts';
import type {
  Condition,
  Item,
  ItemPage,
  ItemQuery,
  Items,
  KeyRange,
  Path,
  Update,
  Write,
} from '../../../src/ledger/stored/items.ts';
import { leaseIndex, roleIndexes, stateIndex } from '../../../src/ledger/stored/tables.ts';
import { openTables } from '../../../test/support/ledgers.ts';
import { describeOnDynamoDb } from '../../../test/support/on-dynamodb.ts';
import { isLarge } from '../../../test/support/sizes.ts';
import { openSqliteFile } from '../src/file.ts';
import { sqliteItems } from '../src/items.ts';

// The rules of the ledger are written once, so they are the same in both stores if both judge the
// same conditions, and make the same items of the same updates.

const seed = Number(process.env.STORES_SEED ?? 1);

/** Names that are reserved words, have other characters, or are a path's. */
const paths: readonly Path[] = ['text', 'size', 'a b', 'map', 'tags', ['map', 'key'], ['map', 'map', 'size'], 'absent'];

const text = fc.constantFrom('', 'a', 'b', 'ä', 'ab', '\u{10ffff}', '\uffff', '$set');
const number = fc.constantFrom(-1, 0, 0.5, 1, 2, 1_795_521_660_000);
const set = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }).map((texts) => new Set(texts));
const list = fc.array(fc.oneof(text, number), { maxLength: 2 });
const map = fc.record({ key: fc.oneof(text, number, set), map: fc.record({ size: fc.oneof(text, number) }) });

/** Attributes of every type. Those that are added to have one type each. */
const attributes: fc.Arbitrary<Item> = fc.record(
  {
    text: fc.oneof(text, number, fc.boolean(), fc.constant(null), set, list, map),
    size: number,
    'a b': fc.oneof(text, list),
    map: fc.oneof({ weight: 3, arbitrary: map }, set),
    tags: set,
  },
  { requiredKeys: [] },
);

const path = fc.constantFrom(...paths);
const comparable = fc.oneof(text, number, fc.boolean(), set);
const sized = fc.constantFrom<Path>('tags', 'map', ['map', 'map'], 'absent');

/** A path and a value to compare it with, often of the type that is there. */
const ordered = fc.oneof(
  fc.record({ path, value: fc.oneof(text, number) }),
  fc.record({ path: fc.constantFrom<Path>('size', ['map', 'map', 'size']), value: number }),
  fc.record({ path: fc.constantFrom<Path>('a b', ['map', 'key']), value: text }),
);

const condition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constantFrom('exists' as const, 'absent' as const), path }),
    fc.record({ kind: fc.constant('equals' as const), path, value: comparable }),
    fc.record({ kind: fc.constant('equals' as const), path: fc.constant('tags'), value: set }),
    fc
      .tuple(fc.constantFrom('less' as const, 'lessOrEqual' as const), ordered)
      .map(([kind, one]) => ({ kind, ...one })),
    fc.record({ kind: fc.constant('isIn' as const), path, values: fc.uniqueArray(text, { minLength: 1 }) }),
    fc.record({ kind: fc.constant('contains' as const), path, value: text }),
    fc.record({ kind: fc.constant('sizeLess' as const), path: sized, value: fc.nat(3) }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      conditions: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), condition: tie('condition') }),
  ),
})).condition;

const update: fc.Arbitrary<Update> = fc
  .record(
    {
      set: fc.record({ text: fc.oneof(text, set), map }, { requiredKeys: [] }),
      add: fc.constant({ size: 1 }),
      remove: fc.constant(['a b']),
      addTo: fc.record({ tags: set }),
      removeFrom: fc.record({ tags: set }),
    },
    { requiredKeys: [] },
  )
  .filter(({ set: sets = {}, add, remove, addTo, removeFrom }) => {
    const isEmpty = Object.keys(sets).length === 0 && !add && !remove && !addTo && !removeFrom;
    return !isEmpty && !(addTo && removeFrom);
  });

const hash = fc.constantFrom('h', 'i');
const rangeKey = fc.constantFrom('a', 'ab', 'b', 'c', 'ä');

/** The attributes of the indexes, as far as an item is in them. */
const indexed = fc.record(
  { openShard: hash, leaseUntil: number, clusterKey: hash, roleArn: hash, targetRoleArn: hash, revision: number },
  { requiredKeys: [] },
);

const write: fc.Arbitrary<Write> = fc
  .tuple(rangeKey, fc.constantFrom('put', 'update', 'check'), attributes, indexed, update, fc.option(condition))
  .map(([idempotencyKey, kind, own, keys, updated, given]): Write => {
    const [key, table] = [{ idempotencyKey }, 'idempotency'] as const;
    const optional = given === null ? {} : { condition: given };
    if (kind === 'put') return { kind, table, item: { ...own, ...keys, ...key }, ...optional };
    if (kind === 'update') return { kind, table, key, update: updated, ...optional };
    return { kind: 'check', table, key, condition: given ?? { kind: 'absent', path: 'text' } };
  });

const transaction = fc.uniqueArray(write, {
  selector: (one) => (one.kind === 'put' ? one.item.idempotencyKey : one.key.idempotencyKey),
  minLength: 1,
  maxLength: 3,
});

const textRange: fc.Arbitrary<KeyRange> = fc.oneof(
  fc.tuple(rangeKey, rangeKey).map(([one, other]) => {
    const [low, high] = Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0 ? [one, other] : [other, one];
    return { kind: 'between' as const, low, high };
  }),
  fc.record({
    kind: fc.constantFrom('prefix' as const, 'below' as const, 'above' as const, 'from' as const),
    value: rangeKey,
  }),
);

const query: fc.Arbitrary<ItemQuery> = fc
  .tuple(
    fc.constantFrom(leaseIndex, stateIndex, ...Object.keys(roleIndexes)),
    fc.record({ hash, isDescending: fc.boolean(), limit: fc.integer({ min: 1, max: 3 }) }),
    fc.option(textRange, { nil: undefined }),
    fc.option(number, { nil: undefined }),
    fc.option(condition, { nil: undefined }),
  )
  .map(([index, rest, texts, until, filter]): ItemQuery => {
    const upTo = until === undefined ? undefined : ({ kind: 'upTo', value: until } as const);
    const range = index === leaseIndex ? upTo : texts;
    return {
      ...rest,
      table: 'idempotency',
      index,
      ...(range && { range }),
      // The other indexes have few attributes.
      ...(filter && index === leaseIndex ? { filter } : {}),
      ...(filter && index === stateIndex ? { attributes: ['idempotencyKey', 'revision'] } : {}),
    };
  });

type Step = { readonly writes: readonly Write[] } | { readonly single: Write } | { readonly query: ItemQuery };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ writes: transaction }) },
  { weight: 2, arbitrary: fc.record({ single: write }) },
  { weight: 1, arbitrary: fc.record({ query }) },
);

describeOnDynamoDb('a SQLite file and DynamoDB', () => {
  let items: Items;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const tables = await openTables();
    items = dynamoDbItems({ client: tables.client, ...tables.names });
    close = tables.close;
  });
  afterAll(() => close());

  test('judge equal conditions and make equal items of equal updates', async () => {
    let runs = 0;
    const steps = fc.array(step, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const run = `${(runs += 1)}`;
        const file = sqliteItems(openSqliteFile(':memory:', 0));
        for (const one of given.map((each) => ofRun(each, run)))
          expect(await answered(file, one)).toEqual(await answered(items, one));
        const keys = ['a', 'ab', 'b', 'c', 'ä'].map((key) => `${run}${key}`);
        expect(await file.getTogether(keys)).toEqual(await items.getTogether(keys));
        expect(await file.getMany(keys)).toEqual(await items.getMany(keys));
      }),
      { seed, numRuns: isLarge ? 2_000 : 150 },
    );
  }, 600_000);
});

/** A step on items that no other run has. */
function ofRun(one: Step, run: string): Step {
  if ('writes' in one) return { writes: one.writes.map((each) => writeOfRun(each, run)) };
  if ('single' in one) return { single: writeOfRun(one.single, run) };
  const { range, hash: value } = one.query;
  const renamed = { ...one.query, hash: `${run}${value}` };
  if (range === undefined || range.kind === 'upTo') return { query: renamed };
  if (range.kind !== 'between') return { query: { ...renamed, range: { ...range, value: `${run}${range.value}` } } };
  return { query: { ...renamed, range: { ...range, low: `${run}${range.low}`, high: `${run}${range.high}` } } };
}

function writeOfRun(one: Write, run: string): Write {
  if (one.kind !== 'put') return { ...one, key: { idempotencyKey: `${run}${one.key.idempotencyKey}` } };
  const names = ['idempotencyKey', 'openShard', 'clusterKey', 'roleArn', 'targetRoleArn'];
  const renamed = Object.entries(one.item).map(([name, value]) => [
    name,
    names.includes(name) ? `${run}${String(value)}` : value,
  ]);
  return { ...one, item: Object.fromEntries(renamed) as Item };
}

/** What a store answers to a step, and what is stored then; without what only one of them can say. */
async function answered(items: Items, one: Step): Promise<unknown> {
  if ('query' in one) return await allPages(items, one.query);
  if ('single' in one) {
    if (one.single.kind === 'check') return null;
    if (one.single.kind === 'put') return await items.put(one.single, 'replaced');
    const result = await items.update(one.single);
    return result.kind === 'written' ? { ...result, replaced: null } : result;
  }
  const result = await items.transact(one.writes);
  return result.kind === 'committed' ? result : result.reasons;
}

/** All items of a query. Of equal range keys, DynamoDB has any order. */
async function allPages(items: Items, given: ItemQuery): Promise<unknown> {
  const found: Item[] = [];
  let examined = 0;
  for (let start: Item | null = null; ;) {
    const page: ItemPage = await items.query({ ...given, ...(start && { start }) });
    found.push(...page.items);
    examined += page.examined;
    start = page.next;
    if (start === null) break;
  }
  const order = found.map(({ leaseUntil }) => leaseUntil);
  return { examined, order, found: found.map((item) => String(item.idempotencyKey)).sort(), items: new Set(found) };
}
