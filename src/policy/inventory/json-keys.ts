/**
 * The paths of the keys that an object of a JSON text has more than once. `JSON.parse` keeps the
 * last value without an error, so that the first one seems to apply. The text must be valid JSON.
 * Takes time linear in its length.
 */
export function duplicateKeys(text: string): readonly (readonly string[])[] {
  const duplicates = new Map<string, readonly string[]>();
  visitMembers(text, ({ path, isDuplicate }) => {
    if (isDuplicate) duplicates.set(path().join('.'), path());
  });
  return [...duplicates.values()];
}

/**
 * Finds the line of a value by its path: that of its key or, in a list, its own. Where the text has
 * no such value, that of the innermost one that would contain it. Lines count from 1. The text must
 * be valid JSON.
 */
export function lineFinder(text: string): (path: readonly string[]) => number {
  const lines = new Map<string, number>();
  let [line, counted] = [1, 0];
  visitMembers(text, ({ path, offset }) => {
    for (; counted < offset; counted += 1) if (text[counted] === '\n') line += 1;
    lines.set(JSON.stringify(path()), line);
  });
  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const found = lines.get(JSON.stringify(path.slice(0, length)));
      if (found !== undefined) return found;
    }
    return 1;
  };
}

/** A member of an object, or an item of a list. */
interface Member {
  /** Created only if it is needed: most members need none. */
  readonly path: () => readonly string[];
  /** Where its key begins or, in a list, its value. */
  readonly offset: number;
  readonly isDuplicate: boolean;
}

/** Visits all members of a JSON text, in its order. */
function visitMembers(text: string, visit: (member: Member) => void): void {
  const open: Container[] = [];
  const path = () => open.map(({ at }) => at);
  let [last, lastAt] = ['', 0];
  for (const { 0: token, index } of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]|[^\s"{}[\]:,]+/g)) {
    const container = open.at(-1);
    const isItem = container?.keys === null && (last === '[' || last === ',') && token !== ']';
    if (isItem) visit({ path, offset: index, isDuplicate: false });
    if (token === '{' || token === '[')
      open.push({ keys: token === '{' ? new Set() : null, at: token === '{' ? '' : '0' });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',' && container?.keys === null) container.at = String(Number(container.at) + 1);
    else if (token === ':' && container?.keys) {
      container.at = last.includes('\\') ? String(JSON.parse(last)) : last.slice(1, -1);
      visit({ path, offset: lastAt, isDuplicate: container.keys.has(container.at) });
      container.keys.add(container.at);
    }
    [last, lastAt] = [token, index];
  }
}

/** An object or a list that has begun and not ended. */
interface Container {
  /** Null for a list. */
  readonly keys: Set<string> | null;
  /** The current key, or the current index. */
  at: string;
}
