import { runCommand, UsageError } from '../app/command.ts';
import { loadSigningKey } from './keys.ts';
import { mintToken, principals } from './principals.ts';
import { readLocalFolder } from './settings.ts';

const defaultLifetime = '12h';
const secondsOfUnit: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Longest lifetime of a token: a year, in seconds. */
const maxLifetimeSeconds = 365 * 86_400;

const names = `Names:
${principals.map(({ name, description }) => `  ${name.padEnd(18)} ${description}`).join('\n')}
`;

const help = `Prints a token for the local server, as one of the example principals.

Usage: npm run --silent token -- NAME [--expires-in LIFETIME]

  --expires-in LIFETIME  how long the token is valid: a number and s, m, h or d (default: ${defaultLifetime})
  -h, --help             print this text

${names}
Environment variables:
  LOCAL_FOLDER  folder of signing-key.json, which is created where it is missing (default: .local beside package.json)
`;

/** The lifetime in seconds. Throws `UsageError` where the text is not one, or too long. */
function parseLifetime(text: string): number {
  const [, count, unit] = /^(\d{1,8})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (secondsOfUnit[unit ?? ''] ?? NaN);
  if (seconds > 0 && seconds <= maxLifetimeSeconds) return seconds;
  throw new UsageError('--expires-in takes a number and s, m, h or d, up to 365d, such as --expires-in 12h.');
}

process.exitCode = await runCommand({
  help,
  options: { 'expires-in': { type: 'string', default: defaultLifetime } },
  maxArguments: Infinity,
  run: async ({ 'expires-in': lifetime }, args) => {
    const [name] = args;
    if (name === undefined) throw new UsageError('Expected the name of an example principal.', `\n${names}`);
    if (args.length > 1) throw new UsageError(`Expected one name, got ${args.length}.`, `\n${names}`);
    const expiresInSeconds = parseLifetime(lifetime);
    const principal = principals.find((one) => one.name === name);
    if (principal === undefined) throw new UsageError(`${name} is not an example principal.`, `\n${names}`);
    const key = await loadSigningKey(readLocalFolder());
    process.stdout.write(`${await mintToken(key, principal, { expiresInSeconds })}\n`);
    return 0;
  },
});
