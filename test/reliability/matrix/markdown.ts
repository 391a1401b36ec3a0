import { invariants } from '../invariants.ts';
import type { Invariant } from '../invariants.ts';
import { roads } from './roads.ts';
import { brokenIn } from './table.ts';
import type { Line } from './table.ts';

/** The lines of each contender, by its name. */
export type Results = Map<string, readonly Line[]>;

/** The matrix in short, for `docs/reliability.md`: what the first request meets, then what later ones do, then what was broken. */
export function markdownOf(results: Results): string {
  const names = [...results.keys()];
  const all = [...results.values()].flat();
  const firsts = all.filter(({ case: { road } }) => road.name === 'first');
  const faults = [...new Set(firsts.map(placeOf))].sort((one, other) => rank(one) - rank(other));
  const taken = roads.filter(({ name }) => all.some(({ case: { road } }) => road.name === name));
  return [
    table(
      ['where', 'what happens to a first request', ...names],
      faults.map((place) => [
        place.slice(0, place.indexOf(': ')),
        place.slice(place.indexOf(': ') + 2),
        ...counts(results, (row) => row.case.road.name === 'first' && placeOf(row) === place),
      ]),
    ),
    'The same faults at every request of each road:',
    table(
      ['road', ...names],
      taken.map(({ name }) => [name, ...counts(results, (row) => row.case.road.name === name)]),
    ),
    'What was broken, in how many cases:',
    table(
      ['promise', ...names],
      (Object.keys(invariants) as Invariant[]).map((invariant) => [
        `\`${invariant}\`: ${invariants[invariant]}`,
        ...[...results.values()].map(
          (rows) => `${rows.filter((row) => brokenIn(row.violations).includes(invariant)).length}`,
        ),
      ]),
    ),
  ].join('\n\n');
}

const places = ['before EKS', 'at EKS', 'after EKS'] as const;

/** Where on the road a fault is, however many requests the contender sends there; and the fault. */
function placeOf({ case: { trouble, changeAt } }: Line): string {
  const at = trouble?.at ?? 0;
  const place = places[at < changeAt ? 0 : at === changeAt ? 1 : 2];
  const isRead = trouble?.step.kind.endsWith('-read') ?? false;
  return `${place}: ${isRead ? `${trouble?.step.operation}, ` : ''}${trouble?.fault.name}`;
}

function rank(place: string): number {
  return places.findIndex((each) => place.startsWith(each));
}

/** For each contender: how many of its cases held, and which promises the others broke. */
function counts(results: Results, isMeant: (row: Line) => boolean): string[] {
  return [...results.values()].map((rows) => {
    const meant = rows.filter((line) => line.isMet && isMeant(line));
    if (meant.length === 0) return '';
    const broken = brokenIn(meant.flatMap(({ violations }) => violations)).map((invariant) => `\`${invariant}\``);
    const held = meant.filter(({ violations }) => violations.length === 0).length;
    return held === meant.length ? `${held} of ${held}` : `**${held} of ${meant.length}**: ${broken.join(', ')}`;
  });
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const [begin, end] = ['<!-- matrix: begin -->', '<!-- matrix: end -->'];

/** A page with the part between its marks replaced. Throws where it has none. */
export function withMatrix(page: string, markdown: string): string {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`The page has no ${begin} … ${end}.`);
  return `${before}${begin}\n\n${markdown}\n\n${end}${after}`;
}
