/** One protection of the product, and how to take it away. */
export interface Guard {
  /** Relative to the repository, e.g. `src/ledger/sqlite.ts`. */
  readonly file: string;
  /** Exact text of the source, there once. */
  readonly text: string;
  /** What stands in its place when the protection is gone. It must still be TypeScript. */
  readonly without: string;
  /** What would happen without it, or what it holds, in one line. */
  readonly protects: string;
  /** Jest's paths of the tests that should notice first. Where they don't, the whole suite is asked. */
  readonly tests: readonly string[];
  /** Jest's pattern of names, where a few tests of the paths are enough; the rest is asked where these don't notice. */
  readonly only?: string;
  /** Why nothing notices, where that is right: then it must be so. */
  readonly survives?: string;
}

/** Guards of one file that the same tests hold, but for those that name others. */
export function guardsOf(
  file: string,
  { tests, only }: Pick<Guard, 'tests' | 'only'>,
  guards: readonly (Omit<Guard, 'file' | 'tests'> & Partial<Pick<Guard, 'tests'>>)[],
): readonly Guard[] {
  return guards.map((guard) => ({ file, tests, ...(only === undefined || guard.tests ? {} : { only }), ...guard }));
}

/** A part of a text: from `start` up to `end`, without the latter. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** How often a text is in a source. */
export function occurrences(source: string, text: string): number {
  return source.split(text).length - 1;
}

/** The source without the guard's protection. Throws when the text is not there exactly once. */
export function taken(source: string, { file, text, without }: Guard): string {
  const count = occurrences(source, text);
  if (count !== 1) throw new Error(`${file} has this text ${count} times, not once: ${text}`);
  // A function, because a replacement that is a text may have patterns in it.
  return source.replace(text, () => without);
}

/** The part of the source that the guard really changes: its text, but for what the replacement begins and ends with too. */
export function changedRange(source: string, { text, without }: Guard): Range {
  const shorter = Math.min(text.length, without.length);
  let before = 0;
  while (before < shorter && text[before] === without[before]) before += 1;
  let behind = 0;
  while (behind < shorter - before && text.at(-1 - behind) === without.at(-1 - behind)) behind += 1;
  const start = source.indexOf(text);
  return { start: start + before, end: start + text.length - behind };
}
