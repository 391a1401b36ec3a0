import { withSharedRows } from '../../support/reference.ts';
import { invariants } from '../invariants.ts';
import type { Invariant } from '../invariants.ts';
import { flows } from './flows.ts';
import type { Implementation } from './implementation.ts';
import { brokenIn, resultOf } from './table.ts';
import type { TableRow } from './table.ts';

/** Table rows of each implementation, by its name. */
export type Results = Map<string, readonly TableRow[]>;

/** The summary for `docs/reliability.md`: results by fault of the first flow, by flow, and by guarantee. */
export function markdownOf(
  results: Results,
  implementations: readonly Pick<Implementation, 'name' | 'library'>[],
): string {
  const names = [...results].flatMap(([name, rows]) => [
    name,
    ...(rows.some(isInconclusive) ? [`${name}, inconclusive`] : []),
  ]);
  const all = [...results.values()].flat();
  const firsts = all.filter(({ case: { flow } }) => flow.name === 'first');
  const faults = [...new Set(firsts.map(placeOf))].sort((one, other) => rank(one) - rank(other));
  const selected = flows.filter(({ name }) => all.some(({ case: { flow } }) => flow.name === name));
  const libraries = implementations.flatMap(({ name, library }) =>
    library === null ? [] : [`The ${name} uses \`${library.replace(/ .*/, '')}\`${library.replace(/.* /, ' ')}.`],
  );
  return [
    ...libraries,
    table(
      ['position', 'faults in the first request', ...names.map((name) => `${name}, of each`)],
      withSharedRows(
        faults.map((place) => [
          place.slice(0, place.indexOf(': ')),
          place.slice(place.indexOf(': ') + 2),
          ...counts(results, (result) => result.case.flow.name === 'first' && placeOf(result) === place),
        ]),
        1,
        '; ',
      ),
    ),
    'The same faults at every request of each flow:',
    table(
      ['flow', ...names],
      selected.map(({ name }) => [name, ...counts(results, (result) => result.case.flow.name === name)]),
    ),
    'Number of cases that violate each guarantee:',
    table(
      ['guarantee', ...results.keys()],
      (Object.keys(invariants) as Invariant[]).map((invariant) => [
        `\`${invariant}\``,
        ...[...results.values()].map(
          (rows) =>
            `${rows.filter((row) => resultOf(row) === 'violated' && brokenIn(row.violations).includes(invariant)).length}`,
        ),
      ]),
    ),
  ].join('\n\n');
}

const places = ['before EKS', 'at EKS', 'after EKS'] as const;

/**
 * Position of a fault relative to the EKS change request, however many requests an implementation sends there, and its
 * name.
 */
function placeOf({ case: { injection, changeAt } }: TableRow): string {
  const at = injection?.at ?? 0;
  const place = places[at < changeAt ? 0 : at === changeAt ? 1 : 2];
  const isRead = injection?.step.kind.endsWith('-read') ?? false;
  return `${place}: ${isRead ? `${injection?.step.operation}, ` : ''}${injection?.fault.name}`;
}

function rank(place: string): number {
  return places.findIndex((each) => place.startsWith(each));
}

/** Per implementation: how many cases keep all guarantees, and which guarantees the others violate. */
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
  const broken = brokenIn(counted.flatMap(({ violations }) => violations)).map((invariant) => `\`${invariant}\``);
  const kept = counted.filter(({ violations }) => violations.length === 0).length;
  return kept === counted.length ? `${kept} of ${kept}` : `**${kept} of ${counted.length}**: ${broken.join(', ')}`;
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
