import type { Expiries, ListedExpiry } from '../../ledger/association-expiry.ts';
import type { StateObserver } from '../../ledger/state-store.ts';
import type { ApprovalExpiryPorts } from '../approvals/expiry.ts';
import type { Expired, DeletionPorts } from './expire-association.ts';
import type { Examined } from './due.ts';

/**
 * When the expiries of one setter are held, how many of them a run carries out, and when it warns of
 * expiries.
 */
export interface ExpireSettings {
  /** With more fresh due expiries of one setter in a run, they are a burst, and held. */
  readonly burstAbove: number;
  /** How long the expiries of a burst are held. Milliseconds. */
  readonly graceMs: number;
  /** The most expiries of one setter that a run carries out. At least {@link burstAbove}. */
  readonly maxPerSetter: number;
  /** How long before its end an association is warned of. Milliseconds. */
  readonly warningMs: number;
}

/** What expiries are carried out with, and the ends of approvals recorded. */
export interface ExpirePorts extends DeletionPorts, ApprovalExpiryPorts {
  readonly observations: StateObserver & Expiries;
}

/**
 * What one run did, and what it left. Every expiry that it examined is in exactly one of the
 * counts.
 */
export interface ExpireResult extends Record<Exclude<Expired, 'denied'> | Exclude<Examined['kind'], 'due'>, number> {
  /**
   * Due expiries that a lock stops, those of bursts that were held, and those that wait for the
   * turns of their setter.
   */
  locked: number;
  held: number;
  queued: number;
  /**
   * Time since the earliest expiry was due that was not carried out although it was its turn, or
   * that a lock stops; 0 without one. Not of suspended ones. Whole seconds.
   */
  oldestDueSeconds: number;
}

/** A run, as its steps need it. */
export interface Run {
  readonly ports: ExpirePorts;
  readonly settings: ExpireSettings;
  readonly runId: string;
  /** Id of this run, also where two have one `runId`, as retries of a function have. */
  readonly holderId: string;
  readonly deadline: number;
  readonly result: ExpireResult;
  readonly isInTime: () => boolean;
  /** Adds a due expiry that stays to the counts. */
  readonly leave: (listed: ListedExpiry, as: 'locked' | 'open' | 'failed' | 'queued') => void;
}
