/*
 * Strings as Python treats them, where JavaScript differs: by code points, not by UTF-16 code
 * units.
 */

/** The characters that Python's `str.strip` removes. */
// oxlint-disable-next-line no-control-regex -- four of them are blanks
const blank = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && blank.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

export function trim(text: string): string {
  const rest = trimEnd(text);
  let start = 0;
  while (start < rest.length && blank.test(rest.charAt(start))) start += 1;
  return rest.slice(start);
}

/** The index of the first character from `index` on that is not an ASCII blank. */
export function skipBlanks(text: string, index: number): number {
  let end = index;
  while (end < text.length && ' \t\n\r\v\f'.includes(text.charAt(end))) end += 1;
  return end;
}

/** The whole character at `index`, which can have two code units. */
export function codePoint(text: string, index: number): string {
  return String.fromCodePoint(text.codePointAt(index) ?? 0);
}

/**
 * The order of two strings by code points. The default order of JavaScript compares UTF-16 code
 * units.
 */
export function compareText(one: string, other: string): number {
  const [left, right] = [Array.from(one), Array.from(other)];
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
