import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { awsCli, missingAwsCli } from '../../../../test/support/aws-cli.ts';

/** What the code of the AWS CLI answers: its result, or the message and the type of its exception. */
export type Answer = { readonly result: unknown } | { readonly error: string; readonly type: string };

/** A Python process that has the modules of the installed AWS CLI loaded. */
export interface AwsOracle {
  /** The answers to questions of one kind, in their order. */
  readonly ask: (name: string, questions: readonly unknown[]) => Promise<readonly Answer[]>;
  readonly close: () => void;
}

/** The interpreter that runs the installed AWS CLI; null for an AWS CLI that is not a Python script. */
const python = awsCli === null ? null : (/^#!\s*(\S*python\S*)/.exec(readFileSync(awsCli, 'latin1'))?.[1] ?? null);

const noModules =
  'the modules of the AWS CLI of version 2 cannot be imported by Python (Debian: apt-get install awscli)';

/** What a test that needs the modules says where it is skipped; null where it runs. */
export const missingOracle = missingAwsCli ?? (python !== null && importsAwsCli(python) ? null : noModules);

function importsAwsCli(interpreter: string): boolean {
  return spawnSync(interpreter, ['-c', 'import awscli.shorthand']).status === 0;
}

/** Starts the process. It uses no credentials and no configuration of the user. */
export function startOracle(): AwsOracle {
  const environment = { PATH: process.env.PATH, AWS_CONFIG_FILE: '/dev/null', AWS_DEFAULT_REGION: 'eu-central-1' };
  const child = spawn(python ?? 'python3', [join(import.meta.dirname, 'oracle.py')], {
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Answer> => {
    const { done, value } = await lines.next();
    if (done === true) throw new Error('The process of the AWS CLI has ended.');
    return JSON.parse(value) as Answer;
  };
  const ask = async (name: string, questions: readonly unknown[]) => {
    child.stdin.write(questions.map((question) => `${JSON.stringify([name, question])}\n`).join(''));
    const answers: Answer[] = [];
    for (const _ of questions) answers.push(await next());
    return answers;
  };
  return { ask, close: () => child.kill() };
}

/** The result of an answer. Throws if the AWS CLI threw. */
export function resultOf(answer: Answer | undefined): unknown {
  if (answer === undefined || 'error' in answer) throw new Error(`The AWS CLI threw: ${answer?.error}`);
  return answer.result;
}
