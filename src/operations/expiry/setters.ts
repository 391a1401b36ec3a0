import { personKeyOf } from '../../ledger/association-ending.ts';
import type { Ending, EndingSetter, ListedEnding } from '../../ledger/association-ending.ts';
import type { EndingDependencies } from './due.ts';
import { inParallel } from './in-turns.ts';

/** The due endings of one setter, the earliest first. */
export interface SetterEndings {
  readonly setter: EndingSetter;
  readonly endings: readonly ListedEnding[];
}

/**
 * How many endings without a stored setter a run looks up at most. The next run goes on with the
 * others.
 */
const maxLookUps = 500;

/**
 * Groups due endings by who set them. The key of a group begins with the authenticated principal,
 * so that a principal can't add endings to those of another setter. The setter of an ending that
 * does not have it is read from the entry of the operation that set it. Throws `LedgerUnavailable`.
 */
export async function bySetter(
  { ledger }: Pick<EndingDependencies, 'ledger'>,
  due: readonly ListedEnding[],
): Promise<SetterEndings[]> {
  const known = due.filter(({ ending }) => ending.setter);
  await inParallel(due.filter(({ ending }) => !ending.setter).slice(0, maxLookUps), async (listed) => {
    const [entry] = await ledger.operationEntries(listed.ending.setBy, { limit: 1 });
    const { principal, actor, onBehalfOf } = entry ?? { principal: null, actor: null, onBehalfOf: null };
    const setter = { principalId: principal?.id ?? '', actorId: actor?.id ?? null, onBehalfOf };
    known.push({ ...listed, ending: { ...listed.ending, setter } });
  });
  return [...Map.groupBy(known.sort(byEnd), ({ ending }) => setterKey(ending)).values()].flatMap((endings) => {
    const setter = endings[0]?.ending.setter;
    return setter ? [{ setter, endings }] : [];
  });
}

/** The key of the setter of an ending; the same for all without one. */
export function setterKey({ setter }: Pick<Ending, 'setter'>): string {
  return setter ? JSON.stringify([setter.principalId, setter.actorId, personKeyOf(setter.onBehalfOf)]) : '';
}

/** Those that end at the same time have one order in every run, too. */
function byEnd({ ending: one }: ListedEnding, { ending: other }: ListedEnding): number {
  const laterMs = Date.parse(one.expiresAt) - Date.parse(other.expiresAt);
  return laterMs || (one.setBy < other.setBy ? -1 : Number(one.setBy > other.setBy));
}
