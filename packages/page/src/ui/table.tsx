import { useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Column } from './columns.tsx';
import { Icon } from './icon.tsx';
import type { Sorting } from './sort.ts';
import { UtcContext } from './time.tsx';
import { useVirtualRows } from './use-virtual-rows.ts';

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
  const tracksOf = (some: readonly Column<Row>[]) => some.map(({ width }) => width).join(' ');
  const tracks = {
    '--columns': tracksOf(columns),
    '--narrow-columns': tracksOf(columns.filter(({ isWide }) => !isWide)),
  };
  return (
    <div class="table" ref={scroller}>
      <div style={tracks} role="table" aria-label={label} aria-rowcount={rows.length + 1} onKeyDown={onKeyDown}>
        <div role="rowgroup" class="head">
          <div role="row" aria-rowindex={1} class="row">
            {columns.map((one) => (
              <Heading key={one.key} column={one} sorting={sorting ?? null} onSort={onSort} />
            ))}
          </div>
        </div>
        <div role="rowgroup" class="rows" style={{ height: `${rows.length * rowHeight}px` }}>
          {items.map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const key = keyOf(row);
            const [isActive, isSelected] = [index === active, key === selected];
            return (
              <TableRow
                key={key}
                {...{ columns, row, hrefOf, index, start, isActive, isSelected }}
                onFocus={setFocused}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface TableRowProps<Row> extends Pick<TableProps<Row>, 'columns'> {
  readonly row: Row;
  readonly hrefOf: TableProps<Row>['hrefOf'] | undefined;
  readonly index: number;
  readonly start: number;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly onFocus: (index: number) => void;
}

/** A row, kept as it was drawn: while the list is scrolled, only rows that come into sight are new. */
function TableRow<Row>(props: TableRowProps<Row>) {
  const { columns, row, hrefOf, index, start, isActive, isSelected, onFocus } = props;
  // Their links keep the time zone.
  const isUtc = useContext(UtcContext);
  const draw = () => (
    <div
      role="row"
      aria-rowindex={index + 2}
      class={isSelected ? 'row selected' : 'row'}
      style={{ transform: `translateY(${start - rowHeight}px)` }}
      onFocusIn={() => onFocus(index)}
      onClick={followRow}
    >
      {columns.map(({ key, cell, isWide }, at) => (
        <div key={key} role="cell" class={isWide ? 'if-wide' : undefined}>
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
  return useMemo(draw, [columns, row, hrefOf, index, start, isActive, isSelected, isUtc]);
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
