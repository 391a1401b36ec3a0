import { readFile } from 'node:fs/promises';
import { runCommand, UsageError } from '../../../tools/command.ts';
import { loadSigningKey } from './keys.ts';
import { mintToken, principals } from './principals.ts';
import { readLocalFolder } from './settings.ts';

const defaultUrl = 'http://127.0.0.1:4000/graphql';

/** The token is for this one request. */
const lifetimeSeconds = 60;

const help = `Sends a GraphQL document to the local server as an example principal, and prints the answer.

Usage: npm run --silent query -- NAME DOCUMENT [VARIABLES] [--url URL] [--operation NAME]

  NAME              example principal: ${principals.map(({ name }) => name).join(', ')}
  DOCUMENT          file with a GraphQL document; - reads standard input
  VARIABLES         file with the variables as a JSON object
  --url URL         the server (default: ${defaultUrl})
  --operation NAME  the operation to run, of a document with several
  -h, --help        print this text

Environment variables:
  LOCAL_FOLDER  folder of signing-key.json (default: .local beside package.json)

Exits with 0 when the answer has no errors, with 1 when it has, and with 2 when the arguments are wrong.
`;

/**
 * The GraphQL request that the arguments describe. Throws `UsageError` for files that can't be
 * used.
 */
async function requestOf(documentFile: string, variablesFile: string | undefined, operationName: string | undefined) {
  const query = await textOf(documentFile);
  if (variablesFile === undefined) return { query, operationName };
  return { query, operationName, variables: variablesOf(await textOf(variablesFile), variablesFile) };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file === '-' ? '/dev/stdin' : file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} can't be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function variablesOf(text: string, file: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below.
  }
  throw new UsageError(`${file} does not hold a JSON object with the variables.`);
}

/** Sends the request and gives the status and the text of the answer. */
async function send(url: string, token: string, request: object): Promise<{ ok: boolean; text: string }> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  try {
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(request) });
    return { ok: response.ok, text: await response.text() };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${url} does not answer (${reason}). Start the server with npm start, or set --url.`, {
      cause: error,
    });
  }
}

/** Prints the answer, indented where it is JSON. True where it has GraphQL errors. */
function print(text: string): boolean {
  try {
    const answer: unknown = JSON.parse(text);
    process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
    return typeof answer === 'object' && answer !== null && 'errors' in answer;
  } catch {
    process.stdout.write(`${text}\n`);
    return true;
  }
}

process.exitCode = await runCommand({
  help,
  options: { url: { type: 'string', default: defaultUrl }, operation: { type: 'string' } },
  maxArguments: 3,
  run: async ({ url, operation }, [name, documentFile, variablesFile]) => {
    const principal = principals.find((one) => one.name === name);
    if (principal === undefined)
      throw new UsageError(
        name === undefined ? 'Expected the name of an example principal.' : `${name} is not an example principal.`,
      );
    if (documentFile === undefined) throw new UsageError('Expected a file with a GraphQL document.');
    if (!URL.canParse(url)) throw new UsageError(`--url ${url} is not a URL, such as ${defaultUrl}.`);
    const request = await requestOf(documentFile, variablesFile, operation);
    const key = await loadSigningKey(readLocalFolder());
    const token = await mintToken(key, principal, { expiresInSeconds: lifetimeSeconds });
    const { ok, text } = await send(url, token, request);
    const hasErrors = print(text);
    return ok && !hasErrors ? 0 : 1;
  },
});
