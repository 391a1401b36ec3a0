import type { Observed } from './observe.ts';
import type { Result } from './run.ts';

/** Summarizes a run in a few lines. */
export function report({ observed, killCounts }: Result, seconds: number): string {
  const { entries, approvals, answers, changes, records, associations, refusedAsLate } = observed;
  const begun = entries.filter(({ event }) => event === 'INTENT').length;
  const closedByReconciler = entries.filter(
    ({ event, fence, byReconciler }) => byReconciler && fence !== null && isClosing(event),
  );
  return `seconds      ${seconds}
kills        ${listed(killCounts)}
requests     ${answers.length}: ${listed(counted(answers, ({ status }) => status))}
  errors     ${listed(counted(answers.filter(isError), ({ code, httpStatus }) => `${httpStatus} ${code}`))}
EKS          ${changes.length} changes received, ${changes.filter(({ effect }) => effect).length} applied, ${refusedAsLate} requests rejected for an expired signature; ${associations.length} associations at the end
records      ${records.length}: ${listed(counted(records, ({ state }) => state))}
operations   ${begun} started, ${operationsWith(observed, 'TAKEN_OVER')} taken over, ${operationsWith(observed, 'UNKNOWN')} in doubt, ${closedByReconciler.length} closed by the reconciler
approvals    ${approvals.entries.length} entries: ${listed(counted(approvals.entries, ({ event }) => event))}; ${approvals.votes.length} votes
expiries      ${entries.filter(({ expiry, event }) => expiry && event === 'SUCCEEDED').length} carried out
audit trail  ${entries.length}: ${listed(counted(entries, ({ event }) => event))}
`;
}

function isClosing(event: string): boolean {
  return event === 'SUCCEEDED' || event === 'REFUSED' || event === 'RELEASED';
}

function isError({ status }: Observed['answers'][number]): boolean {
  return status === 'ERROR';
}

function operationsWith({ entries }: Observed, event: string): number {
  return new Set(entries.filter((entry) => entry.event === event).map(({ operationId }) => operationId)).size;
}

function counted<T>(things: readonly T[], nameOf: (thing: T) => string): Map<string, number> {
  const groups = Map.groupBy(things, nameOf);
  return new Map([...groups].map(([name, { length }]) => [name, length]));
}

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ') || 'none';
}
