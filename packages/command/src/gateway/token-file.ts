import { readFileSync } from 'node:fs';
import { ConfigurationError } from '../aws/errors.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder',
  EACCES: "can't be read: permission denied",
};

/**
 * The JWT in the file that POD_IDENTITY_TOKEN_FILE names. Read for each request, because its writer
 * replaces it before it expires, as the kubelet does.
 *
 * @throws {@link ConfigurationError} that names the file, never its content
 */
export function readTokenFile(path: string): string {
  const problem = (text: string) => new ConfigurationError(`The file ${path} of POD_IDENTITY_TOKEN_FILE ${text}.`);
  let token: string;
  try {
    token = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw problem(reasons[code] ?? `can't be read: ${message}`);
  }
  if (token === '') throw problem('is empty');
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw problem('does not contain a JWT');
  return token;
}
