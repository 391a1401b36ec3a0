import { putLive, readLive } from '../../src/policy-versions/publish.ts';
import { describeOnDynamoDb } from '../../../../test/support/on-dynamodb.ts';
import { openPolicyTable, releaseOf, versionWith } from '../../../../test/support/policy-releases.ts';

describeOnDynamoDb('Two publishers at the same time', () => {
  let table: Awaited<ReturnType<typeof openPolicyTable>>;
  beforeEach(async () => {
    table = await openPolicyTable();
  });
  afterEach(() => table.close());

  it('do not replace each other: the second one is told who was first', async () => {
    const { store } = table;
    const live = await readLive(store);
    const releases = ['alice', 'bob'].map((publishedBy) => ({ ...releaseOf(0, versionWith({})), publishedBy }));
    const results = await Promise.allSettled(releases.map((release) => putLive(store, live, release, Date.now)));
    const [published] = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    const [rejected] = results.flatMap((result) => (result.status === 'rejected' ? String(result.reason) : []));
    expect(await store.releases(9)).toEqual([{ number: 0, release: published }]);
    expect(rejected).toContain(`Version 0 was published meanwhile by ${published?.publishedBy}`);
    expect((await putLive(store, await readLive(store), releaseOf(1, versionWith({})), Date.now)).number).toBe(1);
  });
});
