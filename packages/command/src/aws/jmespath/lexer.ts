import { parseJson } from '../json-input.ts';
import { str } from '../python.ts';
import type { Value } from '../value.ts';
import { InvalidExpression } from './errors.ts';

/** The types of tokens, by the names that messages of the AWS CLI show. */
export type TokenType =
  | 'dot'
  | 'star'
  | 'comma'
  | 'colon'
  | 'current'
  | 'lparen'
  | 'rparen'
  | 'lbrace'
  | 'rbrace'
  | 'lbracket'
  | 'rbracket'
  | 'flatten'
  | 'filter'
  | 'pipe'
  | 'or'
  | 'and'
  | 'expref'
  | 'not'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'lte'
  | 'gt'
  | 'gte'
  | 'number'
  | 'literal'
  | 'unquoted_identifier'
  | 'quoted_identifier'
  | 'eof';

export interface Token {
  readonly type: TokenType;
  /** As messages show it: a name or a sign, or a literal in JSON. */
  readonly text: string;
  /** The value of a literal; null for other tokens. */
  readonly value: Value;
  /** Offset in the expression. */
  readonly start: number;
}

const signs: Readonly<Record<string, TokenType>> = {
  '.': 'dot',
  '*': 'star',
  ',': 'comma',
  ':': 'colon',
  '@': 'current',
  '(': 'lparen',
  ')': 'rparen',
  '{': 'lbrace',
  '}': 'rbrace',
  ']': 'rbracket',
  '[]': 'flatten',
  '[?': 'filter',
  '[': 'lbracket',
  '||': 'or',
  '|': 'pipe',
  '&&': 'and',
  '&': 'expref',
  '!=': 'ne',
  '!': 'not',
  '==': 'eq',
  '<=': 'lte',
  '<': 'lt',
  '>=': 'gte',
  '>': 'gt',
};

const space = /[ \t\r\n]*/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const integer = /-?[0-9]+/y;
const sign = /\[\]|\[\?|\|\||&&|[!=<>]=|[.*,:@(){}[\]|&!<>]/y;
const patterns: readonly (readonly [RegExp, (text: string) => TokenType])[] = [
  [name, () => 'unquoted_identifier'],
  [integer, () => 'number'],
  [sign, (text) => signs[text] ?? 'eof'],
];
/** Up to the delimiter that is not escaped by a backslash. */
const delimited: Readonly<Record<string, RegExp>> = {
  '`': /`((?:[^`\\]|\\[^])*)`/y,
  "'": /'((?:[^'\\]|\\[^])*)'/y,
  '"': /"((?:[^"\\]|\\[^])*)"/y,
};

/**
 * The tokens of a JMESPath expression, the last of type `eof`, by the rules of the library that the
 * AWS CLI uses (jmespath.py 1.0). These are the grammar's, and the old literals without quotes: ``
 * `text` ``.
 *
 * @throws {@link InvalidExpression}
 */
export function tokensOf(expression: string): readonly Token[] {
  if (expression === '') throw new InvalidExpression('Invalid JMESPath expression: cannot be empty.');
  const tokens: Token[] = [];
  let start = endOf(space, expression, 0);
  while (start < expression.length) {
    const { end, ...token } = tokenAt(expression, start);
    tokens.push({ ...token, start });
    start = endOf(space, expression, end);
  }
  return [...tokens, { type: 'eof', text: '', value: null, start }];
}

interface FoundToken extends Omit<Token, 'start'> {
  readonly end: number;
}

function tokenAt(expression: string, start: number): FoundToken {
  const character = expression[start] ?? '';
  const quotes = delimited[character];
  if (quotes) return delimitedToken(expression, start, character, quotes);
  for (const [pattern, typeOf] of patterns) {
    const end = endOf(pattern, expression, start);
    const text = expression.slice(start, end);
    if (text !== '') return { type: typeOf(text), text, value: null, end };
  }
  const shown = '=-'.includes(character) ? `'${character}'` : String.fromCodePoint(expression.codePointAt(start) ?? 0);
  throw lexicalError(`Unknown token ${shown}`, expression, start);
}

function delimitedToken(expression: string, start: number, quote: string, pattern: RegExp): FoundToken {
  pattern.lastIndex = start;
  const text = pattern.exec(expression)?.[1];
  if (text === undefined) throw lexicalError(`Unclosed ${quote} delimiter`, expression, start);
  const end = pattern.lastIndex;
  if (quote === "'") return literal(text.replaceAll("\\'", "'"), end);
  const json = quote === '"' ? `"${text}"` : text.replaceAll('\\`', '`');
  const strict = parsed(json);
  // A literal that is not JSON is a text, as it was before JMESPath had quotes for texts.
  const value = strict === undefined && quote === '`' ? parsed(`"${json.trimStart()}"`) : strict;
  if (value === undefined) throw lexicalError(`Bad token ${json}`, expression, start);
  return quote === '"' ? { type: 'quoted_identifier', text: str(value), value: null, end } : literal(value, end);
}

function literal(value: Value, end: number): FoundToken {
  return { type: 'literal', text: str(value), value, end };
}

/** The value of a JSON text, as Python reads it; undefined if it is not valid. */
function parsed(json: string): Value | undefined {
  try {
    return parseJson(json);
  } catch {
    return undefined;
  }
}

/** An offset in characters, as Python counts them: an emoji is one. */
export function columnOf(expression: string, offset: number): number {
  return Array.from(expression.slice(0, offset)).length;
}

function endOf(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : start;
}

function lexicalError(problem: string, expression: string, position: number): InvalidExpression {
  const column = columnOf(expression, position);
  return new InvalidExpression(`Bad jmespath expression: ${problem}:\n${expression}\n${' '.repeat(column)}^`);
}
