import { readList } from '../../src/queries/list-pages.ts';
import { eksError, eksThat } from '../support/leases.ts';

test.each([
  ['in time', 60_000, eksError.exception],
  ['when the time is over', 0, 'OutOfTime'],
])('a list that fails %s says so', async (_, leftMs, exception) => {
  const eks = eksThat({ page: async () => ({ kind: 'failed', error: eksError }) });
  const stretch = { namespace: null, serviceAccount: null, start: null, limit: 10 };
  const read = await readList(eks, stretch, { deadline: Date.now() + leftMs });
  expect(read).toMatchObject({ kind: 'failed', error: { exception } });
});
