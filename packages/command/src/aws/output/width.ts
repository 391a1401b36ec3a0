import { eastAsianWidth } from 'get-east-asian-width';

/**
 * Columns of a text in a terminal. As with the AWS CLI, characters of ambiguous width count as
 * wide.
 */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += eastAsianWidth(character.codePointAt(0) ?? 0, { ambiguousAsWide: true });
  return width;
}
