import * as fc from 'fast-check';
import { makeSqliteLedger } from '../../../packages/sqlite-ledger/src/ledger.ts';
import type { ScenarioStore } from './store.ts';
import { runScenario } from './run-scenario.ts';
import type { ScenarioResult } from './run-scenario.ts';
import { ensureScenario, scenario, tagScenario } from './scenario-generator.ts';
import type { Scenario } from './scenario.ts';

/** Settings of a search. */
export interface SearchSettings {
  /** Seed of the first batch; later batches use the following numbers. */
  readonly seed: number;
  /** Maximum number of scenarios. */
  readonly runs: number;
  /** No batch starts after this time, in milliseconds since the epoch. */
  readonly until?: number;
  /** Runs only the scenario at this path of the seed, as printed with a counter-example. */
  readonly path?: string | undefined;
  /** Whether all scenarios are about changes of tags; by default, those of every fourth batch are. */
  readonly tags?: boolean;
  /** Whether all scenarios are about desired states; by default, those of every fourth batch are. */
  readonly ensure?: boolean;
  /** Creates the ledger; SQLite in memory by default. */
  readonly openLedger?: () => ScenarioStore;
  /** Called after each batch with the number of scenarios so far. */
  readonly onProgress?: (scenarios: number) => void;
}

/** A scenario that violates a rule, as short as fast-check could make it. */
export interface CounterExample extends ScenarioResult {
  readonly seed: number;
  readonly path: string;
  /** Whether all scenarios of the search are about changes of tags. */
  readonly tags: boolean;
  /** Whether all of them are about desired states. */
  readonly ensure: boolean;
  /** Number of scenarios until it was found, without shrinking. */
  readonly scenarios: number;
}

/** Scenarios per batch. Each batch has its own seed, so that a counter-example is reproduced quickly. */
const batchSize = 500;

/** Every fourth batch is about changes of tags (seeds 3, 7, 11 and so on), and as many are about desired states (seeds 2, 6, 10). */
function generatorOf(seed: number, { tags, ensure }: Pick<SearchSettings, 'tags' | 'ensure'>) {
  if (ensure || (!tags && seed % 4 === 2)) return ensureScenario;
  return tags || seed % 4 === 3 ? tagScenario : scenario;
}

/**
 * Scenarios per ledger: opening one takes as long as half a scenario, and a ledger without limit would fill the memory.
 */
const scenariosPerLedger = 50;

/** Runs scenarios until a rule is violated or the limits are reached. Null if all rules hold. */
export async function search(settings: SearchSettings): Promise<CounterExample | null> {
  const {
    seed,
    runs,
    until = Infinity,
    path,
    tags = false,
    ensure = false,
    openLedger = inMemory,
    onProgress = () => undefined,
  } = settings;
  const runner = makeRunner(openLedger);
  try {
    for (let batch = 0, count = 0; count < runs && Date.now() < until; batch += 1) {
      const numRuns = path === undefined ? Math.min(batchSize, runs - count) : 1;
      const at = { seed: seed + batch, ...(path === undefined ? {} : { path }) };
      const scenarios = generatorOf(at.seed, settings);
      const result = await fc.check(fc.asyncProperty(scenarios, runner.check), { ...at, numRuns });
      count += result.numRuns;
      if (result.failed && result.counterexample !== null) {
        const shortest = await runner.shrink(...result.counterexample);
        // An error without a violated rule is a bug of the search or a problem of the machine.
        if (shortest.broken.length === 0) throw result.errorInstance;
        return { ...shortest, seed: result.seed, path: result.counterexamplePath, tags, ensure, scenarios: count };
      }
      onProgress(count);
      if (path !== undefined) return null;
    }
    return null;
  } finally {
    runner.close();
  }
}

/** Runs scenarios on a ledger, and opens a new one after a number of scenarios or a violation. */
function makeRunner(openLedger: () => ScenarioStore) {
  let ledger = openLedger();
  let count = 0;
  const reopen = () => {
    ledger.close();
    ledger = openLedger();
    count = 0;
  };
  return {
    async check(scenario: Scenario): Promise<void> {
      const { broken } = await runScenario(scenario, ledger, (count += 1));
      if (count === scenariosPerLedger || broken.length > 0) reopen();
      if (broken.length > 0) throw new Error(broken.join('\n'));
    },
    /** Removes the steps that a violating scenario does not need, and runs the rest with its log. */
    async shrink(scenario: Scenario): Promise<ScenarioResult> {
      let shortest = scenario;
      for (let at = scenario.steps.length - 1; at >= 0; at -= 1) {
        const shorter = { ...shortest, steps: shortest.steps.toSpliced(at, 1) };
        reopen();
        if ((await runScenario(shorter, ledger, 1)).broken.length > 0) shortest = shorter;
      }
      reopen();
      return runScenario(shortest, ledger, 1, true);
    },
    close: () => ledger.close(),
  };
}

function inMemory(): ScenarioStore {
  return makeSqliteLedger({ file: ':memory:' });
}

/** Describes a counter-example, with the command that reproduces it. */
export function report({ seed, path, tags, ensure, scenarios, lines, broken }: CounterExample): string {
  return [
    `After ${scenarios} scenarios, one violates:`,
    ...new Set(broken.map((rule) => `  ${rule}`)),
    'The shortest scenario that shows it:',
    ...lines.map((line) => `  ${line}`),
    `To reproduce it: npm run reliability -- search --seed ${seed} --path ${path}${tags ? ' --tags' : ''}${ensure ? ' --ensure' : ''}`,
    '',
  ].join('\n');
}
