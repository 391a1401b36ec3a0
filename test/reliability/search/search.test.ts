import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createSqliteLedger } from '../../../src/ledger/sqlite.ts';
import type { Ledger, IdempotencyRecord } from '../../../src/ledger/ledger.ts';
import { report, search } from './search.ts';

/** In CI as many as fit into a minute. Two processes share them, as most machines have two processors. */
const runs = process.env.CI === undefined ? 1_500 : 20_000;
const processes = 2;
/** Far longer than it takes: that the machine is busy is no reason to fail. */
const limitMs = 150_000;

const main = join(import.meta.dirname, 'main.ts');

/**
 * What such a search notices, tried by breaking the gateway: a take-over before the lease is over, no intent before EKS, or a
 * denial that is not heeded within 20 stories; a holder that writes with an old fence, or a doubt called over too early,
 * within some hundred; an update called done by what a lagging read shows, a create that is signed with the time of its
 * sending, or doubts that are forgotten, within some thousand; a doubt that is shorter by any one of its four allowances,
 * within some thousand too.
 *
 * New stories each time; a counter-example names its seed.
 */
const seed = Math.floor(Math.random() * 1_000_000_000);

describe('the search for a story that breaks a promise', () => {
  test(
    `finds none in ${runs} stories`,
    async () => {
      const share = runs / processes;
      const told = await Promise.all(Array.from({ length: processes }, (_, index) => run(share, seed + index * share)));
      expect(told.join('')).toMatch(new RegExp(`^(${share} stories from seed \\d+, .* s: all held.\n){${processes}}$`));
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
    expect(found.broken).toEqual(expect.arrayContaining([expect.stringMatching(/^the ledger wrote \(leased /)]));

    const told = report(found);
    expect(told).toMatch(/The shortest story that shows it:\n(.*\n)*.* asks for the /);
    expect(told).toContain('the ledger writes TAKEN_OVER (lease-expired; fence 2)');
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

/** What `npm run search` tells of so many stories. */
async function run(stories: number, from: number): Promise<string> {
  const child = spawn(process.execPath, [main, '--runs', String(stories), '--seed', String(from)], {
    timeout: limitMs,
  });
  const [told] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return told;
}

/** A ledger that does not look at the fence of who says that it holds a record. */
function heedless(ledger: Ledger): Ledger {
  return {
    ...ledger,
    commit: async (expected, next, entries) => {
      if (expected.kind !== 'leased') return ledger.commit(expected, next, entries);
      const there: IdempotencyRecord | null = await ledger.getRecord(next.idempotencyKey);
      const isOf = there?.operationId === expected.operationId && there.state === 'IN_PROGRESS';
      return ledger.commit(isOf ? { ...expected, fence: there.fence } : expected, next, entries);
    },
  };
}
