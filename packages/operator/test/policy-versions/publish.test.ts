import { putLive, readLive } from '../../src/policy-versions/publish.ts';
import { describeOnDynamoDb } from '../../../../test/support/on-dynamodb.ts';
import { openPolicyTable, versionOf, versionWith } from '../../../../test/support/policy-versions.ts';

describeOnDynamoDb('Two publishers at the same time', () => {
  let table: Awaited<ReturnType<typeof openPolicyTable>>;
  beforeEach(async () => {
    table = await openPolicyTable();
  });
  afterEach(() => table.close());

  it('do not replace each other: the second one is told who was first', async () => {
    const { store } = table;
    const live = await readLive(store);
    const versions = ['alice', 'bob'].map((publishedBy) => ({ ...versionOf(0, versionWith({})), publishedBy }));
    const results = await Promise.allSettled(versions.map((version) => putLive(store, live, version, Date.now)));
    const [published] = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    const [rejected] = results.flatMap((result) => (result.status === 'rejected' ? String(result.reason) : []));
    expect(await store.versions(9)).toEqual([{ number: 0, version: published }]);
    expect(rejected).toContain(`Version 0 was published meanwhile by ${published?.publishedBy}`);
    expect((await putLive(store, await readLive(store), versionOf(1, versionWith({})), Date.now)).number).toBe(1);
  });
});
