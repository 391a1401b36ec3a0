import type { Selection } from './rows.ts';

/** A place outside of the list that a search text may name. */
export interface Elsewhere {
  readonly label: string;
  readonly view: string;
  readonly params: Selection;
  /** Whether the text can be nothing else. */
  readonly isCertain: boolean;
}

/** ULIDs, and the ids of drift, locks and approvals. */
const operationId = /^((drift|lock)-\S+|[0-7][0-9A-HJKMNP-TV-Z]{25})$/i;

/** Where the trail or the approvals have what a text names: an operation, an approval, a person. */
export function elsewhereOf(text: string, viewerId: string): readonly Elsewhere[] {
  const word = text.trim();
  if (word === '' || /\s|^arn:/.test(word)) return [];
  if (word.startsWith('approval-')) {
    return [{ label: 'The approval', view: 'approvals', params: { id: word }, isCertain: true }];
  }
  if (operationId.test(word)) {
    const id = word.includes('-') ? word : word.toUpperCase();
    return [{ label: 'The operation', view: 'trail/operation', params: { id }, isCertain: true }];
  }
  const isId = word.includes('#') || word.startsWith('iam:');
  const [issuer, subject] = viewerId.split('#');
  if (!isId && (subject === undefined || word.includes('/'))) return [];
  const principalId = isId ? word : `${issuer}#${word}`;
  return [{ label: `Requests by ${word}`, view: 'trail', params: { principalId }, isCertain: isId }];
}
