// A process that takes the entries of a ledger file into a log until it is killed: node checkpointer.ts FILE FOLDER
import { setTimeout as sleep } from 'node:timers/promises';
import { checkpoint } from '../../../src/checkpoints/checkpoint.ts';
import { localCheckpoints } from '../../../packages/local-gateway/src/checkpoints/local-checkpoints.ts';
import { makeSqliteLedger } from '../../../packages/sqlite-ledger/src/ledger.ts';

const [file = '', folder = ''] = process.argv.slice(2);
const deps = localCheckpoints(makeSqliteLedger({ file, busyTimeoutMs: 10_000 }), folder);
for (;;) {
  const { size } = await checkpoint(deps, Infinity);
  process.stdout.write(`${size}\n`);
  await sleep(1);
}
