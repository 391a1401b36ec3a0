import { resolve } from 'node:path';
import { runCommand, UsageError } from '../../../tools/command.ts';
import { copySqliteLedger } from '../../local-gateway/src/sqlite/copy.ts';
import { readLedgerSettings } from '../../local-gateway/src/settings.ts';

const help = `Copies the SQLite ledger to one file, also while gateways write to it.

Usage: npm run --silent ledger:copy -- FILE

  FILE        the copy, which must not exist
  -h, --help  print this text

A copy of the file alone lacks what is in its write-ahead log, FILE-wal.

Environment variables, with the defaults of npm start:
  LEDGER_FILE   file of the SQLite ledger
  LOCAL_FOLDER  folder of the default LEDGER_FILE

Exits with 0 when the copy is complete, with 1 when it failed, and with 2 when arguments or settings are wrong.
`;

process.exitCode = await runCommand({
  help,
  options: {},
  maxArguments: 1,
  run: (_, [target]) => {
    if (target === undefined) throw new UsageError('Expected the file of the copy.');
    const { ledger, ledgerFile } = readLedgerSettings();
    if (ledger !== 'sqlite') throw new UsageError('LEDGER is dynamodb: its tables have backups of their own.');
    copySqliteLedger(ledgerFile, resolve(target));
    process.stdout.write(`${ledgerFile} is copied to ${resolve(target)}.\n`);
    return 0;
  },
});
