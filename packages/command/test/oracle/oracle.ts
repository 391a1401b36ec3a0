import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What the code of the AWS CLI answers: its result, or the message and the type of its exception. */
export type Answer = { readonly result: unknown } | { readonly error: string; readonly type: string };

/** A Python process that has the modules of the installed AWS CLI loaded. */
export interface AwsOracle {
  /** The answers to questions of one kind, in their order. */
  readonly ask: (name: string, questions: readonly unknown[]) => Promise<readonly Answer[]>;
  readonly close: () => void;
}

/** A Python that has the AWS CLI of version 2 as modules. Version 1, of the registry of Python, and binaries do not count. */
const python = ['/usr/bin/python3', 'python3'].find((interpreter) => {
  const check = "import awscli.shorthand; assert awscli.__version__.startswith('2.')";
  return spawnSync(interpreter, ['-c', check]).status === 0;
});

/** What a test that needs the modules says where it is skipped; null where it runs. */
export const missingOracle =
  python === undefined ? 'Python has no modules of the AWS CLI of version 2 (Debian: apt-get install awscli)' : null;

/** Starts the process, with more variables. It uses no credentials and no configuration of the user. */
export function startOracle(variables: Readonly<Record<string, string>> = {}): AwsOracle {
  const environment = {
    PATH: process.env.PATH,
    TZ: process.env.TZ,
    AWS_CONFIG_FILE: '/dev/null',
    // Versions from 2.34 on have another format by default.
    AWS_CLI_ERROR_FORMAT: 'legacy',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'simulator',
    AWS_SECRET_ACCESS_KEY: 'x',
    ...variables,
  };
  const child = spawn(python ?? 'python3', [join(import.meta.dirname, 'oracle.py')], {
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting: ((answer: Answer) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(JSON.parse(line) as Answer));
  child.on('exit', (code) => {
    for (const answer of waiting.splice(0)) answer({ error: `The process has ended with ${code}.`, type: 'Exit' });
  });
  const ask = (name: string, questions: readonly unknown[]) => {
    child.stdin.write(questions.map((question) => `${JSON.stringify([name, question])}\n`).join(''));
    return Promise.all(questions.map(() => new Promise<Answer>((answer) => waiting.push(answer))));
  };
  return { ask, close: () => child.kill() };
}

/** The result of an answer. Throws if the AWS CLI threw. */
export function resultOf(answer: Answer | undefined): unknown {
  if (answer === undefined || 'error' in answer) throw new Error(`The AWS CLI threw: ${answer?.error}`);
  return answer.result;
}
