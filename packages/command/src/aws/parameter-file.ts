import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';

/** A file that an option names can't be read. */
export class ParameterFileError extends Error {}

/** Environment variables by their names. */
export type Environment = Readonly<Record<string, string | undefined>>;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: '[Errno 2] No such file or directory',
  EISDIR: '[Errno 21] Is a directory',
  EACCES: '[Errno 13] Permission denied',
};

/**
 * The text of the file that `file://path` or `fileb://path` names; any other value unchanged. `~`,
 * `$NAME` and `${NAME}` in the path are replaced, and line ends become `\n`, as in the AWS CLI.
 *
 * @throws {@link ParameterFileError}
 */
export function readParameterFile(value: string, environment: Environment): string {
  if (!/^fileb?:\/\//.test(value)) return value;
  const path = expand(value.slice(value.indexOf('://') + 3), environment);
  const bytes = readBytes(value, path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r\n?/g, '\n');
  } catch {
    throw new ParameterFileError(`Unable to load paramfile (${path}): its contents are not UTF-8 text.`);
  }
}

function readBytes(value: string, path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
    throw new ParameterFileError(`Unable to load paramfile ${value}: ${reasons[code] ?? code}: '${path}'`);
  }
}

function expand(path: string, environment: Environment): string {
  const home = environment.HOME ?? homedir();
  return path
    .replace(/^~(?=\/|$)/, () => home)
    .replace(
      /\$(?:(\w+)|\{([^}]*)\})/g,
      (text, name?: string, braced?: string) => environment[name ?? braced ?? ''] ?? text,
    );
}
