import { randomBytes } from 'node:crypto';
import { DeleteItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { makeDynamoDbCompiledStore } from '../../src/policy-versions/compiled-store.ts';
import { makeDynamoDbStore } from '../../src/policy-versions/dynamodb-store.ts';
import { packPolicies } from '../../src/policy-versions/packed-policies.ts';
import { dynamoDbClient } from '../support/ledgers.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { openPolicyTable, publish, shippedVersion, versionOf } from '../support/policy-versions.ts';

describeOnDynamoDb('The table of compiled versions', () => {
  let opened: Awaited<ReturnType<typeof openPolicyTable>>;
  beforeEach(async () => {
    opened = await openPolicyTable();
  });
  afterEach(() => opened.close());

  /** A store with small parts, so that its contents are small. */
  const open = () => makeDynamoDbCompiledStore(opened.client, opened.table, 1_000);
  /** Of three parts. */
  const large = () => randomBytes(2_500);

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('x')],
    ['exactly one part', randomBytes(1_000)],
    ['three parts', large()],
  ])('returns what was stored: %s', async (_, content) => {
    const store = open();
    expect(await store.get('a')).toBeNull();
    expect(await store.expiresAt('a')).toBeNull();
    await store.put('a', content, 1_800_000_000);
    expect(Buffer.from((await store.get('a')) ?? 'missing')).toEqual(content);
    expect(await store.expiresAt('a')).toBe(1_800_000_000);
    expect(await store.get('b')).toBeNull();
  });

  it('stores contents of more than the 400 KB of an item', async () => {
    const store = makeDynamoDbCompiledStore(opened.client, opened.table);
    const content = randomBytes(400_000);
    await store.put('a', content, 1_800_000_000);
    expect(Buffer.from((await store.get('a')) ?? 'missing')).toEqual(content);
  });

  it('returns one of two contents that are stored at the same time, never parts of both', async () => {
    const store = open();
    const contents = [large(), large()];
    await Promise.all(contents.map((content) => store.put('a', content, 1_800_000_000)));
    const found = Buffer.from((await store.get('a')) ?? 'missing');
    expect(contents.some((content) => content.equals(found))).toBe(true);
  });

  it('returns the earlier content until all parts of a new one are stored', async () => {
    const [earlier, later] = [large(), large()];
    await open().put('a', earlier, 1_800_000_000);
    const expiry = dynamoDbClient();
    let puts = 0;
    expiry.middlewareStack.add(
      (next) => (args) => {
        puts += 1;
        if (puts === 3) throw new Error('The function ended.');
        return next(args);
      },
      { step: 'initialize' },
    );
    const interrupted = makeDynamoDbCompiledStore(expiry, opened.table, 1_000);
    await expect(interrupted.put('a', later, 1_900_000_000)).rejects.toThrow();
    expiry.destroy();
    expect(Buffer.from((await open().get('a')) ?? 'missing')).toEqual(earlier);
  });

  it('rejects a content of which a part is missing', async () => {
    await open().put('a', large(), 1_800_000_000);
    const { Items = [] } = await opened.client.send(new ScanCommand({ TableName: opened.table }));
    const [part] = Items.filter(({ itemNumber }) => itemNumber?.N === '2');
    const { itemKey = { S: '' }, itemNumber = { N: '0' } } = part ?? {};
    await opened.client.send(new DeleteItemCommand({ TableName: opened.table, Key: { itemKey, itemNumber } }));
    await expect(open().get('a')).rejects.toThrow('The content of a is not whole.');
  });
});

describeOnDynamoDb('The table of policies', () => {
  let opened: Awaited<ReturnType<typeof openPolicyTable>>;
  beforeEach(async () => {
    opened = await openPolicyTable();
  });
  afterEach(() => opened.close());

  const version = shippedVersion();

  it('keeps versions and versions as they were published, newest first', async () => {
    const { store } = opened;
    expect(await store.versions(10)).toEqual([]);
    expect(await store.getPolicies(packPolicies(version).hash)).toBeNull();
    for (let number = 1; number <= 12; number += 1) await publish(store, number, version, { rollbackTo: number - 1 });
    const listed = await store.versions(3);
    expect(listed).toEqual(
      [12, 11, 10].map((number) => ({ number, version: versionOf(number, version, { rollbackTo: number - 1 }) })),
    );
    expect(await store.getVersion(7)).toEqual(versionOf(7, version, { rollbackTo: 6 }));
    expect(await store.getVersion(13)).toBeNull();
    const { hash, content } = packPolicies(version);
    const stored = await store.getPolicies(hash);
    expect(Buffer.from(stored?.content ?? [])).toEqual(Buffer.from(content));
  });

  // DynamoDB Local is always consistent.
  it('reads strongly consistently', async () => {
    const { client, store } = opened;
    const reads: unknown[] = [];
    client.middlewareStack.add(
      (next) => (args) => {
        reads.push(args.input);
        return next(args);
      },
      { step: 'initialize' },
    );
    await Promise.all([store.versions(1), store.getVersion(1), store.getPolicies('')]);
    const isConsistent = expect.objectContaining({ ConsistentRead: true }) as object;
    expect(reads).toEqual([isConsistent, isConsistent, isConsistent]);
  });

  it('takes one version of two with the same number', async () => {
    const { store } = opened;
    const versions = ['alice', 'bob'].map((publishedBy) => versionOf(1, version, { publishedBy }));
    const results = await Promise.all(versions.map((version) => store.putVersion(version)));
    expect(results.filter((published) => published)).toHaveLength(1);
    expect(await store.getVersion(1)).toEqual(versions[results.indexOf(true)]);
  });

  it('recognizes a version of its own, whose answer was lost', async () => {
    const { store } = opened;
    expect(await store.putVersion(versionOf(1, version))).toBe(true);
    expect(await store.putVersion(versionOf(1, version))).toBe(true);
  });

  it('lists a version of another format without its fields', async () => {
    const { client, store, table } = opened;
    await publish(store, 1, version);
    const item = marshall({ itemKey: 'release', itemNumber: 2, v: 2 });
    await client.send(new PutItemCommand({ TableName: table, Item: item }));
    expect(await store.versions(2)).toEqual([
      { number: 2, version: null },
      { number: 1, version: versionOf(1, version) },
    ]);
  });

  it('a missing policy table is unavailable', async () => {
    const missing = makeDynamoDbStore(opened.client, 'missing');
    await expect(missing.versions(1)).rejects.toThrow(LedgerUnavailable);
    await expect(missing.getPolicies('')).rejects.toThrow(LedgerUnavailable);
    await expect(missing.putVersion(versionOf(1, version))).rejects.toThrow(LedgerUnavailable);
  });
});
