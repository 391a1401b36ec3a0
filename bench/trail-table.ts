import type { MeasuredTrail } from './trail-stores.ts';

/** A trail that was measured, and how many entries it has. */
export interface TrailOfLength {
  readonly length: number;
  readonly measured: MeasuredTrail;
}

/**
 * A Markdown table: every page of the long trail, its time as a ratio to that of the first page of the same section in the
 * short one (to that of the same page where a filter is set), and what DynamoDB did for it.
 */
export function tableOf(store: string, short: TrailOfLength, long: TrailOfLength): string {
  const { pages, wire } = long.measured;
  const ofWire = wire === null ? [] : ['requests', 'items read'];
  const head = ['section', 'page', 'entries', 'ms', `times that of ${grouped(short.length)}`, ...ofWire];
  const rows = pages.map(({ section, page, entries, ms }, index) => {
    // What a filter costs depends on what it leaves out, so such a page is compared with its like.
    const like = page.startsWith('only') ? page : 'first';
    const other = short.measured.pages.find((measured) => measured.section === section && measured.page === like);
    const counts = wire?.[index];
    return [
      ...[section, page, entries, ms.toFixed(2), (ms / (other?.ms ?? NaN)).toFixed(2)],
      ...(counts === undefined ? [] : [counts.requests, counts.read]),
    ];
  });
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${store}, ${grouped(long.length)} entries\n\n${lines.join('\n')}`;
}

function grouped(number: number): string {
  return number.toLocaleString('en');
}
