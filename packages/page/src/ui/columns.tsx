import type { ComponentChildren } from 'preact';
import { Arn } from './arn.tsx';
import type { SortableColumn } from './sort.ts';

/** A column of a table. */
export interface Column<Row> extends SortableColumn<Row> {
  readonly label: string;
  /** A track of CSS grid, e.g. `2fr`. */
  readonly width: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Left out where the table is narrow. */
  readonly isWide?: boolean;
}

/** A column of every table. */
export function column<Row>(
  key: string,
  label: string,
  width: string,
  cell: Column<Row>['cell'],
  sortBy?: Column<Row>['sortBy'],
): Column<Row> {
  return { key, label, width, cell, ...(sortBy && { sortBy }) };
}

/** A column that narrow tables leave out. */
export function wideColumn<Row>(...parts: Parameters<typeof column<Row>>): Column<Row> {
  return { ...column(...parts), isWide: true };
}

/** The role of a row, if it has one. */
export function roleColumn<Row>(roleOf: (row: Row) => string | null | undefined): Column<Row> {
  return wideColumn('role', 'Role', 'minmax(100px, 2fr)', (row) => {
    const arn = roleOf(row);
    return arn ? <Arn arn={arn} /> : null;
  });
}
