/**
 * `Did you mean X?` with a space before it, where one of the names is like the given one; else the
 * empty text.
 */
export function suggestion(given: string, names: readonly string[]): string {
  const most = Math.max(1, Math.floor(given.length / 4));
  const [best] = names
    .map((name) => ({ name, distance: distance(given, name) }))
    .filter(({ distance: edits }) => edits <= most)
    .sort((a, b) => a.distance - b.distance);
  return best ? ` Did you mean ${best.name}?` : '';
}

/** Levenshtein's: how many characters to insert, remove or replace. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, character] of Array.from(a).entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (row[j] ?? 0) + (character === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
