import { randomBytes } from 'node:crypto';
import { DeleteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { makeDynamoDbCompiledStore } from '../../src/policy-versions/compiled-store.ts';
import { dynamoDbClient } from '../support/ledgers.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { openPolicyTable } from '../support/policy-versions.ts';

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
