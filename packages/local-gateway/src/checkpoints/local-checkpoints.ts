import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { CheckpointPorts } from '../../../../src/checkpoints/ports.ts';
import type { CheckpointStore } from '../../../../src/ledger/checkpoint-store.ts';
import { loadCheckpointKey } from '../../../../tools/ledger/checkpoint-key.ts';
import { makeFolderStorage } from '../../../../tools/ledger/folder-storage.ts';
import { localOrigin, logFolder } from '../../../../tools/ledger/log-settings.ts';

/** The checkpoints of a ledger on this machine: log and key are in a folder. */
export function localCheckpoints(store: CheckpointStore, folder: string): CheckpointPorts {
  return {
    store,
    storage: makeFolderStorage(join(folder, logFolder)),
    signer: () => loadCheckpointKey(folder, localOrigin),
    origin: localOrigin,
    clock: Date.now,
    nonce: () => randomBytes(16),
  };
}
