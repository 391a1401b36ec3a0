import type { Ledger } from '../ledger/ledger.ts';
import type { Log } from '../runtime/log.ts';
import type { Times } from './times.ts';

/** What the idempotency protocol works with. */
export interface ProtocolDependencies {
  readonly ledger: Ledger;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** A new ULID of that time, which sorts after all earlier ones of this process. */
  readonly ulid: (time: number) => string;
  readonly times: Times;
  readonly log: Log;
}

/** What a claim works with. */
export type ClaimDependencies = Pick<ProtocolDependencies, 'ledger' | 'clock' | 'ulid' | 'times'>;

/** What records and entries are made with, before they are written. */
export type RecordDependencies = Pick<ProtocolDependencies, 'clock' | 'ulid' | 'times'>;
