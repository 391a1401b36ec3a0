import { InvalidExpression } from './errors.ts';
import { columnOf, tokensOf } from './lexer.ts';
import type { Token, TokenType } from './lexer.ts';

/**
 * The tokens of an expression, read one after the other. Messages are those of the AWS CLI, with
 * the place.
 */
export class Cursor {
  readonly #expression: string;
  readonly #tokens: readonly Token[];
  #index = 0;

  /** @throws {@link InvalidExpression} */
  constructor(expression: string) {
    this.#expression = expression;
    this.#tokens = tokensOf(expression);
  }

  /**
   * The token that is read next, or one as many places ahead. The last one, of type `eof`, is never
   * passed.
   */
  peek(ahead = 0): Token {
    const index = Math.min(this.#index + ahead, this.#tokens.length - 1);
    const token = this.#tokens[index];
    if (!token) throw new RangeError('No token is before the first one.');
    return token;
  }

  /** Whether the token that is read next is of one of these types. */
  isAt(...types: readonly TokenType[]): boolean {
    return types.includes(this.peek().type);
  }

  next(): Token {
    const token = this.peek();
    this.#index += 1;
    return token;
  }

  /** Reads the next token if it is of a type. */
  skip(type: TokenType): boolean {
    const isThere = this.isAt(type);
    if (isThere) this.next();
    return isThere;
  }

  /** Reads the next token, which must be of one of these types. */
  expect(...types: readonly TokenType[]): Token {
    if (this.isAt(...types)) return this.next();
    if (this.isAt('eof')) throw this.incomplete();
    throw this.unexpected(types.length > 1 ? types : String(types[0]));
  }

  unexpected(types: string | readonly TokenType[]): InvalidExpression {
    const expected = typeof types === 'string' ? types : `[${types.map((type) => `'${type}'`).join(', ')}]`;
    return this.problem(`Expecting: ${expected}, got: ${this.peek().type}`);
  }

  /** A problem with a token, by default the next. */
  problem(problem: string, { type, text, start }: Token = this.peek()): InvalidExpression {
    if (type === 'eof' && problem === 'invalid token') return this.incomplete();
    const place = `Parse error at column ${columnOf(this.#expression, start)}, token "${text}" (${type.toUpperCase()}), for expression:`;
    return new InvalidExpression(`${problem}: ${place}\n${this.#pointingAt(start)}`);
  }

  incomplete(): InvalidExpression {
    const place = this.#pointingAt(this.#expression.length);
    return new InvalidExpression(`Invalid jmespath expression: Incomplete expression:\n${place}`);
  }

  /** The expression in quotes, and below it a caret at an offset. */
  #pointingAt(offset: number): string {
    return `"${this.#expression}"\n${' '.repeat(columnOf(this.#expression, offset) + 1)}^`;
  }
}
