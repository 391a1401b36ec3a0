import type { Finding } from '../model/refusal.ts';

/** A string field of an input as GraphQL passes it. Absent and null mean the same. */
export type Text = string | null | undefined;

/** A rule for a string. */
export interface TextRule {
  /** Its name, kebab-case. */
  readonly rule: string;
  /**
   * The predicate of a message whose subject is the field and its value (`has 70 characters`); null
   * when the value is valid.
   */
  readonly problem: (value: string) => string | null;
  /** How to fix it. */
  readonly advice: string | ((value: string) => string);
}

/** The most characters of a quoted value in a message. */
const quoteLength = 60;

/**
 * Characters that are invisible or change how the surrounding text is displayed: control, format,
 * surrogate, separator.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const shortEscapes = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['"', '\\"'],
  ['\\', '\\\\'],
]);

/**
 * The number of Unicode characters (code points), as AWS counts. An unpaired surrogate counts as
 * one.
 */
export function characterCount(text: string): number {
  return text.length - (text.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0);
}

/**
 * The first `limit` Unicode characters. Time is linear in `limit`, independent of the length of the
 * text.
 */
export function firstCharacters(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // A character takes at most two code units.
  return Array.from(text.slice(0, 2 * limit))
    .slice(0, limit)
    .join('');
}

/** The code point of a character in Unicode notation: `U+0007`. */
export function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * A value in quotes for a message: at most 60 characters, with escapes for invisible characters.
 */
export function quote(value: string): string {
  let shown = '';
  for (const character of firstCharacters(value, quoteLength + 1)) {
    const escaped =
      shortEscapes.get(character) ?? (invisible.test(character) ? `\\${codePoint(character)}` : character);
    if (shown.length + escaped.length > quoteLength) return `"${shown}…"`;
    shown += escaped;
  }
  return `"${shown}"`;
}

/**
 * The longest string of which every rule is checked, in UTF-16 code units: no valid value is
 * longer. The others are only reported as too long, so that the work does not grow with the input.
 */
const maxChecked = 10_000;

/** Findings on a string, at most one for each rule. */
export function textFindings(path: string, value: string, rules: readonly TextRule[]): Finding[] {
  const limit = rules.filter(({ rule }) => rule === 'max-length');
  const checked = value.length > maxChecked && limit.length > 0 ? limit : rules;
  return checked.flatMap(({ rule, problem, advice }) => {
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

/** Findings on an optional field, which must not be empty when given. */
export function optionalText(path: string, value: Text, rules: readonly TextRule[]): Finding[] {
  if (value === null || value === undefined) return [];
  if (value !== '') return textFindings(path, value, rules);
  return [
    {
      path,
      rule: 'not-empty',
      message: `${path} is the empty string.`,
      advice: `Leave ${path} out, or give null.`,
    },
  ];
}

/** Findings on a required field. `example` is a valid value, for the advice. */
export function requiredText(path: string, value: Text, rules: readonly TextRule[], example: string): Finding[] {
  if (value !== null && value !== undefined && value !== '') return textFindings(path, value, rules);
  const advice = `Give ${path} a value, e.g. "${example}".`;
  return [
    value === ''
      ? { path, rule: 'not-empty', message: `${path} is the empty string.`, advice }
      : { path, rule: 'required', message: `${path} is missing.`, advice },
  ];
}

/** A maximum length, in Unicode characters. */
export function maxLength(limit: number, advice: string): TextRule {
  return {
    rule: 'max-length',
    problem: (value) => {
      // A character has at most two code units.
      if (value.length > maxChecked && value.length > 2 * limit) {
        return `has more than ${Math.floor(maxChecked / 2)} characters; at most ${limit} are allowed`;
      }
      const count = characterCount(value);
      return count > limit ? `has ${count} characters; at most ${limit} are allowed` : null;
    },
    advice,
  };
}

/**
 * Rejects an invisible text: only white space, control and format characters, and letters and marks
 * without a shape (`Default_Ignorable_Code_Point`, and the Braille blank).
 */
export function notBlank(advice: string): TextRule {
  return {
    rule: 'not-blank',
    problem: (value) => (/[^\p{Z}\p{Cc}\p{Cf}\p{DI}\u2800]/u.test(value) ? null : 'is blank'),
    advice,
  };
}

/**
 * Rejects wildcards: an association has exactly one service account and one role (EKS User Guide).
 */
export function noWildcard(advice: string): TextRule {
  return {
    rule: 'no-wildcard',
    problem: (value) => (value.includes('*') ? 'contains a "*"; wildcards are not supported' : null),
    advice,
  };
}

/** The value with a valid letter for each run of `*`, so that only `no-wildcard` reports them. */
export function withoutWildcards(value: string): string {
  return value.replace(/\*+/g, 'a');
}

/** Rejects unpaired surrogates: UTF-8 can't encode them, so the stored text would differ. */
export const wellFormed: TextRule = {
  rule: 'well-formed-unicode',
  problem: (value) => (value.isWellFormed() ? null : 'contains an unpaired surrogate, so it is not valid Unicode'),
  advice: 'Send the whole character, e.g. "\\ud83d\\ude00" in JSON, or leave it out.',
};
