import type { CallerAnswer, Facts } from '../facts.ts';
import type { Violation } from '../invariants.ts';
import type { Row } from './run-case.ts';
import { stepName } from './steps.ts';

/** A row of the table in words, and what it is about. */
export interface Line extends Pick<Row, 'case' | 'isMet' | 'violations'> {
  readonly cells: {
    readonly case: string;
    readonly caller: string;
    readonly eks: string;
    readonly trail: string;
    readonly held: string;
  };
}

/** What stands above the columns. */
export const columns = [
  'gateway',
  'case',
  'what the callers saw',
  'what EKS holds',
  'what the trail says',
  'held or not',
];

/** Counts in words. */
export function summaryOf(name: string, lines: readonly Line[]): string {
  const broken = lines.filter(({ isMet, violations }) => isMet && violations.length > 0);
  const unmet = lines.filter(({ isMet }) => !isMet).length;
  const held = lines.length - broken.length - unmet;
  return `${name}: ${lines.length} cases, ${held} held, ${broken.length} not held${unmet > 0 ? `, ${unmet} not met` : ''}.`;
}

/** What a row shows. What it was made from is let go, as there are thousands of them. */
export function lineOf(row: Row): Line {
  const { facts, isMet, violations } = row;
  const cells = {
    case: caseName(row),
    caller: facts.answers.map(answerCell).join(', then '),
    eks: eksCell(facts),
    trail: trailCell(facts),
    held: isMet ? heldCell(violations) : 'NOT MET: its road was another one each time',
  };
  return { case: row.case, isMet, violations, cells };
}

/** The promises that were broken, and how. */
function heldCell(violations: readonly Violation[]): string {
  if (violations.length === 0) return 'held';
  const how = [...new Set(violations.map(({ what }) => what))].join('; ');
  return `NOT HELD: ${brokenIn(violations).join(', ')}: ${how}`;
}

/** Names of the promises that were broken, each once. */
export function brokenIn(violations: readonly Violation[]): string[] {
  return [...new Set(violations.map(({ invariant }) => invariant))];
}

/** E.g. `create, first: 1 TransactWriteItems (INTENT): process gone before; same token at once`. */
export function caseName({ case: { kind, road, trouble, next } }: Pick<Row, 'case'>): string {
  if (!trouble) return `${kind}, ${road.name}: nothing goes wrong; ${next}`;
  const { at, step, fault } = trouble;
  return `${kind}, ${road.name}: ${at + 1} ${stepName(step)}: ${fault.name}; ${next}`;
}

function answerCell({ status, code, event }: CallerAnswer): string {
  const replayed = event === 'REPLAYED' ? ' again' : '';
  return status === 'NONE' ? 'nothing' : `${status}${code === null ? '' : ` ${code}`}${replayed}`;
}

function eksCell({ associations, changes }: Facts): string {
  const applied = changes.filter((change) => change.applied).map(({ kind }) => kind);
  const held = associations.map(
    ({ operationId, roleArn }) => `${operationId === null ? 'other’s' : 'ours'} ${roleArn.split('/').at(-1)}`,
  );
  return `${held.join(', ') || 'none'} (did ${applied.join(', ') || 'nothing'})`;
}

/** The events of each operation, in the order of their beginnings. */
function trailCell({ entries }: Facts): string {
  const inOrder = [...entries].sort((one, other) => (one.entryId < other.entryId ? -1 : 1));
  const operations = Map.groupBy(inOrder, ({ operationId }) => operationId);
  return [...operations.values()].map((ofOne) => ofOne.map(({ event }) => event).join(' ')).join(' | ');
}
