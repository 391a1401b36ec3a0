import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { createDynamoDbStore } from '../../src/policy-versions/dynamodb-store.ts';
import { packVersion } from '../../src/policy-versions/packed-policies.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { openPolicyTable, publish, releaseOf, shippedVersion } from '../support/policy-releases.ts';

describeOnDynamoDb('The table of policies', () => {
  let opened: Awaited<ReturnType<typeof openPolicyTable>>;
  beforeEach(async () => {
    opened = await openPolicyTable();
  });
  afterEach(() => opened.close());

  const version = shippedVersion();

  it('keeps versions and releases as they were published, newest first', async () => {
    const { store } = opened;
    expect(await store.releases(10)).toEqual([]);
    expect(await store.getVersion(packVersion(version).hash)).toBeNull();
    for (let number = 1; number <= 12; number += 1) await publish(store, number, version, { rollbackTo: number - 1 });
    const listed = await store.releases(3);
    expect(listed).toEqual(
      [12, 11, 10].map((number) => ({ number, release: releaseOf(number, version, { rollbackTo: number - 1 }) })),
    );
    expect(await store.getRelease(7)).toEqual(releaseOf(7, version, { rollbackTo: 6 }));
    expect(await store.getRelease(13)).toBeNull();
    const { hash, content } = packVersion(version);
    const stored = await store.getVersion(hash);
    expect(Buffer.from(stored?.content ?? [])).toEqual(Buffer.from(content));
  });

  it('takes one release of two with the same number', async () => {
    const { store } = opened;
    const releases = ['alice', 'bob'].map((publishedBy) => releaseOf(1, version, { publishedBy }));
    const results = await Promise.all(releases.map((release) => store.putRelease(release)));
    expect(results.filter((published) => published)).toHaveLength(1);
    expect(await store.getRelease(1)).toEqual(releases[results.indexOf(true)]);
  });

  it('recognizes a release of its own, whose answer was lost', async () => {
    const { store } = opened;
    expect(await store.putRelease(releaseOf(1, version))).toBe(true);
    expect(await store.putRelease(releaseOf(1, version))).toBe(true);
  });

  it('lists a release of another format without its fields', async () => {
    const { client, store, table } = opened;
    await publish(store, 1, version);
    const item = marshall({ itemKey: 'release', itemNumber: 2, v: 2 });
    await client.send(new PutItemCommand({ TableName: table, Item: item }));
    expect(await store.releases(2)).toEqual([
      { number: 2, release: null },
      { number: 1, release: releaseOf(1, version) },
    ]);
  });

  it('is unavailable if it does not exist', async () => {
    const missing = createDynamoDbStore(opened.client, 'missing');
    await expect(missing.releases(1)).rejects.toThrow(LedgerUnavailable);
    await expect(missing.getVersion('')).rejects.toThrow(LedgerUnavailable);
    await expect(missing.putRelease(releaseOf(1, version))).rejects.toThrow(LedgerUnavailable);
  });
});
