import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { makeSqliteLedger } from '../../../packages/sqlite-ledger/src/ledger.ts';
import type { Ledger, IdempotencyRecord } from '../../../src/ledger/ledger.ts';
import { report, search } from './search.ts';
import { isLarge } from '../../support/sizes.ts';

/** Two processes share them, as most machines have two processors. */
const runs = isLarge ? 48_000 : 2_000;
const processes = 2;
/** Far longer than needed, so that a busy machine causes no failure. */
const limitMs = isLarge ? 900_000 : 150_000;

const main = join(import.meta.dirname, 'main.ts');

/**
 * The search was validated by breaking the gateway. It finds within 20 scenarios: a takeover before the lease expires,
 * a missing INTENT entry, an ignored denial. Within some hundred: a write with an old fence, an in-doubt operation that
 * is closed too early, an update that was refused as not done after others had replaced it, a create that was repeated after
 * it was revoked, a create that ignored `expectedRevision`, a revision that releases move, a repetition that ignored `expectedModifiedAt`, a
 * clock that stepped back. Of scans, within 100: an adoption that confirms nothing, an absence that counts before reads have caught up, an entry of drift outside the
 * transaction, a scan that does not compare the revision. Within some thousand: a take-over
 * that did not read the locks again, a create with `expectedRevision` that began beside a delete of others, an update reported as done from a stale read, a create signed with the
 * time of sending, forgotten in-doubt operations, an in-doubt time that lacks one of its four allowances, a
 * second difference without an entry, operations that are forgotten by the states while they can still act.
 * Of scans with clocks of their own, within 500: drift fenced by the lease. Of the history, within 100: an order by the times of entries, a deletion that is certain from its answer on or from the last version before its successor; within 200: late outcomes that are left out; within 500: no uncertain time after a lost answer.
 * Of approvals, within 1,000: a claim that does not consume the approval, one that another token has used, a version of the approval that the claim does not compare, a vote
 * after its time; within 4,000: an approval of another state of the association, one that expired and goes on, one that goes on after a create in doubt. Of runs
 * that record the end of approvals, within 100: one that leaves out approved ones; within 8,000: no margin for clocks. Of declarations,
 * within some hundred: one that an operation without a declaration keeps, one that an adoption of the same version keeps, one of what others changed. Of expiries, within 1,000: a claim that demands
 * neither that no operation is in progress nor the version of the association, no margin for clocks, a change of others that is not compared, an expiry that an update does not set;
 * within 6,000: a claim that does not compare who set the expiry. Within 200: one that is brought forward without the decision about a delete, or without its approval;
 * within 1,200: a request whose claim does not demand the expiry that it was judged by. Of plans, within 500: an update that ignores `expectedRevision`. Of
 * withdrawals, within 1,000: one while who asked is locked.
 * Of erasures, within 100: one that takes what an open operation needs; within 600: one that takes what an expiry needs; within 5,000: one that reads the state before the
 * operation. Of the lease of account reads, within 1,000: one that a second run ignores; within 3,000: one that outlives a killed run by a quarter of an hour. Of a missing role, within 2,000: a run
 * that raises no alarm. Of changes of tags, within 20 scenarios of them: one that counts as not done because the tags are as before; within 300: one that any read
 * proves that shows the tags as requested; within 500: a scan that does not wait for what a scan saw before.
 * Of desired states, within 50 scenarios of them: a token without the revision; within 200: nothing demanded where nothing is to be changed; within 400: a token
 * without `takeOver`, ownership that is ignored; within 1,000: a definite refusal that is final.
 *
 * The scenarios are the same in each run, until a generator changes: a change must be red for what it breaks, and not because its run was the one to meet a bug
 * that was there before. New ones are searched where no change waits for the result: every night (`.github/workflows/search.yml`), and by the command.
 */
const seed = 1;

describe('the scenario search', () => {
  test(
    `finds no violation in ${runs} scenarios`,
    async () => {
      const share = runs / processes;
      const output = await Promise.all(
        Array.from({ length: processes }, (_, index) => run(share, seed + index * share)),
      );
      expect(output.join('')).toMatch(
        new RegExp(`^(${share} scenarios from seed \\d+, .* s: all kept.\n){${processes}}$`),
      );
    },
    limitMs,
  );

  test('finds a violation if the ledger ignores fences, and prints a command that reproduces it', async () => {
    const found = await search({
      seed: 4002,
      runs: 20_000,
      openLedger: () => withoutFenceCheck(makeSqliteLedger({ file: ':memory:' })),
    });
    if (found === null) throw new Error('No violation was found.');
    expect(found.broken).toEqual(expect.arrayContaining([expect.stringMatching(/^the ledger wrote \(leased /)]));

    const output = report(found);
    expect(output).toMatch(/The shortest scenario that shows it:\n(.*\n)*.* requests the /);
    expect(output).toContain('the ledger writes TAKEN_OVER (lease-expired; fence 2)');
    expect(output).toContain(`npm run reliability -- search --seed ${found.seed} --path ${found.path}\n`);
    expect(found.lines.length).toBeLessThan(40);

    const again = await search({
      ...{ seed: found.seed, path: found.path, runs: 1 },
      openLedger: () => withoutFenceCheck(makeSqliteLedger({ file: ':memory:' })),
    });
    expect(again?.lines).toEqual(found.lines);
    expect(await search({ seed: found.seed, path: found.path, runs: 1 })).toBeNull();
  }, 300_000);
});

/** Returns the output of `npm run reliability -- search` for this many scenarios. */
async function run(scenarios: number, from: number): Promise<string> {
  const child = spawn(process.execPath, [main, '--runs', String(scenarios), '--seed', String(from)], {
    timeout: limitMs,
  });
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return output;
}

/** Wraps a ledger so that it ignores the fence of a write by a lease holder. */
function withoutFenceCheck<Store extends Ledger>(ledger: Store): Store {
  return {
    ...ledger,
    commit: async (expected, next, entries, use) => {
      if (expected.kind !== 'leased') return ledger.commit(expected, next, entries, use);
      const there: IdempotencyRecord | null = await ledger.getRecord(next.idempotencyKey);
      const isOf = there?.operationId === expected.operationId && there.state === 'IN_PROGRESS';
      return ledger.commit(isOf ? { ...expected, fence: there.fence } : expected, next, entries, use);
    },
  };
}
