import { describeOnDynamoDb } from '../../support/on-dynamodb.ts';
import { isLarge } from '../../support/sizes.ts';
import type { Phase } from './phases.ts';
import { runStorm } from './storm.ts';
import type { Storm, StormResult } from './storm.ts';
import { Inconclusive } from './waiting.ts';

const seed = Number(process.env.STORM_SEED ?? 1);
const killsPerPhase = isLarge ? 8 : 3;
const stormMs = isLarge ? 900_000 : 600_000;
const settleMs = 120_000;

/** How often a storm is run until one is conclusive. */
const attempts = 2;

/** The first conclusive one of a few storms. Throws with the reasons if none is. */
async function conclusive(storm: Omit<Storm, 'onProgress'>): Promise<StormResult> {
  const reasons: string[] = [];
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const progress: string[] = [];
    try {
      return await runStorm({ ...storm, seed: seed + attempt * 1_000_000, onProgress: (line) => progress.push(line) });
    } catch (error) {
      if (!(error instanceof Inconclusive)) throw error;
      reasons.push(`${error.message} Before that: ${progress.join(', ')}.`);
    }
  }
  throw new Error(`No storm was conclusive: ${reasons.join(' ')}`);
}

const both: Phase = ['released', 'present'];
const released: Phase = ['released', 'released'];
const present: Phase = ['present', 'present'];

/** A change runs one storm through every phase; the large size runs each of the two changes of a version alone. */
const storms: readonly (readonly [string, readonly Phase[]])[] = isLarge
  ? [
      ['an upgrade', [released, both, present]],
      ['an upgrade that is rolled back', [['present', 'released'], present, both, released]],
    ]
  : [['an upgrade that is rolled back', [released, both, present, both, released]]];

describeOnDynamoDb('two builds on one table, under load, faults and kills', () => {
  test.each(storms)(
    'keep every guarantee in %s, and leave nothing open, no lost expiry and no drift',
    async (_, phases) => {
      const { broken, left, changes, kills, closedByOther } = await conclusive({
        phases,
        killsPerPhase,
        seed,
        stormMs,
      });
      expect({ seed, broken, left }).toEqual({ seed, broken: [], left: [] });
      expect(kills.map(({ length }) => length)).toEqual(phases.map(() => killsPerPhase));
      expect(changes).toBeGreaterThan(5);
      expect(Object.values(closedByOther).every((count) => count > 0)).toBe(true);
    },
    attempts * (stormMs + settleMs),
  );
});
