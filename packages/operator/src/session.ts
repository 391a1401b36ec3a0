import { LedgerUnavailable } from '../../../src/ledger/ledger.ts';
import { openExistingLedger, openPolicyStore } from '../../../tools/ledger/open-ledger.ts';
import type { ExistingLedger } from '../../../tools/ledger/open-ledger.ts';
import type { LedgerSettings } from '../../../tools/ledger/settings.ts';
import type { PolicyStore } from '../../../src/policy-versions/store.ts';

/** Opens the ledger for a command, and closes it. */
export async function withLedger<T>(
  settings: LedgerSettings,
  work: (ledger: ExistingLedger) => Promise<T>,
): Promise<T> {
  const ledger = openExistingLedger(settings);
  return explainUnavailable("The ledger can't be reached", () => work(ledger)).finally(() => ledger.close());
}

/** Opens the policy table for a command, and closes it. */
export async function withPolicyStore<T>(
  settings: LedgerSettings,
  work: (store: PolicyStore) => Promise<T>,
): Promise<T> {
  const store = openPolicyStore(settings);
  return explainUnavailable("The policy table can't be used", () => work(store)).finally(() => store.close());
}

/** Does what needs a store. Where the store can't be reached, throws an Error `what: reason`. */
async function explainUnavailable<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof LedgerUnavailable ? new Error(`${what}: ${reasonOf(error)}`, { cause: error }) : error;
  }
}

/** The message of the store. Errors of AWS get their name too, as some have no message. */
export function reasonOf({ cause, message }: Error): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : message;
}
