import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes } from '../../src/graphql/error-codes.ts';
import { maxTokens } from '../../src/graphql/http.ts';
import { defaultTimes } from '../../src/idempotency/times.ts';
import { replaceBlock, tableOf } from '../support/reference.ts';

const root = join(import.meta.dirname, '..', '..');
const file = join(root, 'docs', 'contract.md');
const contract = readFileSync(file, 'utf8');

/** The table of error codes, in the place where the page has it. */
function generated(page: string): string {
  const rows = Object.entries(errorCodes).map(([code, { meaning, status, retryAfterSeconds, action }]) => [
    `\`${code}\``,
    meaning,
    String(status),
    retryAfterSeconds === null ? action : `after ${retryAfterSeconds} s: ${action}`,
  ]);
  return replaceBlock(page, 'errors', tableOf(['code', 'meaning', 'status', 'client'], rows));
}

test('the contract lists the error codes of the code (UPDATE_REFERENCE=1 writes them)', () => {
  const page = generated(contract);
  if (process.env.UPDATE_REFERENCE) writeFileSync(file, page);
  else expect(contract).toBe(page);
});

test('the contract names the limits of the code', () => {
  const { retentionMs } = defaultTimes;
  expect(contract).toContain(`${retentionMs / 86_400_000} days (\`IDEMPOTENCY_RETENTION_MS\`)`);
  expect(contract).toContain(`at most ${maxTokens.toLocaleString('en')} tokens`);
});

test('only errors of the gateway, and more requests than allowed, can be retried without a change', () => {
  const { RATE_LIMITED: _, ...others } = errorCodes;
  const retried = Object.values(others).filter(({ retryAfterSeconds }) => retryAfterSeconds !== null);
  expect(retried.length).toBeGreaterThan(0);
  expect(retried.map(({ causedBy }) => causedBy)).toEqual(retried.map(() => 'gateway'));
});

test('the schema has no field that the contract does not list as deprecated', () => {
  const schema = readFileSync(join(root, 'schema.graphql'), 'utf8');
  expect(schema).not.toContain('@deprecated');
  expect(contract).toContain('without deprecated fields');
});
