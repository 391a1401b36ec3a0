import type { RequestFragment } from '../generated/trail.ts';

type Conditions = Pick<RequestFragment, 'ifExists' | 'expectedRevision' | 'expectedModifiedAt'>;

/** On what a request depends besides its settings. */
export function conditionFacts(request: Conditions | null): Readonly<Record<string, string | number | null>> {
  if (request === null) return {};
  const { ifExists, expectedRevision, expectedModifiedAt } = request;
  return {
    'If one exists': ifExists === 'ADOPT' ? 'it is adopted, if it is equal' : null,
    'Only at the revision': expectedRevision,
    'Only as modified at': expectedModifiedAt,
  };
}
