import { createSqliteLedger } from '../../../src/ledger/sqlite.ts';
import type { Ledger, TokenRecord } from '../../../src/ledger/ledger.ts';
import { report, search } from './search.ts';

/** In CI as many as fit into a minute. */
const runs = process.env.CI === undefined ? 1_500 : 20_000;
const limitMs = 75_000;

/** New stories each time; a counter-example names its seed. */
const seed = Math.floor(Math.random() * 1_000_000_000);

describe('the search for a story that breaks a promise', () => {
  test(
    `finds none in ${runs} stories from seed ${seed}`,
    async () => {
      let played = 0;
      const found = await search({ seed, runs, onProgress: (stories) => (played = stories) });
      expect(found === null ? 'all held' : report(found)).toBe('all held');
      expect(played).toBe(runs);
    },
    limitMs,
  );

  test('finds one where the ledger lets a holder write that was overtaken, and tells how to play it again', async () => {
    const found = await search({
      seed: 1,
      runs: 20_000,
      openLedger: () => heedless(createSqliteLedger({ file: ':memory:' })),
    });
    if (found === null) throw new Error('None was found.');
    expect(found.broken).toEqual(expect.arrayContaining([expect.stringMatching(/^the ledger wrote \(held /)]));

    const told = report(found);
    expect(told).toMatch(/The shortest story that shows it:\n(.*\n)*.* asks for the /);
    expect(told).toContain('the ledger writes TAKEN_OVER (lapsed; fence 2)');
    expect(told).toContain(`npm run search -- --seed ${found.seed} --path ${found.path}\n`);
    expect(found.told.length).toBeLessThan(40);

    const again = await search({
      ...{ seed: found.seed, path: found.path, runs: 1 },
      openLedger: () => heedless(createSqliteLedger({ file: ':memory:' })),
    });
    expect(again?.told).toEqual(found.told);
    expect(await search({ seed: found.seed, path: found.path, runs: 1 })).toBeNull();
  }, 60_000);
});

/** A ledger that does not look at the fence of who says that it holds a record. */
function heedless(ledger: Ledger): Ledger {
  return {
    ...ledger,
    commit: async (expected, next, entries) => {
      if (expected.kind !== 'held') return ledger.commit(expected, next, entries);
      const there: TokenRecord | null = await ledger.record(next.tokenKey);
      const isOf = there?.operationId === expected.operationId && there.state === 'IN_PROGRESS';
      return ledger.commit(isOf ? { ...expected, fence: there.fence } : expected, next, entries);
    },
  };
}
