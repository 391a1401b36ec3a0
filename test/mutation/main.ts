import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runCommand, UsageError } from '../../tools/command.ts';
import { startDynamoDbLocal } from '../support/dynamodb-local.ts';
import { undetectedRemovals } from './conditions.ts';
import modules from './modules.js';

const root = join(import.meta.dirname, '..', '..');

const help = `Mutates the modules that hold the guarantees and reports the mutants that no test detects.

Usage: npm run reliability -- mutation [OPTIONS] [MODULE…]

Modules: ${Object.keys(modules).join(', ')} (default: all, one after the other)

  --conditions        only the conditions of ledger writes (about two minutes)
  --mutate PATTERNS   only these files of the module, separated by commas
  --all-tests         also runs the tests that take seconds each
  --force             ignores the results of the last run in .cache/mutation
  -h, --help          prints this text

StrykerJS mutates the code, with a report for each module in .cache/mutation. A condition of a ledger write is a constant
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
  maxArguments: Object.keys(modules).length,
  run: async (options: Options, named: readonly string[]): Promise<number> => {
    const { conditions = false, force = false, mutate, 'all-tests': allTests = false } = options;
    const unknown = named.find((name) => !Object.hasOwn(modules, name));
    if (unknown !== undefined) throw new UsageError(`${unknown} is not a module.`);
    if (mutate !== undefined && named.length !== 1) throw new UsageError('--mutate needs the name of one module.');
    const given = process.env.AWS_ENDPOINT_URL_DYNAMODB;
    const local = given === undefined ? await startDynamoDbLocal(join(root, '.cache')) : null;
    const env = {
      ...process.env,
      CI: 'true',
      AWS_ENDPOINT_URL_DYNAMODB: given ?? local?.endpoint,
      ...(allTests ? { MUTATION_TESTS: 'all' } : {}),
    };
    try {
      if (named.length === 0) {
        const undetected = undetectedRemovals(env);
        const isDetected = undetected.length === 0;
        console.log(isDetected ? 'Every removed condition is detected.' : `Undetected: ${undetected.join(', ')}`);
        if (conditions || !isDetected) return isDetected ? 0 : 1;
      }
      const args = [...(force ? ['--force'] : []), ...(mutate === undefined ? [] : ['--mutate', mutate])];
      const codes = (named.length === 0 ? Object.keys(modules) : named).map((name) => mutateModule(name, args, env));
      return codes.every((code) => code === 0) ? 0 : 1;
    } finally {
      await local?.stop();
    }
  },
};

function mutateModule(name: string, args: readonly string[], env: NodeJS.ProcessEnv): number | null {
  const stryker = ['--no-install', 'stryker', 'run', 'test/mutation/stryker.config.js', ...args];
  return spawnSync('npx', stryker, { cwd: root, env: { ...env, MUTATION_MODULE: name }, stdio: 'inherit' }).status;
}

interface Options {
  readonly conditions?: boolean | undefined;
  readonly force?: boolean | undefined;
  readonly 'all-tests'?: boolean | undefined;
  readonly mutate?: string | undefined;
}

process.exitCode = await runCommand(command);
