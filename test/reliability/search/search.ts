import * as fc from 'fast-check';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { createSqliteLedger } from '../../../src/ledger/sqlite.ts';
import { play } from './play.ts';
import type { Played } from './play.ts';
import { story } from './story.ts';
import type { Story } from './story.ts';

/** What to search. */
export interface SearchSettings {
  /** The first batch is of this seed, the next ones of those that follow it. */
  readonly seed: number;
  /** No batch begins after so many stories. */
  readonly runs: number;
  /** No batch begins after this time, in milliseconds since the epoch. */
  readonly until?: number;
  /** Only the story at this place of the seed's, as a counter-example names it. */
  readonly path?: string | undefined;
  /** Makes the ledger that stories are played on, by default the one in SQLite. */
  readonly openLedger?: () => Ledger;
  /** Told after each batch how many stories have been played. */
  readonly onProgress?: (stories: number) => void;
}

/** A story in which a rule does not hold, as short as fast-check could make it. */
export interface CounterExample extends Played {
  readonly seed: number;
  readonly path: string;
  /** How many stories were played until it was met, before it was made shorter. */
  readonly stories: number;
}

/** Stories of a batch. A batch has a seed of its own, so that a counter-example is quickly met again. */
const batchSize = 500;

/** So many stories share a ledger: to open one takes as long as half a story, and one without end would fill the memory. */
const storiesOfLedger = 50;

/** Plays stories until a rule does not hold, or there have been enough. Null when all held. */
export async function search(settings: SearchSettings): Promise<CounterExample | null> {
  const { seed, runs, until = Infinity, path, openLedger = inMemory, onProgress = () => undefined } = settings;
  const stage = createStage(openLedger);
  try {
    for (let batch = 0, stories = 0; stories < runs && Date.now() < until; batch += 1) {
      const numRuns = path === undefined ? Math.min(batchSize, runs - stories) : 1;
      const at = { seed: seed + batch, ...(path === undefined ? {} : { path }) };
      const result = await fc.check(fc.asyncProperty(story, stage.holds), { ...at, numRuns });
      stories += result.numRuns;
      if (result.failed && result.counterexample !== null) {
        const played = await stage.tell(...result.counterexample);
        // What was thrown by no rule is a fault of the search itself, or of this machine.
        if (played.broken.length === 0) throw result.errorInstance;
        return { ...played, seed: result.seed, path: result.counterexamplePath, stories };
      }
      onProgress(stories);
      if (path !== undefined) return null;
    }
    return null;
  } finally {
    stage.close();
  }
}

/** Where stories are played: a ledger, and another one where it has seen enough or something broken. */
function createStage(openLedger: () => Ledger) {
  let ledger = openLedger();
  let played = 0;
  const renew = () => {
    ledger.close();
    ledger = openLedger();
    played = 0;
  };
  return {
    async holds(story: Story): Promise<void> {
      const { broken } = await play(story, ledger, (played += 1));
      if (played === storiesOfLedger || broken.length > 0) renew();
      if (broken.length > 0) throw new Error(broken.join('\n'));
    },
    /** Plays a story that breaks a rule once more, without the steps that it can do without, and tells it. */
    async tell(story: Story): Promise<Played> {
      let shortest = story;
      for (let at = story.steps.length - 1; at >= 0; at -= 1) {
        const shorter = { ...shortest, steps: shortest.steps.toSpliced(at, 1) };
        renew();
        if ((await play(shorter, ledger, 1)).broken.length > 0) shortest = shorter;
      }
      renew();
      return play(shortest, ledger, 1, true);
    },
    close: () => ledger.close(),
  };
}

function inMemory(): Ledger {
  return createSqliteLedger({ file: ':memory:' });
}

/** A counter-example in lines, with the command that plays just it again. */
export function report({ seed, path, stories, told, broken }: CounterExample): string {
  return [
    `After ${stories} stories, one in which this does not hold:`,
    ...new Set(broken.map((rule) => `  ${rule}`)),
    'The shortest story that shows it:',
    ...told.map((line) => `  ${line}`),
    `To play just this one again: npm run search -- --seed ${seed} --path ${path}`,
    '',
  ].join('\n');
}
