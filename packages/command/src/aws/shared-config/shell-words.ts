/** The quotation or the escape of a shell's words does not end. */
class UnfinishedWordError extends Error {
  override readonly name = 'UnfinishedWordError';
}

const word = /(?:\\[^]|"(?:[^"\\]|\\[^])*"|'[^']*'|[^ \t\r\n\\"'])+/y;
const part = /\\([^])|"((?:[^"\\]|\\[^])*)"|'([^']*)'|([^ \t\r\n\\"'])/g;

/**
 * The words of a text as a POSIX shell separates them, without replacing anything in them (Python's
 * `shlex.split`).
 *
 * @throws {@link UnfinishedWordError}
 */
export function shellWords(text: string): readonly string[] {
  const words: string[] = [];
  let start = 0;
  for (;;) {
    start += /^[ \t\r\n]*/.exec(text.slice(start))?.[0].length ?? 0;
    if (start === text.length) return words;
    word.lastIndex = start;
    const found = word.exec(text)?.[0];
    start = word.lastIndex;
    const isWhole = start === text.length || /[ \t\r\n]/.test(text.charAt(start));
    if (found === undefined || !isWhole) throw new UnfinishedWordError('A quotation or an escape does not end.');
    words.push(found.replace(part, unquoted));
  }
}

function unquoted(_part: string, escaped?: string, quoted?: string, literal?: string, plain?: string): string {
  return escaped ?? quoted?.replaceAll(/\\(["\\])/g, '$1') ?? literal ?? plain ?? '';
}
