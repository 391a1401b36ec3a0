import type { Finding } from '../model/refusal.ts';

/** A field of the input as GraphQL hands it over: absent and null mean the same. */
export type Text = string | null | undefined;

/** One rule for a text. */
export interface TextRule {
  /** Its name, kebab-case. */
  readonly rule: string;
  /** What is wrong, to follow the field and its value in a sentence (`has 70 characters`); null when the rule is kept. */
  readonly problem: (value: string) => string | null;
  /** How to mend it. */
  readonly advice: string | ((value: string) => string);
}

/** Length of a quoted value in a message, characters. */
const quoteLength = 60;

/** What can't be seen, or would change how the text around it looks: control, format, surrogate, line separator. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const shortEscapes = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['"', '\\"'],
  ['\\', '\\\\'],
]);

/** Length in Unicode characters (code points), as AWS counts. An unpaired surrogate counts as one. */
export function characterCount(text: string): number {
  return text.length - (text.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0);
}

/** The first `limit` Unicode characters. Its cost grows with `limit`, not with the text. */
export function firstCharacters(text: string, limit: number): string {
  // A character takes at most two code units.
  return Array.from(text.slice(0, 2 * limit))
    .slice(0, limit)
    .join('');
}

/** The code point of a character, as Unicode writes it: `U+0007`. */
export function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** A value in quotes for a message: at most about 60 characters, with escapes for all that can't be seen. */
export function quote(value: string): string {
  let shown = '';
  for (const character of firstCharacters(value, quoteLength + 1)) {
    const escaped = shortEscapes.get(character) ?? (unseen.test(character) ? `\\${codePoint(character)}` : character);
    if (shown.length + escaped.length > quoteLength) return `"${shown}…"`;
    shown += escaped;
  }
  return `"${shown}"`;
}

/** The findings of one text: one at most for each rule. The empty text is held to no rule. */
export function textFindings(path: string, value: string, rules: readonly TextRule[]): Finding[] {
  return rules.flatMap(({ rule, problem, advice }) => {
    const found = problem(value);
    if (found === null) return [];
    return [
      {
        path,
        rule,
        message: `${path} ${quote(value)} ${found}.`,
        advice: typeof advice === 'string' ? advice : advice(value),
      },
    ];
  });
}

/** The findings of a field that may be left out but, when given, holds something. */
export function optionalText(path: string, value: Text, rules: readonly TextRule[]): Finding[] {
  if (value === null || value === undefined) return [];
  if (value !== '') return textFindings(path, value, rules);
  return [
    {
      path,
      rule: 'not-empty',
      message: `${path} is the empty string.`,
      advice: `Leave ${path} out, or give null, when there is nothing to say.`,
    },
  ];
}

/** The findings of a field that must be given. `example` is a good value. */
export function requiredText(path: string, value: Text, rules: readonly TextRule[], example: string): Finding[] {
  if (value !== null && value !== undefined && value !== '') return textFindings(path, value, rules);
  const advice = `Give ${path} a value, e.g. "${example}".`;
  return [
    value === ''
      ? { path, rule: 'not-empty', message: `${path} is the empty string.`, advice }
      : { path, rule: 'required', message: `${path} is missing.`, advice },
  ];
}

/** A limit on the length, in Unicode characters. */
export function maxLength(limit: number, advice: string): TextRule {
  return {
    rule: 'max-length',
    problem: (value) => {
      const count = characterCount(value);
      return count > limit ? `has ${count} characters; at most ${limit} are allowed` : null;
    },
    advice,
  };
}

/** No wildcards: an association is for exactly one service account, and holds exactly one role (EKS user guide). */
export function noWildcard(advice: string): TextRule {
  return {
    rule: 'no-wildcard',
    problem: (value) => (value.includes('*') ? 'contains a "*"; wildcards are not supported' : null),
    advice,
  };
}

/** The value with a harmless letter for each run of `*`, so that `no-wildcard` alone speaks of them. */
export function withoutWildcards(value: string): string {
  return value.replace(/\*+/g, 'a');
}

/** No unpaired surrogates: they can't be sent in UTF-8, so the text would be kept as another one. */
export const wellFormed: TextRule = {
  rule: 'well-formed-unicode',
  problem: (value) => (value.isWellFormed() ? null : 'contains half of a surrogate pair, so it is not valid Unicode'),
  advice: 'Send the whole character, e.g. "\\ud83d\\ude00" in JSON, or leave it out.',
};
