import type { Verdict } from './copy.ts';
import type { Guard } from './guard.ts';

/** What came of taking a guard away. */
export interface Bite {
  readonly guard: Guard;
  readonly verdict: Verdict;
  readonly seconds: number;
}

/** Whether a test noticed, or none did where the guard says that none can. */
export function isAsWanted({ guard, verdict }: Bite): boolean {
  return verdict.kind === (guard.survives === undefined ? 'failed' : 'passed');
}

/** What came of all guards, as text: a line each, then survivors with their reasons, then what is not as it should be. */
export function table(bites: readonly Bite[]): string {
  const lines = bites.map(({ guard, verdict, seconds }) => {
    const word = verdict.kind === 'failed' ? 'bitten' : verdict.kind === 'broken' ? 'BROKEN' : 'survives';
    const by = verdict.kind === 'failed' ? ` | ${verdict.by}` : '';
    return `${word.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s  ${guard.file}: ${guard.protects}${by}`;
  });
  const survivors = bites.filter(({ verdict }) => verdict.kind === 'passed');
  const reasons = survivors.map(({ guard }) => `${guard.file}: ${guard.protects}: ${guard.survives ?? 'UNEXPECTED'}`);
  const wrong = bites.filter((bite) => !isAsWanted(bite));
  const bitten = bites.filter(({ verdict }) => verdict.kind === 'failed').length;
  return [
    ...lines.sort(),
    '',
    ...(reasons.length > 0 ? ['Survivors:', ...reasons, ''] : []),
    ...(wrong.length > 0 ? ['Not as it should be:', ...wrong.map(problemOf), ''] : []),
    `${bites.length} guards: ${bitten} bitten, ${survivors.length} survive, ${wrong.length} not as they should be.`,
    '',
  ].join('\n');
}

function problemOf({ guard, verdict }: Bite): string {
  const why =
    verdict.kind === 'broken'
      ? `nothing is shown: ${verdict.by}`
      : verdict.kind === 'failed'
        ? 'a test notices now, so take its reason to survive away'
        : 'no test notices';
  return `${guard.file}: ${guard.protects}: ${why}.`;
}
