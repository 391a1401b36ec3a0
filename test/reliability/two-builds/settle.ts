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
 * endings before that are carried out. What is left after a time shows in the checks; throws
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
  for (const end = Date.now() + settleMs; Date.now() < end && rounds() - (doneAt ?? Infinity) < roundsAfter;) {
    await sleep(intervalMs);
    doneAt = isLeft(await read(), startedAt) ? null : (doneAt ?? rounds());
  }
  const isDone = rounds() - (doneAt ?? Infinity) >= roundsAfter;
  await slot.kill();
  if (!isDone && rounds() < enoughRounds)
    throw new Inconclusive(`The ${build} build had only ${rounds()} rounds in ${settleMs} ms, and was not done.`);
  return startedAt;
}

/** Whether an operation is open, or an ending due that was so when the build started. */
function isLeft({ ledger, states }: TableItems, startedAt: number): boolean {
  const isOpen = ledger.records.some(({ state }) => state === 'IN_PROGRESS');
  return (
    isOpen ||
    states.some(
      ({ inProgress, openOperations, endsAt }) =>
        inProgress.length > 0 || openOperations.length > 0 || (endsAt !== null && endsAt < startedAt),
    )
  );
}
