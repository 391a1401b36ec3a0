import type { Progress } from '../progress.ts';
import type { Outcome } from './apply.ts';
import type { Change } from './planner.ts';
import { keyOf } from './declaration.ts';
import { groupBy } from './grouped.ts';

/** The changes that were under way when a run was interrupted; null if it was not. */
export type UnderWay = ReadonlySet<Change> | null;

/** Follows which changes are under way, so that an interruption can say it. */
export function watchInterruption(signal: AbortSignal | undefined, { say }: Progress) {
  const current = new Set<Change>();
  let underWay: UnderWay = signal?.aborted === true ? new Set() : null;
  signal?.addEventListener('abort', () => {
    underWay = new Set(current);
    say(
      `Interrupted: ${current.size} changes are under way and are finished, and no other begins. Press Ctrl+C again to stop at once.`,
    );
  });
  return {
    /** Runs the work of a change. */
    during: async <Result>(change: Change, work: () => Promise<Result>): Promise<Result> => {
      current.add(change);
      try {
        return await work();
      } finally {
        current.delete(change);
      }
    },
    underWay: (): UnderWay => underWay,
  };
}

/** What an interruption left, as text for people. */
export function interruptionLines(underWay: UnderWay, outcomes: readonly Outcome[]): readonly string[] {
  if (underWay === null) return [];
  const ended = outcomes.filter(({ change }) => underWay.has(change));
  const counts = [...groupBy(ended, ({ kind }) => kind)].map(([kind, { length }]) => `${length} ${words[kind]}`);
  return [
    ...(ended.length === 0 ? [] : ['Under way when the run was interrupted:', ...ended.map(endLine)]),
    `Interrupted: ${ended.length} changes were under way${counts.length > 0 ? ` (${counts.join(', ')})` : ''}, ${notBegun(outcomes)} were not begun.`,
  ];
}

/** What an interruption left, as data; null if the run was not interrupted. */
export function interruptionAnswer(underWay: UnderWay, outcomes: readonly Outcome[]) {
  if (underWay === null) return null;
  const ended = outcomes.filter(({ change }) => underWay.has(change));
  return {
    underWay: ended.map(({ kind, change: { action, target } }) => ({ action, target, kind })),
    notBegun: notBegun(outcomes),
  };
}

const words: Readonly<Record<Outcome['kind'], string>> = {
  done: 'done',
  overtaken: 'done, and changed since',
  refused: 'refused',
  approvalRequired: 'waiting for an approval',
  inProgress: 'in progress',
  failed: 'with an unknown result',
  notStarted: 'not begun',
};

function notBegun(outcomes: readonly Outcome[]): number {
  return outcomes.filter(({ kind }) => kind === 'notStarted').length;
}

function endLine({ kind, change: { action, target } }: Outcome): string {
  return `- ${action} ${keyOf(target)}: ${words[kind]}`;
}
