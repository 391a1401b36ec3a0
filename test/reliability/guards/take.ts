import type { Copy, Verdict, Which } from './copy.ts';
import { taken } from './guard.ts';
import type { Guard } from './guard.ts';
import type { Bite } from './table.ts';

/** How long the tests that a guard names may take, and all of them, in milliseconds. An absence that hangs is noticed too. */
const namedMs = 150_000;
const allMs = 1_800_000;

/** Takes a guard away, and asks the tests that it names. */
export async function takeOne(copy: Copy, guard: Guard): Promise<readonly Bite[]> {
  await passUntouched(copy, guard, namedMs);
  return taking(copy, [guard], guard, namedMs);
}

/**
 * Takes some guards away together, and asks the whole suite. Where it passes, it does not notice any one of them; where it
 * fails, each is asked about on its own.
 */
export async function takeTogether(copy: Copy, together: readonly Guard[]): Promise<readonly Bite[]> {
  await passUntouched(copy, 'all', allMs);
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

/** Tests that are known to pass where nothing is taken away: what fails anyway notices nothing. Each is asked once. */
const untouched = new Map<string, Promise<void>>();

function passUntouched(copy: Copy, which: Which | 'all', maxMs: number): Promise<void> {
  const name = which === 'all' ? 'the whole suite' : `${which.tests.join(' ')} ${which.only ?? ''}`;
  const passing = untouched.get(name) ?? passes(copy, which, name, maxMs);
  untouched.set(name, passing);
  return passing;
}

async function passes(copy: Copy, which: Which | 'all', name: string, maxMs: number): Promise<void> {
  const verdict = await copy.test(which, maxMs);
  if (verdict.kind !== 'passed') throw new Error(`Fails where nothing is taken away: ${name}: ${verdict.by}`);
  if (verdict.tests === 0) throw new Error(`No test has such a name: ${name}`);
}
