import { runCommand, UsageError } from '../../tools/command.ts';
import { linesOf, runProgram } from '../../tools/programs.ts';
import type { Programs } from '../../tools/programs.ts';

const programs: Programs = {
  matrix: ['runs every flow of a mutation with every fault, and prints the table', () => import('./matrix/main.ts')],
  search: ['runs random scenarios against a reference model', () => import('./search/main.ts')],
  processes: ['kills and suspends two gateways on one ledger under load', () => import('./processes/main.ts')],
  fuzz: ['sends mutated requests to the Lambda handler', () => import('./fuzz/main.ts')],
  'command-lines': [
    'compares command lines with the AWS CLI',
    () => import('../../packages/command/test/command-lines/main.ts'),
  ],
  mutation: ['changes the code, and reports what no test detects', () => import('../mutation/main.ts')],
};

const help = `Runs one of the long tests of the guarantees.

Usage: npm run reliability -- NAME [OPTIONS]

${linesOf(programs)}
  -h, --help  print this text; after a NAME, its options
`;

if (!(await runProgram(programs))) {
  process.exitCode = await runCommand({
    help,
    options: {},
    maxArguments: 1,
    run: (_, [name]) => {
      throw new UsageError(name === undefined ? 'Give the name of a test.' : `${name} is not the name of a test.`);
    },
  });
}
