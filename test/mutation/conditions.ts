import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { requirements } from '../../src/ledger/stored/record.ts';

const root = join(import.meta.dirname, '..', '..');

/** The stores by the names that their contract tests have. Without an endpoint, the tests on DynamoDB are skipped. */
function storesUnderTest({ AWS_ENDPOINT_URL_DYNAMODB: endpoint }: NodeJS.ProcessEnv): string[] {
  return endpoint === undefined ? ['SQLite'] : ['SQLite', 'DynamoDB'];
}

/** Every part that stands beside others, as `<expectation>.<part>`: without it, the condition would hold more often. */
export const removals = Object.entries(requirements).flatMap(([kind, alternatives]) =>
  alternatives.filter((parts) => parts.length > 1).flatMap((parts) => parts.map((part) => `${kind}.${part}`)),
);

interface JestResults {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/**
 * Removes each part of each condition of a ledger write in turn. Returns those without which the contract tests of some
 * store still pass, as `<expectation>.<part> (<store>)`.
 */
export function undetectedRemovals(env: NodeJS.ProcessEnv): string[] {
  return removals.flatMap((removal) => {
    const undetected = undetectedBy(removal, env);
    console.log(`${removal}: ${undetected.length === 0 ? 'detected' : `undetected by ${undetected.join(', ')}`}`);
    return undetected.map((store) => `${removal} (${store})`);
  });
}

/** The stores whose contract tests pass without a part; an unknown part removes nothing. */
export function undetectedBy(removal: string, env: NodeJS.ProcessEnv): string[] {
  const failed = failedTests({ ...env, REMOVED_CONDITION: removal });
  return storesUnderTest(env).filter((store) => !failed.some((name) => name.includes(store)));
}

function failedTests(env: NodeJS.ProcessEnv): string[] {
  const args = ['--config', join(root, 'test', 'mutation', 'jest.conditions.config.js'), '--json', '--silent', '-i'];
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const { stdout } = spawnSync(process.execPath, [jest, ...args], { cwd: root, env, encoding: 'utf8', maxBuffer: 1e8 });
  const { testResults } = JSON.parse(stdout) as JestResults;
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed')
    .map(({ fullName }) => fullName);
}
