import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';
import { useVirtualRows } from './use-virtual-rows.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly key: string;
  readonly label: string;
  /** A track of CSS grid, e.g. `2fr`. */
  readonly width: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** What the column is sorted by; without it, it can't be sorted. */
  readonly sortBy?: (row: Row) => string | number;
  /** Left out where the table is narrow: on a phone, or beside something that is open. */
  readonly isWide?: boolean;
}

/** How a table is sorted: the key of a column, and `-` before it for the other direction. */
export type Sorting = string | null;

/** Sorts rows as the heading says; equal rows stay in their order. */
export function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sorting: Sorting): readonly Row[] {
  const isDescending = sorting?.startsWith('-') ?? false;
  const by = columns.find(({ key }) => key === sorting?.replace(/^-/, ''))?.sortBy;
  if (!by) return rows;
  const direction = isDescending ? -1 : 1;
  return rows.toSorted((one, other) => direction * compare(by(one), by(other)));
}

const collator = new Intl.Collator('en', { numeric: true });

function compare(one: string | number, other: string | number): number {
  return typeof one === 'number' && typeof other === 'number' ? one - other : collator.compare(`${one}`, `${other}`);
}

/** What a table shows. */
export interface TableProps<Row> {
  /** What the rows are, for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Where a row leads; the first cell is the link. */
  readonly hrefOf?: (row: Row) => string;
  /** The key of the row that is open. */
  readonly selected?: string | null;
  readonly sorting?: Sorting;
  readonly onSort?: (sorting: Sorting) => void;
  /** Called when the last rows come near. */
  readonly onEnd?: () => void;
}

const rowHeight = 36;

/** A table of any length with a sticky head: arrow keys go from row to row, Enter opens one. */
export function Table<Row>({ label, columns, rows, keyOf, hrefOf, selected, sorting, onSort, onEnd }: TableProps<Row>) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualRows(scroller, rows.length, rowHeight);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - 20) onEnd?.();
  }, [last, rows.length, onEnd]);

  const focusRow = (index: number) => {
    if (index < 0 || index >= rows.length) return;
    virtual.scrollToIndex(index);
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[aria-rowindex="${index + 2}"] .row-link`)?.focus(),
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 }[event.key];
    const row = (event.target as HTMLElement).closest('[aria-rowindex]')?.getAttribute('aria-rowindex');
    if (step === undefined || !row) return;
    event.preventDefault();
    focusRow(Math.min(Math.max(Number(row) - 2 + step, 0), rows.length - 1));
  };
  const tracks = useCallback(
    (element: HTMLElement | null) => {
      const tracksOf = (some: readonly Column<Row>[]) => some.map(({ width }) => width).join(' ');
      element?.style.setProperty('--columns', tracksOf(columns));
      element?.style.setProperty('--narrow-columns', tracksOf(columns.filter(({ isWide }) => !isWide)));
    },
    [columns],
  );

  return (
    <div class="table" ref={scroller}>
      <div ref={tracks} role="table" aria-label={label} aria-rowcount={rows.length + 1} onKeyDown={onKeyDown}>
        <div role="row" aria-rowindex={1} class="row head">
          {columns.map((column) => (
            <Heading key={column.key} column={column} sorting={sorting ?? null} onSort={onSort} />
          ))}
        </div>
        <div role="rowgroup" class="rows" style={{ height: `${virtual.getTotalSize()}px` }}>
          {items.map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const key = keyOf(row);
            return (
              <div
                key={key}
                role="row"
                aria-rowindex={index + 2}
                class={`row ${key === selected ? 'selected' : ''}`}
                style={{ transform: `translateY(${start}px)` }}
              >
                {columns.map(({ key: name, cell, isWide }, at) => (
                  <div key={name} role="cell" class={isWide ? 'wide' : undefined}>
                    {at === 0 && hrefOf ? (
                      <a class="row-link" href={hrefOf(row)} aria-current={key === selected || undefined}>
                        {cell(row)}
                      </a>
                    ) : (
                      cell(row)
                    )}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface HeadingProps<Row> {
  readonly column: Column<Row>;
  readonly sorting: Sorting;
  readonly onSort: ((sorting: Sorting) => void) | undefined;
}

function Heading<Row>({ column: { key, label, sortBy, isWide }, sorting, onSort }: HeadingProps<Row>) {
  const direction = sorting === key ? 'ascending' : sorting === `-${key}` ? 'descending' : 'none';
  const isSortable = sortBy !== undefined && onSort !== undefined;
  return (
    <div role="columnheader" class={isWide ? 'wide' : undefined} aria-sort={isSortable ? direction : undefined}>
      {isSortable ? (
        <button type="button" onClick={() => onSort(direction === 'ascending' ? `-${key}` : key)}>
          {label}
          {direction !== 'none' && <Icon name={direction === 'ascending' ? 'up' : 'down'} />}
        </button>
      ) : (
        label
      )}
    </div>
  );
}
