/**
 * Characters that a reader does not see, or that change how others are shown: controls except line
 * feed and tab, bidirectional and other format characters (with the tag characters, which can spell
 * hidden text), private use, unassigned, variation selectors, lone surrogates.
 */
const invisible = /(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}]/gu;

/** The longest text of the gateway is a session policy, of 2,048 characters. */
const longestText = 2_100;
/** The longest text in a list. */
export const longestInList = 200;

/** A text with its invisible characters written as `\u{…}`, cut after `limit` characters. */
export function plainText(text: string, limit = longestText): string {
  const shown = text.length > limit ? `${text.slice(0, limit)}… (${text.length - limit} more characters)` : text;
  return shown.replaceAll(invisible, (found) => `\\u{${found.codePointAt(0)?.toString(16) ?? ''}}`);
}

/**
 * A value of JSON with {@link plainText} for all its strings: what others wrote stays a string of
 * bounded length.
 */
export function plain<Value>(value: Value, limit = longestText): Value {
  if (typeof value === 'string') return plainText(value, limit) as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => plain(item, limit)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain<unknown>(item, limit)])) as Value;
}
