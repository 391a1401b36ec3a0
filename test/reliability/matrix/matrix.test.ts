import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Invariant } from '../invariants.ts';
import { describeOnDynamoDb } from '../../support/on-dynamodb.ts';
import { faultsAt } from './faults.ts';
import { stepOf } from './steps.ts';
import { withMatrix } from './markdown.ts';

const main = join(import.meta.dirname, 'main.ts');
const runNode = promisify(execFile);

/** Runs the command in its own process, because it replaces the global clock. */
async function run(...options: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await runNode(process.execPath, [main, ...options], { maxBuffer: 64 * 1024 * 1024 })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

describeOnDynamoDb('the matrix', () => {
  const size = process.env.CI ? 'pairs' : 'quick';

  test(`keeps every guarantee of the gateway (${size})`, async () => {
    const { code, stdout, stderr } = await run('--implementation', 'gateway', '--size', size, '--failures');
    expect(stdout.split('\n').filter((row) => row.includes('VIOLATED'))).toEqual([]);
    // Why the command failed, and cases whose fault was not injected.
    expect(code === 0 ? '' : `${stdout}${stderr}`).toBe('');
    // On a machine that is too busy, some cases are inconclusive.
    expect(stdout).toMatch(/gateway: (\d+) cases, (\1 kept, 0 violated\.|\d+ kept, 0 violated, \d+ inconclusive\.)/);
  }, 900_000);

  test('is an error if no case is selected', async () => {
    const { code, stderr } = await run('--implementation', 'gateway', '--flow', 'no such flow');
    expect(code).toBe(2);
    expect(stderr).toContain('No case is selected');
  }, 60_000);

  test('finds the guarantees that the baseline violates', async () => {
    const json = join(tmpdir(), `matrix-${process.pid}.json`);
    const about = ['--operation', 'create', '--flow', 'first', '--json', json];
    const at = 'CreatePodIdentityAssociation: crash after the effect';
    const { stdout } = await run('--implementation', 'baseline', ...about, '--case', at);
    expect(stdout).toContain('no answer, then REFUSED ASSOCIATION_ALREADY_EXISTS');
    const broken = readFileSync(json, 'utf8');
    rmSync(json);
    for (const guarantee of ['noHoles', 'truthful', 'agreed'] satisfies Invariant[]) {
      expect(broken).toContain(`"invariant":"${guarantee}"`);
    }
  }, 300_000);
});

describe('the requests of a flow', () => {
  test('stop the matrix if no faults are defined for them', () => {
    const unknown = { method: 'POST', url: '/', target: 'DynamoDB_20120810.BatchWriteItem', body: '{}' };
    expect(() => stepOf(unknown)).toThrow('No faults are defined for BatchWriteItem');
  });

  test.each(['GetItem', 'BatchGetItem', 'TransactGetItems'])('read the ledger with %s', (operation) => {
    const request = { method: 'POST', url: '/', target: `DynamoDB_20120810.${operation}`, body: '{}' };
    expect(stepOf(request)).toEqual({ operation, events: [], kind: 'ledger-read' });
    const conflicts = faultsAt(stepOf(request)).filter(({ name }) => name.startsWith('transaction'));
    expect(conflicts.length > 0).toBe(operation === 'TransactGetItems');
  });

  test('the requests of a flow are named by the audit events they write', () => {
    const entry = { event: { S: 'INTENT' } };
    const body = JSON.stringify({ TransactItems: [{ Put: { Item: {} } }, { Put: { Item: entry } }] });
    const request = { method: 'POST', url: '/', target: 'DynamoDB_20120810.TransactWriteItems', body };
    expect(stepOf(request)).toEqual({ operation: 'TransactWriteItems', events: ['INTENT'], kind: 'ledger-write' });
  });
});

test('rejects a page without markers', () => {
  expect(() => withMatrix('# A page', 'a table')).toThrow('<!-- matrix: begin -->');
});
