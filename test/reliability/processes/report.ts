import type { Observed } from './observe.ts';
import type { Result } from './run.ts';

/** What a run came to, in a few lines. */
export function report({ observed, blows }: Result, seconds: number): string {
  const { entries, answers, changes, tokens, associations, refusedAsLate } = observed;
  const begun = entries.filter(({ event }) => event === 'INTENT').length;
  const settled = entries.filter(({ event, fence, bySettler }) => bySettler && fence !== null && isClosing(event));
  return `seconds      ${seconds}
blows        ${told(blows)}
requests     ${answers.length}: ${told(counted(answers, ({ status }) => status))}
  errors     ${told(counted(answers.filter(isError), ({ code, httpStatus }) => `${httpStatus} ${code}`))}
EKS          ${changes.length} changes asked for, ${changes.filter(({ applied }) => applied).length} done, ${refusedAsLate} requests refused as sent too late; ${associations.length} associations at the end
tokens       ${tokens.length}: ${told(counted(tokens, ({ state }) => state))}
operations   ${begun} begun, ${operationsWith(observed, 'TAKEN_OVER')} taken over, ${operationsWith(observed, 'UNKNOWN')} in doubt, ${settled.length} closed by the reconciler
trail        ${entries.length}: ${told(counted(entries, ({ event }) => event))}
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

function told(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ') || 'none';
}
