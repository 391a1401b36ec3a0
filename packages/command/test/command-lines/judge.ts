import type { Result, Results } from './compare.ts';
import { differences } from './differences.ts';
import type { Difference } from './differences.ts';

/** What the results of a line come to, and the known differences that they have. */
export interface Judgement {
  readonly verdict: 'equal' | 'allowed' | 'different';
  readonly used: readonly Difference[];
  /** The results once known differences are replaced. */
  readonly results: Results;
}

/** Compares the results of a line, given as a shell takes it. The names of the programs and their usage differ of course. */
export function judge(line: string, given: Results): Judgement {
  const results = { theirs: withoutUsage(given.theirs), ours: withoutUsage(given.ours) };
  // No difference in words explains that somebody else signed.
  const isSignedByOther = ![given.ours.signer, ''].includes(given.theirs.signer) && given.ours.signer !== '';
  if (isSignedByOther) return { verdict: 'different', used: [], results };
  if (isSame(results)) return { verdict: 'equal', used: [], results };
  const changed = differences.filter((difference) => replaceIn(results, difference));
  if (isSame(results)) return { verdict: 'allowed', used: changed, results };
  const rule = differences.find(({ allowed = [] }) =>
    [allowed]
      .flat()
      .some((one) => one.line.test(line) && one.theirs.test(shown(given.theirs)) && one.ours.test(shown(given.ours))),
  );
  return { verdict: rule ? 'allowed' : 'different', used: rule ? [...changed, rule] : changed, results };
}

/** The places of results that differ, as lines for people. */
export function reportOf({ theirs, ours }: Results): string {
  const places = ['code', 'signer', 'stdout', 'stderr', 'associations'] as const;
  return places
    .filter((place) => theirs[place] !== ours[place])
    .map((place) => `  ${place}\n    aws:          ${short(theirs[place])}\n    pod-identity: ${short(ours[place])}\n`)
    .join('');
}

function short(value: string | number): string {
  return JSON.stringify(value).slice(0, 1_000);
}

function withoutUsage(result: Result): Result {
  const stderr = result.stderr
    .replace(/^\nusage: [^]*?\n\n(?=(?:aws|pod-identity): error: |Unknown options: )/, '\n')
    .replace(/^(?:aws|pod-identity): error: /m, '')
    .replace(/(?:(?<=required: )|(?<=^argument ))operation(?=$|:)/m, 'command');
  return { ...result, stderr };
}

/** Replaces what a difference names; whether there was something. */
function replaceIn(results: { theirs: Result; ours: Result }, { replaced = [] }: Difference): boolean {
  let isFound = false;
  for (const [place, pattern, by] of replaced) {
    for (const side of ['theirs', 'ours'] as const) {
      const text = results[side][place].replace(pattern, by);
      if (text === results[side][place]) continue;
      results[side] = { ...results[side], [place]: text };
      isFound = true;
    }
  }
  return isFound;
}

function isSame({ theirs, ours }: Results): boolean {
  const places = ['code', 'signer', 'stdout', 'stderr', 'associations'] as const;
  return places.every((place) => theirs[place] === ours[place]);
}

function shown({ code, stdout, stderr }: Result): string {
  return `exit ${code}\n${stdout}${stderr}`;
}
