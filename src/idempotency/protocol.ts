import type { Stamps } from '../ledger/audit-entry.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Log } from '../runtime/log.ts';
import type { Times } from './times.ts';

/** What records and their entries are made with, before they are written. */
export interface RecordStamps extends Stamps {
  readonly times: Times;
}

/** What the idempotency protocol works with. */
export interface Protocol extends RecordStamps {
  readonly ledger: Ledger;
  readonly log: Log;
}
