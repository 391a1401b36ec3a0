/**
 * The paths of the keys that an object of a JSON text has more than once. `JSON.parse` keeps the last value without an error, so
 * that the first one seems to apply. The text must be valid JSON. Takes time linear in its length.
 */
export function duplicateKeys(text: string): readonly string[] {
  const duplicates = new Set<string>();
  const open: Container[] = [];
  let last = '';
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]/g)) {
    const container = open.at(-1);
    if (token === '{' || token === '[')
      open.push({ keys: token === '{' ? new Set() : null, at: token === '{' ? '' : '0' });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',' && container?.keys === null) container.at = String(Number(container.at) + 1);
    else if (token === ':' && container?.keys) {
      container.at = String(JSON.parse(last));
      if (container.keys.has(container.at)) duplicates.add(open.map(({ at }) => at).join('.'));
      container.keys.add(container.at);
    }
    last = token;
  }
  return [...duplicates];
}

/** An object or a list that has begun and not ended. */
interface Container {
  /** Null for a list. */
  readonly keys: Set<string> | null;
  /** The current key, or the current index. */
  at: string;
}
