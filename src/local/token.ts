import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadSigningKey } from './keys.ts';
import { mintToken, principals } from './principals.ts';

const defaultLifetime = '12h';
const secondsOfUnit: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Longest lifetime of a token: a year, in seconds. */
const maxLifetimeSeconds = 365 * 86_400;

const names = `Names:
${principals.map(({ name, description }) => `  ${name.padEnd(18)} ${description}`).join('\n')}
`;

const help = `Prints a token for the local server, as one of the example principals.

Usage: npm run --silent token -- NAME [--expires-in ${defaultLifetime}]

  --expires-in  how long the token is valid: a number and s, m, h or d (${defaultLifetime} when absent)
  --help        this text

${names}
The key is read from signing-key.json in the folder that LOCAL_FOLDER names, .local beside package.json when it names
none, and made when it isn't there.
`;

/** What the command line asks for. */
type Request =
  | { readonly kind: 'help' }
  | { readonly kind: 'token'; readonly name: string; readonly expiresInSeconds: number }
  | { readonly kind: 'wrong'; readonly message: string };

function parse(args: string[]): Request {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        'expires-in': { type: 'string', default: defaultLifetime },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const [name, ...more] = positionals;
    if (name === undefined) return { kind: 'wrong', message: help };
    if (more.length > 0) return { kind: 'wrong', message: `One name, please, not ${positionals.length}.\n\n${names}` };
    const expiresInSeconds = parseLifetime(values['expires-in']);
    if (expiresInSeconds === null) {
      return { kind: 'wrong', message: '--expires-in takes a number and s, m, h or d, up to 365d: --expires-in 12h\n' };
    }
    return { kind: 'token', name, expiresInSeconds };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { kind: 'wrong', message: `${error.message}\n\n${help}` };
  }
}

function parseLifetime(text: string): number | null {
  const [, count, unit] = /^(\d{1,8})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (secondsOfUnit[unit ?? ''] ?? NaN);
  return seconds > 0 && seconds <= maxLifetimeSeconds ? seconds : null;
}

async function run(args: string[], folder: string): Promise<number> {
  const request = parse(args);
  if (request.kind === 'help') {
    process.stdout.write(help);
    return 0;
  }
  if (request.kind === 'wrong') {
    process.stderr.write(request.message);
    return 2;
  }
  const principal = principals.find(({ name }) => name === request.name);
  if (principal === undefined) {
    process.stderr.write(`There is no example principal called ${request.name}.\n\n${names}`);
    return 2;
  }
  try {
    const key = await loadSigningKey(folder);
    process.stdout.write(`${await mintToken(key, principal, request)}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

const folder = resolve(process.env.LOCAL_FOLDER ?? join(import.meta.dirname, '..', '..', '.local'));
process.exitCode = await run(process.argv.slice(2), folder);
