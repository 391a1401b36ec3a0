import type { MeasuredTrail } from './trail-stores.ts';

/** A measured audit trail and its number of entries. */
export interface TrailOfLength {
  readonly length: number;
  readonly measured: MeasuredTrail;
}

/**
 * A Markdown table of every page of the long trail: its time relative to the first page of the same
 * partition in the short trail (for a filtered page, to the same page), and the DynamoDB requests.
 */
export function tableOf(store: string, short: TrailOfLength, long: TrailOfLength): string {
  const { pages, wire } = long.measured;
  const ofWire = wire === null ? [] : ['requests', 'items read'];
  const head = ['partition', 'page', 'entries', 'ms', `times that of ${grouped(short.length)}`, ...ofWire];
  const rows = pages.map(({ partition, page, entries, ms }, index) => {
    // The cost of a filter depends on what it excludes, so filtered pages are compared with
    // filtered pages.
    const like = page.startsWith('only') ? page : 'first';
    const other = short.measured.pages.find((measured) => measured.partition === partition && measured.page === like);
    const counts = wire?.[index];
    return [
      ...[partition, page, entries, ms.toFixed(2), (ms / (other?.ms ?? NaN)).toFixed(2)],
      ...(counts === undefined ? [] : [counts.requests, counts.read]),
    ];
  });
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${store}, ${grouped(long.length)} entries\n\n${lines.join('\n')}`;
}

function grouped(number: number): string {
  return number.toLocaleString('en');
}
