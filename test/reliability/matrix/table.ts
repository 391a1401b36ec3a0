import type { CallerAnswer, Facts } from '../facts.ts';
import type { Violation } from '../invariants.ts';
import type { Case, CaseResult } from './case.ts';
import { describe } from './run-all.ts';
import { stepName } from './steps.ts';

/** A row of the printed table. */
export interface TableRow extends Pick<CaseResult, 'case' | 'isInjected' | 'isStarved' | 'violations'> {
  readonly cells: {
    readonly case: string;
    readonly answers: string;
    readonly eks: string;
    readonly auditTrail: string;
    readonly verdict: string;
  };
}

/** Column headings. */
export const columns = ['implementation', 'case', 'answers', 'associations at EKS (changes)', 'audit trail', 'result'];

/** What a row counts as. A violation, or a fault that was not injected, is inconclusive if calls timed out that met no fault. */
export function resultOf({
  isInjected,
  isStarved,
  violations,
}: Pick<TableRow, 'isInjected' | 'isStarved' | 'violations'>): 'kept' | 'violated' | 'inconclusive' | 'not injected' {
  if (isInjected && violations.length === 0) return 'kept';
  if (isStarved) return 'inconclusive';
  return isInjected ? 'violated' : 'not injected';
}

/** One line of counts. */
export function summarize(name: string, rows: readonly TableRow[]): string {
  const numbers = { kept: 0, violated: 0, inconclusive: 0, 'not injected': 0 };
  for (const row of rows) numbers[resultOf(row)] += 1;
  const { kept, violated, ...others } = numbers;
  const more = Object.entries(others).filter(([, number]) => number > 0);
  return `${name}: ${rows.length} cases, ${kept} kept, ${violated} violated${more.map(([what, number]) => `, ${number} ${what}`).join('')}.`;
}

/** Converts a result into its row. The facts are dropped, because there are thousands of results. */
export function tableRowOf(result: CaseResult): TableRow {
  const { facts, isInjected, isStarved, violations } = result;
  const cells = {
    case: caseName(result),
    answers: facts.answers.map(answerCell).join(', then '),
    eks: eksCell(facts),
    auditTrail: trailCell(facts),
    verdict: verdictCell(result),
  };
  return { case: result.case, isInjected, isStarved, violations, cells };
}

/** The row of a case that could not be run, also alone: it says nothing of the case. */
export function rowOfFailed(one: Case, error: unknown): TableRow {
  const verdict = `INCONCLUSIVE: it could not be run: ${describe(error)}`;
  const cells = { case: caseName({ case: one }), answers: '', eks: '', auditTrail: '', verdict };
  return { case: one, isInjected: false, isStarved: true, violations: [], cells };
}

/** Throws an Error if there are no rows, or if more than one in fifty is inconclusive: then a run shows nothing. */
export function checkRows(rows: readonly TableRow[]): void {
  if (rows.length === 0) throw new Error('No case is selected: change --operation, --flow, --case or --size.');
  const inconclusive = rows.filter((row) => resultOf(row) === 'inconclusive').length;
  if (inconclusive * 50 > rows.length)
    throw new Error(
      `${inconclusive} of ${rows.length} cases are inconclusive: run them on a machine that is less busy.`,
    );
}

/** The violated guarantees and how. */
function verdictCell({ violations, ...of }: CaseResult): string {
  const result = resultOf({ violations, ...of });
  if (result === 'kept') return result;
  if (result === 'not injected') return 'NOT INJECTED: the flow sent other requests in every attempt';
  if (result === 'inconclusive') return 'INCONCLUSIVE: calls without a fault timed out, also when the case ran alone';
  const how = [...new Set(violations.map(({ what }) => what))].join('; ');
  return `VIOLATED: ${brokenIn(violations).join(', ')}: ${how}`;
}

/** Names of the violated guarantees, without duplicates. */
export function brokenIn(violations: readonly Violation[]): string[] {
  return [...new Set(violations.map(({ invariant }) => invariant))];
}

/** E.g. `create, first: TransactWriteItems (INTENT): crash before the effect; same token immediately`. */
export function caseName({ case: { kind, flow, injection, followUp } }: Pick<CaseResult, 'case'>): string {
  if (!injection) return `${kind}, ${flow.name}: no fault; ${followUp}`;
  const { after, step, fault } = injection;
  const request = `${stepName(step)}${after === 0 ? '' : ` ${after + 1}`}`;
  return `${kind}, ${flow.name}: ${request}: ${fault.name}; ${followUp}`;
}

function answerCell({ status, code, event }: CallerAnswer): string {
  const replayed = event === 'REPLAYED' ? ' (replayed)' : '';
  return status === 'NONE' ? 'no answer' : `${status}${code === null ? '' : ` ${code}`}${replayed}`;
}

function eksCell({ associations, changes }: Facts): string {
  const applied = changes.filter(({ effect }) => effect).map(({ kind }) => kind);
  const existing = associations.map(
    ({ operationId, roleArn }) => `${operationId === null ? 'unmanaged' : 'managed'} ${roleArn.split('/').at(-1)}`,
  );
  return `${existing.join(', ') || 'none'} (${applied.join(', ') || 'no changes'})`;
}

/** The events of each operation, operations in order of their start. */
function trailCell({ entries }: Facts): string {
  const inOrder = [...entries].sort((one, other) => (one.entryId < other.entryId ? -1 : 1));
  const operations = Map.groupBy(inOrder, ({ operationId }) => operationId);
  return [...operations.values()].map((ofOne) => ofOne.map(({ event }) => event).join(' ')).join(' | ');
}
