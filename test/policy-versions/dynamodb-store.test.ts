import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { makeDynamoDbStore } from '../../src/policy-versions/dynamodb-store.ts';
import { packPolicies } from '../../src/policy-versions/packed-policies.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { openPolicyTable, publish, versionOf, shippedVersion } from '../support/policy-versions.ts';

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
