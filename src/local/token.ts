import { runCommand, UsageError } from '../app/command.ts';
import { loadSigningKey } from './keys.ts';
import { mintToken, principals } from './principals.ts';
import type { ExamplePrincipal } from './principals.ts';
import { readLocalFolder } from './settings.ts';

const defaultLifetime = '12h';
const secondsOfUnit: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Longest lifetime of a token: a year, in seconds. */
const maxLifetimeSeconds = 365 * 86_400;

const names = `Names:
${principals.map(({ name, description }) => `  ${name.padEnd(18)} ${description}`).join('\n')}
`;

const help = `Prints a token for the local server, as one of the example principals or as any other.

Usage: npm run --silent token -- NAME [--expires-in LIFETIME]
       npm run --silent token -- --sub SUBJECT [--groups GROUP,GROUP] [--actor SERVICE] [--service]

  --sub SUBJECT          subject of the token, such as ml-lead
  --groups GROUP,GROUP   its groups, such as ml-team; policies and inventory decide what they may do
  --actor SERVICE        the service that acts for it (RFC 8693), such as chatops
  --service              the subject is a service with credentials of its own, not a person
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

/** The options that describe a principal. */
interface Described {
  readonly sub?: string | undefined;
  readonly groups?: string | undefined;
  readonly actor?: string | undefined;
  readonly service?: boolean | undefined;
}

/** The example principal of the only argument. Throws `UsageError` where there is not exactly one. */
function examplePrincipal(args: readonly string[], { groups, actor, service }: Described): ExamplePrincipal {
  const [name] = args;
  if (name === undefined) throw new UsageError('Expected the name of an example principal.', `\n${names}`);
  if (args.length > 1) throw new UsageError(`Expected one name, got ${args.length}.`, `\n${names}`);
  if (groups !== undefined || actor !== undefined || service === true) {
    throw new UsageError('--groups, --actor and --service describe the principal of --sub, not an example principal.');
  }
  const principal = principals.find((one) => one.name === name);
  if (principal === undefined) throw new UsageError(`${name} is not an example principal.`, `\n${names}`);
  return principal;
}

/** The principal that the options describe. Throws `UsageError` for an empty text, or a name beside it. */
function describedPrincipal(
  args: readonly string[],
  { sub = '', groups, actor, service }: Described,
): ExamplePrincipal {
  if (args.length > 0) throw new UsageError('Expected a name or --sub, got both.');
  if (sub === '') throw new UsageError('--sub is empty: set it to a subject, such as ml-lead.');
  if (actor === '') throw new UsageError('--actor is empty: set it to a service, such as chatops.');
  const listed = groups?.split(',').map((group) => group.trim());
  const claims = {
    sub,
    ...(listed && { groups: listed.filter((group) => group !== '') }),
    ...(service && { client_id: sub }),
    ...(actor !== undefined && { act: { sub: actor } }),
  };
  return { name: sub, description: 'described by options', claims };
}

process.exitCode = await runCommand({
  help,
  options: {
    sub: { type: 'string' },
    groups: { type: 'string' },
    actor: { type: 'string' },
    service: { type: 'boolean' },
    'expires-in': { type: 'string', default: defaultLifetime },
  },
  maxArguments: Infinity,
  run: async ({ 'expires-in': lifetime, ...described }, args) => {
    const principal =
      described.sub === undefined ? examplePrincipal(args, described) : describedPrincipal(args, described);
    const expiresInSeconds = parseLifetime(lifetime);
    const key = await loadSigningKey(readLocalFolder());
    process.stdout.write(`${await mintToken(key, principal, { expiresInSeconds })}\n`);
    return 0;
  },
});
