import { personKeyOf } from '../../ledger/association-expiry.ts';
import type { Expiry, ExpirySetter, ListedExpiry } from '../../ledger/association-expiry.ts';
import type { OperationReader } from '../../ledger/trail.ts';
import { inParallel } from './in-turns.ts';

/** The due expiries of one setter, the earliest first. */
export interface SetterExpiries {
  readonly setter: ExpirySetter;
  readonly expiries: readonly ListedExpiry[];
}

/**
 * How many expiries without a stored setter a run looks up at most. The next run goes on with the
 * others.
 */
const maxLookUps = 500;

/**
 * Groups due expiries by who set them. The key of a group begins with the authenticated principal,
 * so that a principal can't add expiries to those of another setter. The setter of an expiry that
 * does not have it is read from the entry of the operation that set it. Throws `LedgerUnavailable`.
 */
export async function bySetter(ledger: OperationReader, due: readonly ListedExpiry[]): Promise<SetterExpiries[]> {
  const known = due.filter(({ expiry }) => expiry.setter);
  await inParallel(due.filter(({ expiry }) => !expiry.setter).slice(0, maxLookUps), async (listed) => {
    const [entry] = await ledger.operationEntries(listed.expiry.setBy, { limit: 1 });
    const { principal, actor, onBehalfOf } = entry ?? { principal: null, actor: null, onBehalfOf: null };
    const setter = { principalId: principal?.id ?? '', actorId: actor?.id ?? null, onBehalfOf };
    known.push({ ...listed, expiry: { ...listed.expiry, setter } });
  });
  return [...Map.groupBy(known.sort(byEnd), ({ expiry }) => setterKey(expiry)).values()].flatMap((expiries) => {
    const setter = expiries[0]?.expiry.setter;
    return setter ? [{ setter, expiries }] : [];
  });
}

/** The key of the setter of an expiry; the same for all without one. */
export function setterKey({ setter }: Pick<Expiry, 'setter'>): string {
  return setter ? JSON.stringify([setter.principalId, setter.actorId, personKeyOf(setter.onBehalfOf)]) : '';
}

/** Those that end at the same time have one order in every run, too. */
function byEnd({ expiry: one }: ListedExpiry, { expiry: other }: ListedExpiry): number {
  const laterMs = Date.parse(one.expiresAt) - Date.parse(other.expiresAt);
  return laterMs || (one.setBy < other.setBy ? -1 : Number(one.setBy > other.setBy));
}
