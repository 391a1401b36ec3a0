import type { ComponentChildren, VNode } from 'preact';
import { useCallback, useContext, useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icon.tsx';
import { UtcContext } from './time.tsx';
import type { SortableColumn, Sorting } from './sort.ts';
import { useVirtualRows } from './use-virtual-rows.ts';

/** A column of a table. */
export interface Column<Row> extends SortableColumn<Row> {
  readonly label: string;
  /** A track of CSS grid, e.g. `2fr`. */
  readonly width: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Left out where the table is narrow. */
  readonly isWide?: boolean;
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

/** Of the head too. Pixels, as in the style sheet. */
const rowHeight = 36;

/** How many rows Page Up and Page Down go. */
const pageRows = 15;

/**
 * A table of any length with a sticky head. The rows are one stop of the Tab key: arrow keys, Page
 * Up, Page Down, Home and End go from row to row, Enter opens one, and so does a click anywhere in
 * it.
 */
export function Table<Row>({ label, columns, rows, keyOf, hrefOf, selected, sorting, onSort, onEnd }: TableProps<Row>) {
  const scroller = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(0);
  const active = Math.min(focused, Math.max(rows.length - 1, 0));
  const virtual = useVirtualRows(scroller, rows.length, { rowHeight, headHeight: rowHeight, kept: active });
  const items = virtual.getVirtualItems();
  const last = virtual.range?.endIndex ?? 0;
  useEffect(() => {
    if (last >= rows.length - 20) onEnd?.();
  }, [last, rows.length, onEnd]);

  const linkOf = (index: number) =>
    scroller.current?.querySelector<HTMLElement>(`[aria-rowindex="${index + 2}"] .row-link`);
  const focusRow = (index: number) => {
    const at = Math.min(Math.max(index, 0), rows.length - 1);
    virtual.scrollToIndex(at);
    setFocused(at);
    requestAnimationFrame(() => linkOf(at)?.focus({ preventScroll: true }));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: pageRows,
      PageUp: -pageRows,
      Home: -Infinity,
      End: Infinity,
    };
    const step = steps[event.key];
    const isInRow = (event.target as HTMLElement).closest('.rows') !== null;
    if (step === undefined || !isInRow || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    focusRow(active + step);
  };
  const tracks = useCallback(
    (element: HTMLElement | null) => {
      const tracksOf = (some: readonly Column<Row>[]) => some.map(({ width }) => width).join(' ');
      element?.style.setProperty('--columns', tracksOf(columns));
      element?.style.setProperty('--narrow-columns', tracksOf(columns.filter(({ isWide }) => !isWide)));
    },
    [columns],
  );

  const draw = (row: Row, index: number, key: string, { start, isActive, isSelected }: Shown) => (
    <div
      key={key}
      role="row"
      aria-rowindex={index + 2}
      class={isSelected ? 'row selected' : 'row'}
      style={{ transform: `translateY(${start - rowHeight}px)` }}
      onFocusIn={() => setFocused(index)}
      onClick={followRow}
    >
      {columns.map(({ key: name, cell, isWide }, at) => (
        <div key={name} role="cell" class={isWide ? 'if-wide' : undefined}>
          {at === 0 && hrefOf ? (
            <a class="row-link" href={hrefOf(row)} tabIndex={isActive ? 0 : -1} aria-current={isSelected || undefined}>
              {cell(row)}
            </a>
          ) : (
            cell(row)
          )}
        </div>
      ))}
    </div>
  );
  // Their links keep the time zone.
  const drawn = useDrawn(draw, [columns, hrefOf, useContext(UtcContext)]);

  return (
    <div class="table" ref={scroller}>
      <div ref={tracks} role="table" aria-label={label} aria-rowcount={rows.length + 1} onKeyDown={onKeyDown}>
        <div role="rowgroup" class="head">
          <div role="row" aria-rowindex={1} class="row">
            {columns.map((column) => (
              <Heading key={column.key} column={column} sorting={sorting ?? null} onSort={onSort} />
            ))}
          </div>
        </div>
        <div role="rowgroup" class="rows" style={{ height: `${rows.length * rowHeight}px` }}>
          {items.map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const key = keyOf(row);
            const shown: Shown = { start, isActive: index === active, isSelected: key === selected };
            return drawn(row, index, key, shown);
          })}
        </div>
      </div>
    </div>
  );
}

/** What a row is drawn for, besides its data. */
interface Shown {
  readonly start: number;
  readonly isActive: boolean;
  readonly isSelected: boolean;
}

type Draw<Row> = (row: Row, index: number, key: string, shown: Shown) => VNode;

/**
 * Draws rows, and keeps those drawn in the last round: while the list is scrolled, only rows that
 * come into sight are new.
 */
function useDrawn<Row>(draw: Draw<Row>, inputs: readonly unknown[]): Draw<Row> {
  const kept = useRef({
    inputs,
    rows: new Map<string, { readonly of: readonly unknown[]; readonly element: VNode }>(),
  });
  const isSame = (some: readonly unknown[], others: readonly unknown[]) => some.every((one, at) => one === others[at]);
  const before = isSame(inputs, kept.current.inputs) ? kept.current.rows : new Map<string, never>();
  const rows = new Map<string, { readonly of: readonly unknown[]; readonly element: VNode }>();
  kept.current = { inputs, rows };
  return (row, index, key, shown) => {
    const of = [row, index, shown.start, shown.isActive, shown.isSelected];
    const last = before.get(key);
    const drawn = last && isSame(of, last.of) ? last : { of, element: draw(row, index, key, shown) };
    rows.set(key, drawn);
    return drawn.element;
  };
}

/** Texts with a hover text of their own lie above the link of the row. */
function followRow(event: MouseEvent & { readonly currentTarget: HTMLElement }): void {
  const isOwn = (event.target as HTMLElement).closest('a, button') !== null;
  if (isOwn || getSelection()?.isCollapsed === false) return;
  event.currentTarget.querySelector<HTMLElement>('.row-link')?.click();
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
    <div role="columnheader" class={isWide ? 'if-wide' : undefined} aria-sort={isSortable ? direction : undefined}>
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
