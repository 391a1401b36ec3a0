import type { Copy, Verdict, Which } from './copy.ts';
import { taken } from './guard.ts';
import type { Guard } from './guard.ts';
import type { Bite } from './table.ts';

/** How long the tests that a guard names may take, and all of them, in milliseconds. An absence that hangs is noticed too. */
const namedMs = 150_000;
const allMs = 1_800_000;

/** Takes a guard away, and asks the tests that it names. */
export async function takeOne(copy: Copy, guard: Guard): Promise<readonly Bite[]> {
  const problem = await problemUntouched(copy, guard, namedMs);
  if (problem) return [{ guard, verdict: problem, seconds: 0 }];
  return taking(copy, [guard], guard, namedMs);
}

/**
 * Takes some guards away together, and asks the whole suite. Where it passes, it does not notice any one of them; where it
 * fails, each is asked about on its own.
 */
export async function takeTogether(copy: Copy, together: readonly Guard[]): Promise<readonly Bite[]> {
  const problem = await problemUntouched(copy, 'all', allMs);
  if (problem) return together.map((guard) => ({ guard, verdict: problem, seconds: 0 }));
  const bites = await taking(copy, together, 'all', allMs);
  if (together.length === 1 || bites.every(({ verdict }) => verdict.kind === 'passed')) return bites;
  const alone: Bite[] = [];
  for (const guard of together) alone.push(...(await taking(copy, [guard], 'all', allMs)));
  return alone;
}

/** Guards in groups that can be taken away together: one of a file, since one may stand in for the other there. */
export function together(guards: readonly Guard[]): readonly (readonly Guard[])[] {
  const groups: Guard[][] = [];
  for (const guard of guards) {
    const group = groups.find((members) => members.every(({ file }) => file !== guard.file));
    if (group) group.push(guard);
    else groups.push([guard]);
  }
  return groups;
}

async function taking(copy: Copy, guards: readonly Guard[], which: Which | 'all', maxMs: number) {
  const startedAt = performance.now();
  const without = ([first, ...rest]: readonly Guard[]): Promise<Verdict> =>
    first
      ? copy.changed(
          first.file,
          (text) => taken(text, first),
          () => without(rest),
        )
      : copy.test(which, maxMs);
  const verdict = await without(guards);
  const seconds = (performance.now() - startedAt) / 1000;
  return guards.map((guard): Bite => ({ guard, verdict, seconds }));
}

/** What is wrong with tests already where nothing is taken away: these notice nothing. Each is asked once. */
const untouched = new Map<string, Promise<Verdict | null>>();

function problemUntouched(copy: Copy, which: Which | 'all', maxMs: number): Promise<Verdict | null> {
  const name = which === 'all' ? 'the whole suite' : `${which.tests.join(' ')} ${which.only ?? ''}`;
  const problem = untouched.get(name) ?? problemOf(copy, which, name, maxMs);
  untouched.set(name, problem);
  return problem;
}

async function problemOf(copy: Copy, which: Which | 'all', name: string, maxMs: number): Promise<Verdict | null> {
  const verdict = await copy.test(which, maxMs);
  if (verdict.kind !== 'passed') {
    return { kind: 'broken', by: `${name} fails where nothing is taken away: ${verdict.by}` };
  }
  return verdict.tests > 0 ? null : { kind: 'broken', by: `no test has such a name: ${name}` };
}
