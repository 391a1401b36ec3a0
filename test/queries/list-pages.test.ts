import { readList } from '../../src/queries/terms/list-pages.ts';
import { eksError, eksWith } from '../support/mutations.ts';

test.each([
  ['names the error of EKS before the deadline', 60_000, eksError.exception],
  ['says that the time ran out after the deadline', 0, 'OutOfTime'],
])('a failed list %s', async (_, leftMs, exception) => {
  const eks = eksWith({ page: async () => ({ kind: 'failed', error: eksError }) });
  const range = { namespace: null, serviceAccount: null, start: null, limit: 10 };
  const read = await readList(eks, range, { deadline: Date.now() + leftMs }, Date.now);
  expect(read).toMatchObject({ kind: 'failed', error: { exception } });
});
