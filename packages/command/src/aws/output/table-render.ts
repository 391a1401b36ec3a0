import { textWidth } from './width.ts';

/** A part of a table with columns of its own. */
export interface Section {
  /** Null for a further part of a list within a list, which the AWS CLI shows without a title. */
  readonly title: string | null;
  /** How deep the section is nested: the number of bars on each side. */
  readonly indent: number;
  headers: readonly string[];
  readonly rows: (readonly string[])[];
  /** The number of columns, given by the headers or the first row. */
  columns?: number;
}

export interface TableStyle {
  /**
   * Columns of the terminal. In a table that is wider, sections with one row are shown vertically.
   */
  readonly width: number;
  readonly color: boolean;
}

const padding = 4;
const borders = 2;
const reset = '\x1b[0m';

/** A table as the AWS CLI draws it (`awscli.table`), with a line break after each line. */
export function renderTable(sections: readonly Section[], { width, color }: TableStyle): string {
  const isWide = tableWidth(sections) > width;
  const shown = isWide ? sections.map(vertical) : sections;
  const total = tableWidth(shown);
  const lines = shown.flatMap((section) => renderSection(section, total - section.indent * 2, color));
  return ['-'.repeat(total) + lineEnd(color), ...lines].join('');
}

/** The AWS CLI resets colours after all that it writes, line ends included. */
function lineEnd(color: boolean): string {
  return color ? `\n${reset}` : '\n';
}

function tableWidth(sections: readonly Section[]): number {
  return largest(sections.map(sectionWidth));
}

function sectionWidth(section: Section): number {
  const edges = borders + section.indent * 2;
  const cells = columnWidths(section).reduce((sum, width) => sum + width, 0);
  return Math.max(textWidth(section.title ?? 'None') + edges, cells + edges);
}

/**
 * A section with headers and one row as a section with a row of header and value for each column.
 */
function vertical(section: Section): Section {
  const [row, ...others] = section.rows;
  if (!row || others.length > 0 || section.headers.length === 0) return section;
  const rows = section.headers.map((header, index) => [header, row[index] ?? '']);
  return { title: section.title, indent: section.indent, headers: [], rows, columns: 2 };
}

function renderSection(section: Section, width: number, color: boolean): string[] {
  const bars = (color ? `\x1b[2m\x1b[33m|${reset}` : '|').repeat(section.indent) + (color ? reset : '');
  const widths = scaledWidths(columnWidths(section), width);
  return [...titleLines(section, width), ...headerLines(section, widths), ...rowLines(section, widths, color)].map(
    (line) => `${bars}${line}${color ? reset : ''}${bars}${lineEnd(color)}`,
  );
}

function titleLines({ title, headers, rows }: Section, width: number): string[] {
  if (title === null || title === '') return [];
  const isAlone = headers.length === 0 && rows.length === 0;
  return [center(title, width, '|'), ...(isAlone ? [`+${'-'.repeat(width - 2)}+`] : [])];
}

function headerLines({ headers }: Section, widths: readonly number[]): string[] {
  if (headers.length === 0) return [];
  const cells = headers.map((header, index) => center(header, widths[index] ?? 0, index === 0 ? '|' : ''));
  return [separator(widths), cells.join('')];
}

function rowLines({ rows }: Section, widths: readonly number[], color: boolean): string[] {
  if (rows.length === 0 || widths.length === 0) return [];
  const lines = rows.map((row) =>
    row.map((text, index) => alignLeft(text, widths[index] ?? 0, index === 0 ? '|' : '', color)).join(''),
  );
  return [separator(widths), ...lines, separator(widths)];
}

function separator(widths: readonly number[]): string {
  const parts = widths.map((width, index) => (index === 0 ? `+${dashes(width - 2)}+` : `${dashes(width - 1)}+`));
  return parts.join('');
}

function dashes(count: number): string {
  return '-'.repeat(Math.max(0, count));
}

function spaces(count: number): string {
  return ' '.repeat(Math.max(0, count));
}

function center(text: string, width: number, leftEdge: string): string {
  const length = textWidth(text);
  const before = Math.floor(width / 2) - Math.floor(length / 2) - 1;
  const after = width - 1 - (leftEdge.length + before + length);
  return `${leftEdge}${spaces(before)}${text}${spaces(after)}|`;
}

function alignLeft(text: string, width: number, leftEdge: string, color: boolean): string {
  const length = textWidth(text);
  const indent = width - (length + 2 + leftEdge.length + 1) >= 0 ? 2 : 0;
  const shown = color ? `\x1b[1m\x1b[34m${text}${reset}` : text;
  return `${leftEdge}${spaces(indent)}${shown}${spaces(width - (leftEdge.length + indent + length) - 1)}|`;
}

/** The width of each column: its widest cell and the padding. */
function columnWidths({ headers, rows }: Section): readonly number[] {
  const all = headers.length > 0 ? [headers, ...rows] : rows;
  const [first = []] = all;
  return first.map((_, index) => largest(all.map((cells) => textWidth(cells[index] ?? ''))) + padding);
}

/** As `Math.max`, whose number of arguments is limited. */
function largest(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => Math.max(one, other), 0);
}

/**
 * Widths scaled to a sum of `total`. What rounding leaves is spread from the left or, if columns
 * grow, from the right.
 */
function scaledWidths(widths: readonly number[], total: number): readonly number[] {
  const sum = widths.reduce((one, other) => one + other, 0);
  const scaled = widths.map((width) => roundToEven((total / sum) * width));
  const excess = scaled.reduce((one, other) => one + other, 0) - total;
  const step = Math.sign(excess);
  const order = excess > 0 ? [...scaled.keys()] : [...scaled.keys()].reverse();
  for (let count = 0; count < Math.abs(excess) && order.length > 0; count += 1) {
    const index = order[count % order.length] ?? 0;
    scaled[index] = (scaled[index] ?? 0) - step;
  }
  return scaled;
}

/** Python's `round`: halves go to the even neighbour. */
function roundToEven(value: number): number {
  const lower = Math.floor(value);
  if (value - lower !== 0.5) return Math.round(value);
  return lower % 2 === 0 ? lower : lower + 1;
}
