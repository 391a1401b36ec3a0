/** The part of jmespath.js that is used. Its published types lack `compile`. */
declare module 'jmespath' {
  /** Parses an expression. Throws an error for one that is not valid. */
  export function compile(expression: string): unknown;
  /** The part of `data` that an expression selects. Throws an error where a function gets a value of a wrong type. */
  export function search(data: unknown, expression: string): unknown;
}
