/** As many characters as a document can have: the API server takes objects of up to 1.5 MiB. */
const maxLength = 8 * 1024 * 1024;

/**
 * The JSON objects of a stream that has one after the other, as `kubectl get -w -o json` prints them.
 *
 * @throws TypeError for what is between objects or is too long, SyntaxError for an object that is not
 *   JSON
 */
export async function* readDocuments(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown, void, undefined> {
  const decoder = new TextDecoder();
  let [text, scanned, depth, isInText, isEscaped] = ['', 0, 0, false, false];
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    let start = 0;
    for (; scanned < text.length; scanned += 1) {
      const character = text[scanned];
      if (isInText) {
        if (isEscaped) isEscaped = false;
        else if (character === '\\') isEscaped = true;
        else if (character === '"') isInText = false;
      } else if (character === '{') depth += 1;
      else if (character === '"') isInText = true;
      else if (character === '}') {
        depth -= 1;
        if (depth > 0) continue;
        yield JSON.parse(text.slice(start, scanned + 1));
        start = scanned + 1;
      }
      if (depth === 0 && isInText)
        throw new TypeError('It is not a stream of JSON objects, as kubectl get -w prints it.');
    }
    text = text.slice(start);
    scanned = text.length;
    if (text.length > maxLength) throw new TypeError('An object is longer than 8 MiB.');
  }
  if (text.trim() !== '') throw new TypeError('The input ends within an object.');
}
