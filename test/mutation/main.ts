import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runCommand } from '../../tools/command.ts';
import { startDynamoDbLocal } from '../support/dynamodb-local.ts';
import { undetectedRemovals } from './conditions.ts';

const root = join(import.meta.dirname, '..', '..');

const help = `Mutates the modules that hold the guarantees and reports the mutants that no test detects.

Usage: npm run reliability -- mutation [OPTIONS]

  --conditions        only the conditions of ledger writes (about two minutes)
  --mutate PATTERNS   only these files, separated by commas (default: see test/mutation/stryker.config.js)
  --all-tests         also runs the tests that take seconds each; an hour and more for all files
  --force             ignores the results of the last run in .cache/mutation
  -h, --help          prints this text

StrykerJS mutates the code, with the report in .cache/mutation/report.html. A condition of a ledger write is a constant
that StrykerJS can't mutate usefully: each named part of each condition is removed in turn, and the contract tests of both
stores must fail. Exits with 0 if every removal is detected and StrykerJS succeeds, with 1 otherwise.
`;

const command = {
  help,
  options: {
    conditions: { type: 'boolean' },
    force: { type: 'boolean' },
    'all-tests': { type: 'boolean' },
    mutate: { type: 'string' },
  } as const,
  run: async ({
    conditions = false,
    force = false,
    mutate,
    'all-tests': allTests = false,
  }: Options): Promise<number> => {
    const given = process.env.AWS_ENDPOINT_URL_DYNAMODB;
    const local = given === undefined ? await startDynamoDbLocal(join(root, '.cache')) : null;
    const env = {
      ...process.env,
      CI: 'true',
      AWS_ENDPOINT_URL_DYNAMODB: given ?? local?.endpoint,
      ...(allTests ? { MUTATION_TESTS: 'all' } : {}),
    };
    try {
      if (mutate === undefined) {
        const undetected = undetectedRemovals(env);
        const isDetected = undetected.length === 0;
        console.log(isDetected ? 'Every removed condition is detected.' : `Undetected: ${undetected.join(', ')}`);
        if (conditions || !isDetected) return isDetected ? 0 : 1;
      }
      const options = [...(force ? ['--force'] : []), ...(mutate === undefined ? [] : ['--mutate', mutate])];
      const args = ['stryker', 'run', 'test/mutation/stryker.config.js', ...options];
      return spawnSync('npx', ['--no-install', ...args], { cwd: root, env, stdio: 'inherit' }).status ?? 1;
    } finally {
      await local?.stop();
    }
  },
};

interface Options {
  readonly conditions?: boolean | undefined;
  readonly force?: boolean | undefined;
  readonly 'all-tests'?: boolean | undefined;
  readonly mutate?: string | undefined;
}

process.exitCode = await runCommand(command);
