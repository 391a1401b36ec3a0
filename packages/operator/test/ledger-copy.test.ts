import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSqliteLedger } from '../../sqlite-ledger/src/ledger.ts';
import { runOperator } from './run-operator.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'copy-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('ledger copy copies the file of LEDGER_FILE, and replaces no file', async () => {
  const [file, copy] = [join(folder, 'ledger.sqlite'), join(folder, 'copy.sqlite')];
  makeSqliteLedger({ file }).close();
  const run = (env: Record<string, string>) => runOperator(['ledger', 'copy', copy], env);
  expect(await run({ LEDGER: 'dynamodb' })).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('LEDGER is dynamodb'),
  });
  expect(existsSync(copy)).toBe(false);
  expect(await run({ LEDGER_FILE: file })).toMatchObject({ status: 0, stdout: `${file} is copied to ${copy}.\n` });
  expect(await run({ LEDGER_FILE: file })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('exists already'),
  });
});
