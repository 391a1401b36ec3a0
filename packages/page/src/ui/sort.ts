/** How a table is sorted: the key of a column, and `-` before it for the other direction. */
export type Sorting = string | null;

/** What a column can be sorted by. */
export interface SortableColumn<Row> {
  readonly key: string;
  /** What the column is sorted by; without it, it can't be sorted. */
  readonly sortBy?: (row: Row) => string | number;
}

/** Sorts rows as the heading says; equal rows stay in their order. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly SortableColumn<Row>[],
  sorting: Sorting,
): readonly Row[] {
  const isDescending = sorting?.startsWith('-') ?? false;
  const by = columns.find(({ key }) => key === sorting?.replace(/^-/, ''))?.sortBy;
  if (!by) return rows;
  const direction = isDescending ? -1 : 1;
  // What a row is sorted by is computed once, not in each of the comparisons.
  const keys = new Map(rows.map((row) => [row, by(row)]));
  return rows.toSorted((one, other) => direction * compare(keys.get(one) ?? '', keys.get(other) ?? ''));
}

const collator = new Intl.Collator('en', { numeric: true });

function compare(one: string | number, other: string | number): number {
  return typeof one === 'number' && typeof other === 'number' ? one - other : collator.compare(`${one}`, `${other}`);
}
