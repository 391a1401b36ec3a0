/** `Did you mean …?` with the known word that is most like a wrong one; empty where none is. */
export function suggestion(wrong: string, known: readonly string[]): string {
  const [best] = known
    .map((word) => ({ word, distance: editDistance(wrong, word) }))
    .sort((one, other) => one.distance - other.distance);
  const most = Math.max(1, Math.floor(wrong.length / 3));
  return best === undefined || best.distance > most ? '' : ` Did you mean ${best.word}?`;
}

/**
 * How many characters to insert, delete, replace, or swap with their neighbour (optimal string
 * alignment).
 */
function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const at = (up: number, left: number) => (up === 0 ? row[j - left] : rows[i - up]?.[j - left]) ?? Infinity;
      const isSwap = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const replace = from[i - 1] === to[j - 1] ? 0 : 1;
      row.push(Math.min(at(1, 0) + 1, at(0, 1) + 1, at(1, 1) + replace, isSwap ? at(2, 2) + 1 : Infinity));
    }
    rows.push(row);
  }
  return rows.at(-1)?.at(-1) ?? 0;
}
