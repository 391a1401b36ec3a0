import type { CST, LineCounter, YAMLParseError } from 'yaml';

/** No declaration needs more; what walks a text may recurse so deeply. */
const maxDepth = 100;

/** The first part of a text that is nested too deeply; null if none is. */
export function tooDeepIn(token: CST.Token | null | undefined, depth = 0): CST.Token | null {
  if (token?.type === 'document') return tooDeepIn(token.value, depth);
  if (!token || !('items' in token)) return null;
  if (depth === maxDepth) return token;
  for (const { key, value } of token.items) {
    const found = tooDeepIn(key, depth + 1) ?? tooDeepIn(value, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/** Whether an error is between two offsets, inclusive. */
export type IsBroken = (start: number, end: number) => boolean;

/** Errors after which the library reads on with the values that are meant. */
const harmless: readonly string[] = ['TAB_AS_INDENT', 'BAD_DIRECTIVE', 'TAG_RESOLVE_FAILED'];

/**
 * Finds the parts of a document that errors concern, each in logarithmic time: those with the place
 * of an error, and what follows in its line.
 */
export function brokenRanges(
  errors: readonly Pick<YAMLParseError, 'code' | 'pos'>[],
  lines: LineCounter,
  length: number,
): IsBroken {
  const starts = errors
    .filter(({ code }) => !harmless.includes(code))
    .map(({ pos: [start] }) => start)
    .sort((one, other) => one - other);
  const endOfLine = (offset: number) => lines.lineStarts[lines.linePos(offset).line] ?? length + 1;
  return (start, end) => {
    const last = starts[countUpTo(starts, end) - 1];
    return last !== undefined && endOfLine(last) > start;
  };
}

/** The offsets of characters that have two code units, such as emoji: columns count them once. */
export function surrogatePairs(text: string): readonly number[] {
  return [...text.matchAll(/[\u{10000}-\u{10ffff}]/gu)].map(({ index }) => index + 1);
}

/** How many numbers of a sorted list are not greater than another. */
export function countUpTo(sorted: readonly number[], limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
