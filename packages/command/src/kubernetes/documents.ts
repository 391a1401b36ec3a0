/**
 * The JSON objects of a stream as kubectl prints them: each in one line, or indented, where only its
 * last line begins with a brace that closes.
 *
 * @param maxLength as many characters as an object can have
 * @throws TypeError for an object that is too long or not complete, SyntaxError for what is not JSON
 */
export async function* readDocuments(
  chunks: AsyncIterable<Uint8Array>,
  maxLength: number,
): AsyncGenerator<unknown, void, undefined> {
  const decoder = new TextDecoder();
  let [lines, line, length]: [string[], string, number] = [[], '', 0];
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    length += text.length;
    if (length > maxLength) throw new TypeError(`An object is longer than ${maxLength / 2 ** 20} MiB.`);
    const [rest = '', ...following] = text.split('\n');
    line += rest;
    for (const next of following) {
      if (line.trim() !== '') lines.push(line);
      if (isWhole(lines)) {
        yield JSON.parse(lines.join('\n'));
        [lines, length] = [[], next.length];
      }
      line = next;
    }
  }
  const last = [...lines, line].join('\n').trim();
  if (last.startsWith('{') && !last.endsWith('}')) throw new TypeError('The input ends within an object.');
  if (last !== '') yield JSON.parse(last);
}

function isWhole(lines: readonly string[]): boolean {
  const [first = '', last] = [lines[0], lines.at(-1)];
  if (last === undefined) return false;
  return last.startsWith('}') || (lines.length === 1 && (!first.startsWith('{') || first.trimEnd().endsWith('}')));
}
