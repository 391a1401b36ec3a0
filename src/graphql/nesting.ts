import { Lexer, Source, TokenKind } from 'graphql';

/**
 * The most brackets of a document that are open at a time. The limits of fields and inputs need far
 * fewer.
 */
const maxOpen = 100;

const opening: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** As characters, also those in strings and comments. */
const brackets = /[{[(]/g;

/**
 * Whether a document is nested so deeply that the parser or validation, which recurse, could
 * exhaust the call stack. Reads up to `maxTokens` tokens; the parser rejects longer documents, and
 * those with invalid tokens.
 */
export function isNestedTooDeeply(document: string, maxTokens: number): boolean {
  if ((document.match(brackets)?.length ?? 0) <= maxOpen) return false;
  const lexer = new Lexer(new Source(document));
  let open = 0;
  try {
    for (let read = 0; read < maxTokens; read += 1) {
      const { kind } = lexer.advance();
      if (kind === TokenKind.EOF) return false;
      if (opening.has(kind)) open += 1;
      else if (closing.has(kind)) open -= 1;
      if (open > maxOpen) return true;
    }
  } catch {
    return false;
  }
  return false;
}
