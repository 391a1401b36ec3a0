import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Invariant } from '../invariants.ts';
import { describeOnDynamoDb } from '../../support/on-dynamodb.ts';
import { stepOf } from './steps.ts';
import { withMatrix } from './markdown.ts';

const main = join(import.meta.dirname, 'main.ts');
const runNode = promisify(execFile);

/** In a process of its own, because it has a clock of its own; what it exits with is part of what it says. */
async function run(...options: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await runNode(process.execPath, [main, ...options], { maxBuffer: 64 * 1024 * 1024 })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

describeOnDynamoDb('the matrix', () => {
  const size = process.env.CI ? 'ci' : 'quick';

  test(`holds in every case of the gateway (${size})`, async () => {
    const { code, stdout, stderr } = await run('--contender', 'gateway', '--size', size, '--failures');
    expect(stdout.split('\n').filter((line) => line.includes('NOT HELD'))).toEqual([]);
    expect(stdout).toMatch(/gateway: (\d+) cases, \1 held, 0 not held\./);
    expect({ code, stderr }).toMatchObject({ code: 0 });
  }, 180_000);

  test('finds what the usual means break, so that a row which holds says something', async () => {
    const json = join(tmpdir(), `matrix-${process.pid}.json`);
    const about = ['--operation', 'create', '--road', 'first', '--json', json];
    const at = 'CreatePodIdentityAssociation: process gone after the effect';
    const { stdout } = await run('--contender', 'baseline', ...about, '--case', at);
    expect(stdout).toContain('nothing, then REFUSED ASSOCIATION_ALREADY_EXISTS');
    const broken = readFileSync(json, 'utf8');
    rmSync(json);
    for (const promise of ['noHoles', 'truthful', 'agreed'] satisfies Invariant[]) {
      expect(broken).toContain(`"invariant":"${promise}"`);
    }
  }, 60_000);
});

describe('the requests of a road', () => {
  test('each have faults, or stop the matrix', () => {
    const unknown = { method: 'POST', url: '/', target: 'DynamoDB_20120810.BatchWriteItem', body: '{}' };
    expect(() => stepOf(unknown)).toThrow('knows no faults for BatchWriteItem');
  });

  test('are named by what they write', () => {
    const entry = { event: { S: 'INTENT' } };
    const body = JSON.stringify({ TransactItems: [{ Put: { Item: {} } }, { Put: { Item: entry } }] });
    const request = { method: 'POST', url: '/', target: 'DynamoDB_20120810.TransactWriteItems', body };
    expect(stepOf(request)).toEqual({ operation: 'TransactWriteItems', events: ['INTENT'], kind: 'ledger-write' });
  });
});

test('a page without a place for the matrix is left as it is', () => {
  expect(() => withMatrix('# A page', 'a table')).toThrow('<!-- matrix: begin -->');
});
