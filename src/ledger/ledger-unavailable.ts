/**
 * The store cannot be reached or did not respond in time. A write may have been applied. `cause` is
 * the error of the store.
 */
export class LedgerUnavailable extends Error {
  readonly code: string = 'LEDGER_UNAVAILABLE';
  constructor(cause: unknown) {
    super('The ledger is unavailable.', { cause });
    this.name = 'LedgerUnavailable';
  }
}

/**
 * The clock of this process is wrong, so it writes nothing. A write that showed it may have been
 * applied.
 */
export class ClockWrong extends LedgerUnavailable {
  constructor() {
    super(new Error('The clock of this process is wrong by more than CLOCK_ERROR_MS.'));
    this.name = 'ClockWrong';
  }
}

/** The error of a ledger call that takes longer than its request may wait. */
export function ledgerTimeout(): LedgerUnavailable {
  return new LedgerUnavailable(new Error('The ledger did not answer within the time of the request.'));
}
