import { command } from './cli/command.ts';
import { resolve } from 'node:path';
import { ledgerFile } from './settings.ts';

export const ledgerCopy = command({
  name: 'ledger copy',
  summary: 'Copies the SQLite ledger to one file, also while gateways write to it.',
  details: 'A copy of the file alone lacks what is in its write-ahead log, FILE-wal.',
  arguments: [{ name: 'FILE', help: 'the copy, which must not exist' }],
  options: {},
  settings: ledgerFile,
  examples: ['backup.sqlite'],
  fails: "The copy exists, or can't be written",
  request: (_, [file = '']) => resolve(file),
  run: async (target, { settings: file, print }) => {
    const { copySqliteLedger } = await import('../../sqlite-ledger/src/copy.ts');
    copySqliteLedger(file, target);
    print(`${file} is copied to ${target}.`);
    return 0;
  },
});
