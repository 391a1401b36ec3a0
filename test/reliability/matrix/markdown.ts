import { invariants } from '../invariants.ts';
import type { Invariant } from '../invariants.ts';
import { flows } from './flows.ts';
import type { Implementation } from './implementation.ts';
import { brokenIn, resultOf } from './table.ts';
import type { TableRow } from './table.ts';

/** Table rows of each implementation, by its name. */
export type Results = Map<string, readonly TableRow[]>;

/** The summary for `docs/reliability.md`: results by flow and by guarantee. */
export function markdownOf(
  results: Results,
  implementations: readonly Pick<Implementation, 'name' | 'library'>[],
): string {
  const names = [...results].flatMap(([name, rows]) => [
    name,
    ...(rows.some(isInconclusive) ? [`${name}, inconclusive`] : []),
  ]);
  const ran = (rows: readonly TableRow[], flow: string) => rows.some((row) => row.case.flow.name === flow);
  const all = [...results.values()];
  const shared = flows.filter(({ name }) => all.every((rows) => ran(rows, name)));
  const single = flows.filter((flow) => !shared.includes(flow) && all.some((rows) => ran(rows, flow.name)));
  const isIn = (selected: typeof flows) => (row: TableRow) => selected.some(({ name }) => name === row.case.flow.name);
  const libraries = implementations.flatMap(({ name, library }) =>
    library === null ? [] : [`The ${name} uses \`${library.replace(/ .*/, '')}\`${library.replace(/.* /, ' ')}.`],
  );
  const others = single.length === 0 ? [] : [['others', ...counts(results, isIn(single))]];
  return [
    ...libraries,
    table(['flow', ...names], [...shared.map((flow) => [flow.name, ...counts(results, isIn([flow]))]), ...others]),
    `Cases that violate each guarantee:\n\n${[...results].map(violationsOf).join('\n')}`,
  ].join('\n\n');
}

/** A list item: how many cases of the implementation violate each guarantee. */
function violationsOf([name, rows]: readonly [string, readonly TableRow[]]): string {
  const violated = rows.filter((row) => resultOf(row) === 'violated');
  const numbers = (Object.keys(invariants) as Invariant[])
    .map(
      (invariant) =>
        [invariant, violated.filter((row) => brokenIn(row.violations).includes(invariant)).length] as const,
    )
    .filter(([, number]) => number > 0)
    .map(([invariant, number]) => `\`${invariant}\` ${number}`);
  return `- ${name}: ${numbers.join(', ') || 'none'}`;
}

/** Per implementation: how many of the cases keep all guarantees. */
function counts(results: Results, isCounted: (result: TableRow) => boolean): string[] {
  return [...results.values()].flatMap((rows) => {
    const counted = rows.filter((row) => ['kept', 'violated'].includes(resultOf(row)) && isCounted(row));
    const inconclusive = rows.filter((row) => isInconclusive(row) && isCounted(row)).length;
    return [cellOf(counted), ...(rows.some(isInconclusive) ? [`${inconclusive}`] : [])];
  });
}

function isInconclusive(row: TableRow): boolean {
  return resultOf(row) === 'inconclusive';
}

function cellOf(counted: readonly TableRow[]): string {
  if (counted.length === 0) return '';
  const kept = counted.filter(({ violations }) => violations.length === 0).length;
  return kept === counted.length ? `${kept} of ${kept}` : `**${kept} of ${counted.length}**`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

const [begin, end] = ['<!-- matrix: begin -->', '<!-- matrix: end -->'];

/** Replaces the section between the markers of a page. Throws if the page has no markers. */
export function withMatrix(page: string, markdown: string): string {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`The page has no section ${begin} … ${end}: add both markers.`);
  return `${before}${begin}\n\n${markdown}\n\n${end}${after}`;
}
