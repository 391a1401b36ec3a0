/**
 * Where a scalar is written: the column in which it begins, and the indentation of its further
 * lines.
 */
export interface Place {
  readonly column: number;
  readonly indent: number;
  /** A key before a colon has to stay on one line. */
  readonly isKey: boolean;
}

/** Lines longer than this are folded at the next space. */
const foldAfter = 80;

/**
 * Texts that YAML would read as null, a boolean, a number, a timestamp or a directive of the
 * resolver of ruamel.yaml.
 */
const notAString = new RegExp(
  [
    '~|null|Null|NULL|',
    'true|True|TRUE|false|False|FALSE',
    String.raw`(?=[-+\d])[-+]?(?:0b[0-1_]+|0o?[0-7_]+|[0-9_]+|0x[0-9a-fA-F_]+)`,
    String.raw`[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+`,
    String.raw`[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)`,
    String.raw`\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?`,
    '<<|=|!|&|\\*',
  ]
    .map((pattern) => `(?:${pattern})`)
    .join('|')
    .replace(/^/, '^(?:')
    .concat(')$'),
);

const breaks = /[\n\u0085\u2028\u2029]/;
/**
 * Everything but line feed, printable ASCII and the printable part of the Basic Multilingual Plane.
 */
const unprintable = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const indicators = new RegExp(
  [
    String.raw`^(?:---|\.\.\.)`,
    String.raw`^[#,[\]{}&*!|>'"%@${'`'}]`,
    String.raw`^[-?:](?=[ \0\n\u0085\u2028\u2029]|$)`,
    String.raw`[^](?::(?=[ \0\n\u0085\u2028\u2029]|$))`,
    String.raw`[ \0\n\u0085\u2028\u2029]#`,
  ].join('|'),
);

/** A text in the style that libyaml chooses: plain, in single quotes, or in double quotes. */
export function yamlScalar(text: string, place: Place): string {
  const hasBreaks = breaks.test(text);
  const edges = /^[ \n\u0085\u2028\u2029]|[ \n\u0085\u2028\u2029]$/.test(text);
  const isDouble =
    unprintable.test(text) ||
    / [\n\u0085\u2028\u2029]/.test(text) ||
    /[\n\u0085\u2028\u2029] /.test(text) ||
    (place.isKey && hasBreaks);
  if (isDouble) return doubleQuoted(text, place);
  const isPlain = !hasBreaks && !edges && !indicators.test(text) && !notAString.test(text) && text !== '';
  return folded(text, place, isPlain ? '' : "'");
}

/**
 * The text with single spaces after column 80 replaced by line breaks. Its own line breaks, which
 * only a quoted text has, are written as one more line break.
 *
 * @param quote a single quote, or empty for a plain text
 */
function folded(text: string, { column, indent, isKey }: Place, quote: string): string {
  const characters = Array.from(text);
  const last = characters.length - 1;
  const margin = ' '.repeat(indent);
  let [written, at, isAfterBreak] = [quote, column + quote.length, false];
  characters.forEach((character, index) => {
    if (breaks.test(character)) {
      written += !isAfterBreak && character === '\n' ? '\n\n' : character;
      isAfterBreak = true;
      return;
    }
    if (isAfterBreak) [written, at, isAfterBreak] = [written + margin, indent, false];
    const isEdge = quote !== '' && (index === 0 || index === last);
    const isSingle = character === ' ' && characters[index - 1] !== ' ' && characters[index + 1] !== ' ';
    const isFold = isSingle && !isKey && !isEdge && at > foldAfter;
    const piece = character === quote ? quote + quote : character;
    [written, at] = isFold ? [`${written}\n${margin}`, indent] : [written + piece, at + Array.from(piece).length];
  });
  return written + (isAfterBreak ? margin : '') + quote;
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\u0085': 'N',
  '\u00a0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
};

function doubleQuoted(text: string, { column, indent, isKey }: Place): string {
  const characters = Array.from(text);
  const last = characters.length - 1;
  let [written, at, afterSpace] = ['"', column + 1, false];
  characters.forEach((character, index) => {
    if (character === ' ' && !isKey && !afterSpace && at > foldAfter && index > 0 && index < last) {
      const mark = characters[index + 1] === ' ' ? '\\' : '';
      written += `\n${' '.repeat(indent)}${mark}`;
      at = indent + mark.length;
    } else {
      const piece = escaped(character);
      written += piece;
      at += piece.length;
    }
    afterSpace = character === ' ';
  });
  return `${written}"`;
}

function escaped(character: string): string {
  const needsEscape = /["\\\ufeff]/.test(character) || unprintable.test(character) || breaks.test(character);
  if (!needsEscape) return character;
  const short = shortEscapes[character];
  if (short !== undefined) return `\\${short}`;
  const code = character.codePointAt(0) ?? 0;
  const [letter, width] = code < 0x100 ? ['x', 2] : code < 0x10000 ? ['u', 4] : ['U', 8];
  return `\\${letter}${code.toString(16).toUpperCase().padStart(width, '0')}`;
}
