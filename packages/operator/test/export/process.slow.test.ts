// Quick test: packages/operator/test/export/export.test.ts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSqliteLedger } from '../../../sqlite-ledger/src/ledger.ts';
import { appendAll, auditEntryAt, now } from '../../../../test/support/ledger-samples.ts';

const main = join(import.meta.dirname, '../../src/main.ts');
const count = 50_000;
const until = new Date(now + 86_400_000).toISOString();
const folder = mkdtempSync(join(tmpdir(), 'export-'));
const file = join(folder, 'big.sqlite');

beforeAll(async () => {
  const big = makeSqliteLedger({ file });
  const message = 'm'.repeat(2_000);
  for (let start = 0; start < count; start += 5_000) {
    await appendAll(
      big,
      Array.from({ length: 5_000 }, (_, index) => auditEntryAt(now + start + index, { message })),
    );
  }
  big.close();
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command and closes the pipe once it has written as many lines as wanted. */
async function run({ wanted = Infinity, node = [] }: { wanted?: number; node?: string[] } = {}) {
  const child = spawn(process.execPath, [...node, main, 'trail', 'export', '--until', until], {
    env: { PATH: process.env.PATH, LEDGER_FILE: file },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  let written = 0;
  child.stdout.on('data', (chunk) => {
    written += String(chunk).split('\n').length - 1;
    if (written >= wanted) child.stdout.destroy();
  });
  const [code] = (await closed) as [number | null];
  return { code, errors, written };
}

/**
 * It needs 20 MB, and 100 MB if it kept what it writes. V8 counts pages of the young generation that
 * it has not returned yet: of the usual size, a busy machine keeps enough of them to reach any limit.
 */
const smallHeap = ['--max-old-space-size=40', '--max-semi-space-size=1'];

test('exports 100 MB with a heap of 40 MB', async () => {
  const { code, errors, written } = await run({ node: smallHeap });
  expect({ code, errors, written }).toEqual({ code: 0, errors: '', written: count });
});

test('exits with 0 when the reader closes the pipe', async () => {
  const { code, errors, written } = await run({ wanted: 1 });
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  expect(written).toBeLessThan(count / 10);
});
