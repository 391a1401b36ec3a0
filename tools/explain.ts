/**
 * Does what a setting or an argument makes possible, and names it where that fails:
 * `prefix: message advice`. The original error is the cause.
 */
export async function explainFailure<T>(prefix: string, advice: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explained(prefix, advice, error);
  }
}

/**
 * Reads a folder of policies. Where the file system refuses, throws an Error that names the folder
 * and how to set another; what is wrong inside the files is thrown as it is, as it already names
 * its place.
 */
export function readingPolicies<T>(directory: string, advice: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw isSystemError(error) ? explained(`The policies can't be read from ${directory}`, advice, error) : error;
  }
}

/** Whether an error comes from the operating system, such as ENOENT or EACCES. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'syscall' in error && 'code' in error;
}

function explained(prefix: string, advice: string, cause: unknown): Error {
  return new Error(`${prefix}: ${messageOf(cause)} ${advice}`, { cause });
}

/** In one line, as a sentence. Some errors of the AWS SDK have a name or a code, but no message. */
function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return `${String(error)}.`;
  const parts = ['name', 'code', 'message'].map((key) => String(Reflect.get(error, key) ?? ''));
  const [name = '', code = '', message = ''] = parts;
  const text = (message.trim() || code || name).replaceAll(/\s*\n\s*/g, ' ');
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
