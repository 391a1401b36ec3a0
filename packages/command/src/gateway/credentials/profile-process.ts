import { execFile } from 'node:child_process';
import { GeneralError } from '../../aws/errors.ts';
import type { Environment } from '../../aws/parameter-file.ts';
import { shellWords } from '../../aws/shared-config/shell-words.ts';
import type { FoundCredentials } from './source.ts';

/** The most that a process may print, in bytes. */
const maxBuffer = 1_048_576;

/**
 * The credentials that the `credential_process` of a profile prints. It runs without a shell, as in
 * the AWS CLI.
 *
 * @throws {@link GeneralError}
 */
export async function processCredentials(line: string, environment: Environment): Promise<FoundCredentials> {
  const [program, ...args] = wordsOf(line);
  if (program === undefined) throw failure('credential_process is empty.');
  const text = await outputOf(program, args, environment);
  const printed = parsed(text);
  if (printed.Version !== 1) {
    const version = printed.Version === undefined ? '<Version key not provided>' : JSON.stringify(printed.Version);
    throw failure(`Unsupported version '${version}' for credential process provider, supported versions: 1`);
  }
  const {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration,
  } = printed;
  if (typeof accessKeyId !== 'string') throw failure("Missing required key in response: 'AccessKeyId'");
  if (typeof secretAccessKey !== 'string') throw failure("Missing required key in response: 'SecretAccessKey'");
  const expiration = typeof Expiration === 'string' ? new Date(Expiration) : undefined;
  if (expiration && !(expiration.getTime() > Date.now()))
    throw failure(`The credentials expired at ${String(Expiration)}.`);
  return {
    accessKeyId,
    secretAccessKey,
    ...(expiration && { expiration }),
    ...(typeof sessionToken === 'string' && { sessionToken }),
  };
}

function wordsOf(line: string): readonly string[] {
  try {
    return shellWords(line);
  } catch (error) {
    throw failure(error instanceof Error ? error.message : String(error));
  }
}

function outputOf(program: string, args: readonly string[], environment: Environment): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env: environment, maxBuffer }, (error, stdout, stderr) => {
      if (error) reject(failure(stderr === '' ? error.message : stderr));
      else resolve(stdout);
    });
  });
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // What it printed may be a secret: the message does not show it.
  }
  throw failure('What the process printed is not a JSON object.');
}

function failure(reason: string): GeneralError {
  return new GeneralError(`Error when retrieving credentials from custom-process: ${reason}`);
}
