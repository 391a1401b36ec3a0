import { setTimeout as sleep } from 'node:timers/promises';
import type { BuildName } from './builds.ts';
import type { Slot } from './slot.ts';
import type { TableItems } from './tables.ts';
import { Inconclusive } from './waiting.ts';

/** How long the last build may take for what is left, and between two looks. Milliseconds. */
const [settleMs, intervalMs] = [90_000, 500];

/** Rounds after the last work, so that scans have seen what it led to. */
const roundsAfter = 2;

/** A build that has run so many rounds in that time has had its chance. */
const enoughRounds = 40;

/**
 * Runs one build alone until nothing is open or due, and two rounds more. Returns when it began:
 * expiries before that are carried out. What is left after a time shows in the checks; throws
 * `Inconclusive` if the machine was too slow for the build to do it.
 */
export async function settle(
  [slot, other]: readonly [Slot, Slot],
  build: BuildName,
  read: () => Promise<TableItems>,
): Promise<number> {
  await Promise.all([slot.kill(), other.kill()]);
  const startedAt = Date.now();
  await slot.start(build);
  const { rounds } = slot.running();
  let doneAt: number | null = null;
  let open: readonly string[] = [];
  for (const end = Date.now() + settleMs; Date.now() < end && rounds() - (doneAt ?? Infinity) < roundsAfter;) {
    await sleep(intervalMs);
    open = stillOpen(await read(), startedAt);
    doneAt = open.length > 0 ? null : (doneAt ?? rounds());
  }
  const isDone = rounds() - (doneAt ?? Infinity) >= roundsAfter;
  await slot.kill();
  if (!isDone && rounds() < enoughRounds) {
    const work = `The ${build} build had only ${rounds()} rounds in ${settleMs} ms`;
    throw new Inconclusive(`${work}, and was not done with ${open.join(', ')}.`);
  }
  return startedAt;
}

/** The operations that are open, and the expiries that were due when the build started. */
function stillOpen({ ledger, states }: TableItems, startedAt: number): string[] {
  const records = ledger.records.filter(({ state }) => state === 'IN_PROGRESS');
  const busy = states.filter(({ inProgress, openOperations }) => inProgress.length + openOperations.length > 0);
  const due = states.filter(({ endsAt }) => endsAt !== null && endsAt < startedAt);
  return [
    ...records.map(({ operationId }) => `the record of ${operationId}`),
    ...busy.map((state) => `the state ${JSON.stringify(state)}`),
    ...due.map((state) => `the expiry of ${JSON.stringify(state)}`),
  ];
}
