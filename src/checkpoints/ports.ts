import type { ClockCheck } from '../runtime/clock-check.ts';
import type { CheckpointStore } from '../ledger/checkpoint-store.ts';
import type { Clock } from '../runtime/clock.ts';
import type { NoteSigner } from './note.ts';
import type { LogStorage } from './storage.ts';

/** What sends the calls of checkpoints. */
export interface CheckpointSenders {
  readonly store: CheckpointStore;
  readonly storage: LogStorage;
  /** The key that signs. It is asked for when a checkpoint has to be signed. */
  readonly signer: () => Promise<NoteSigner>;
}

/** What is the same for all runs of a log. */
export interface CheckpointSettings {
  /** Names the log in its checkpoints. */
  readonly origin: string;
  readonly clock: Clock;
  /** Default: the clock is taken as right. */
  readonly clockCheck?: Pick<ClockCheck, 'isWrong'>;
  /** 128 random bits. */
  readonly nonce: () => Buffer;
}

/** What checkpoints are made with. */
export interface CheckpointPorts extends CheckpointSenders, CheckpointSettings {}
