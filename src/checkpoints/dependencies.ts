import type { ClockCheck } from '../runtime/clock-check.ts';
import type { CheckpointStore } from '../ledger/checkpoint-store.ts';
import type { Clock } from '../runtime/clock.ts';
import type { NoteSigner } from './note.ts';
import type { LogStorage } from './storage.ts';

/** What checkpoints are made with. */
export interface CheckpointDependencies {
  readonly store: CheckpointStore;
  readonly storage: LogStorage;
  /** The key that signs. It is asked for when a checkpoint has to be signed. */
  readonly signer: () => Promise<NoteSigner>;
  /** Names the log in its checkpoints. */
  readonly origin: string;
  /** Milliseconds since the epoch. */
  readonly clock: Clock;
  /** Default: the clock is taken as right. */
  readonly clockCheck?: Pick<ClockCheck, 'isWrong'>;
  /** 128 random bits. */
  readonly nonce: () => Buffer;
}
