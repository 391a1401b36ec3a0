/**
 * Whether a condition of a trust policy holds when EKS Pod Identity assumes a role: `unknown` if it
 * depends on an operator or a key whose value is not known here.
 */
export type Truth = 'yes' | 'no' | 'unknown';

/**
 * The values of condition keys, by their lower-case names: null for a key that the request does not
 * have.
 */
export type ConditionContext = ReadonlyMap<string, string | null>;

/** A comparison that decides a condition of the request's context. */
interface Comparison {
  /** The condition key, as the policy writes it. */
  readonly key: string;
  /** The value of the request; null: the request does not have the key. */
  readonly actual: string | null;
  readonly holds: Truth;
}

type Matches = (pattern: string, value: string) => boolean;

const equals: Matches = (pattern, value) => pattern === value;
const equalsIgnoringCase: Matches = (pattern, value) => pattern.toLowerCase() === value.toLowerCase();

interface Rule {
  readonly matches: Matches;
  readonly isNegated: boolean;
}

/** The operators of strings and ARNs (IAM user guide, "Condition operators"). */
const rules: readonly (readonly [name: string, rule: Rule])[] = [
  ['StringEquals', { matches: equals, isNegated: false }],
  ['StringNotEquals', { matches: equals, isNegated: true }],
  ['StringEqualsIgnoreCase', { matches: equalsIgnoringCase, isNegated: false }],
  ['StringNotEqualsIgnoreCase', { matches: equalsIgnoringCase, isNegated: true }],
  ['StringLike', { matches: matchesWildcards, isNegated: false }],
  ['StringNotLike', { matches: matchesWildcards, isNegated: true }],
  ['ArnEquals', { matches: matchesWildcards, isNegated: false }],
  ['ArnNotEquals', { matches: matchesWildcards, isNegated: true }],
  ['ArnLike', { matches: matchesWildcards, isNegated: false }],
  ['ArnNotLike', { matches: matchesWildcards, isNegated: true }],
];

/** By their lower-case names: IAM ignores the case of operators. */
const operators = new Map(rules.map(([name, rule]) => [name.toLowerCase(), rule]));
const ifExists = 'IfExists'.toLowerCase();

/** Each comparison of a condition block. All of them must hold. */
export function comparisonsOf(condition: unknown, context: ConditionContext): readonly Comparison[] {
  return entriesOf(condition).flatMap(([operator, keys]) =>
    entriesOf(keys).map(([key, values]) => compare(operator, key, textsOf(values), context)),
  );
}

/** Whether all comparisons hold. */
export function allHold(comparisons: readonly Comparison[]): Truth {
  if (comparisons.some(({ holds }) => holds === 'no')) return 'no';
  return comparisons.some(({ holds }) => holds === 'unknown') ? 'unknown' : 'yes';
}

function compare(operator: string, key: string, patterns: readonly string[], context: ConditionContext): Comparison {
  const actual = context.get(key.toLowerCase());
  if (actual === undefined) return { key, actual: null, holds: 'unknown' };
  return { key, actual, holds: holdsFor(operator.toLowerCase(), patterns, actual) };
}

function holdsFor(operator: string, patterns: readonly string[], actual: string | null): Truth {
  if (operator === 'null') return truthOf(patterns.some((wanted) => (wanted === 'true') === (actual === null)));
  const isOptional = operator.endsWith(ifExists);
  const rule = operators.get(isOptional ? operator.slice(0, -ifExists.length) : operator);
  // A variable such as ${aws:PrincipalTag/team} has a value that is not known here.
  if (rule === undefined || patterns.some((pattern) => pattern.includes('${'))) return 'unknown';
  if (actual === null) return truthOf(isOptional || rule.isNegated);
  return truthOf(patterns.some((pattern) => rule.matches(pattern, actual)) !== rule.isNegated);
}

function truthOf(value: boolean): Truth {
  return value ? 'yes' : 'no';
}

/**
 * Whether a value matches a pattern with `*` for any characters and `?` for one. Takes at most as
 * many steps as the product of the lengths; a trust policy has at most 4,096 characters.
 */
export function matchesWildcards(pattern: string, value: string): boolean {
  let [at, star, restart] = [0, -1, 0];
  for (let index = 0; index < value.length;) {
    const wanted = pattern[at];
    if (wanted === '*') {
      [star, restart] = [at, index];
      at += 1;
    } else if (wanted === '?' || wanted === value[index]) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      restart += 1;
      [at, index] = [star + 1, restart];
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}

/** The entries of an object; none for another value. */
function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

/** IAM allows a single value in place of a list, and booleans in place of their texts. */
export function textsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === 'string' || typeof item === 'boolean').map(String);
}
