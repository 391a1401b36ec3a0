import { UsageError } from '../../../tools/command.ts';
import type { Command, OptionValues } from '../../../tools/command.ts';
import type { Invocation } from './invocation.ts';
import { loadSigningKey } from './keys.ts';
import { mintToken, principals } from './principals.ts';
import type { ExamplePrincipal } from './principals.ts';
import { exampleHome, readLocalFolder, readWorldFile } from './settings.ts';
import { makeWorld } from './world/world.ts';

const defaultLifetime = '12h';
const secondsOfUnit: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Longest lifetime of a token: a year, in seconds. */
const maxLifetimeSeconds = 365 * 86_400;

function namesOf(known: readonly ExamplePrincipal[]): string {
  return `Names:\n${known.map(({ name, description }) => `  ${name.padEnd(18)} ${description}`).join('\n')}\n`;
}

const help = ({
  token,
  defaults,
}: Invocation) => `Prints a token for the local server, as an example principal or with the given claims.

Usage: ${token} NAME [--actor SERVICE] [--expires-in LIFETIME]
       ${token} --sub SUBJECT [--groups GROUP,…] [--actor SERVICE | --service] [--expires-in LIFETIME]

  --sub SUBJECT          who the token is for, instead of an example principal
  --groups GROUP,…       groups of the subject, separated by commas
  --actor SERVICE        the service that acts on behalf of the subject (the claim act of RFC 8693): a bot of all teams,
                         which has the permissions of the person
  --service              the subject is a service: the token of a client credentials grant
  --expires-in LIFETIME  how long the token is valid: a number and s, m, h or d (default: ${defaultLifetime})
  -h, --help             print this text

${namesOf(principals)}
Environment variables:
  LOCAL_FOLDER  folder of signing-key.json, which is created where it is missing (default: ${defaults.folder})
  WORLD_FILE    file with principals in place of these (default: none)
`;

/** The lifetime in seconds. Throws `UsageError` where the text is not one, or too long. */
function parseLifetime(text: string): number {
  const [, count, unit] = /^(\d{1,8})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (secondsOfUnit[unit ?? ''] ?? NaN);
  if (seconds > 0 && seconds <= maxLifetimeSeconds) return seconds;
  throw new UsageError('--expires-in takes a number and s, m, h or d, up to 365d, such as --expires-in 12h.');
}

const options = {
  sub: { type: 'string' },
  groups: { type: 'string' },
  actor: { type: 'string' },
  service: { type: 'boolean' },
  'expires-in': { type: 'string', default: defaultLifetime },
} as const;

type Claims = ExamplePrincipal['claims'];

/** Prints a token for the local server. */
export function tokenCommand(invocation: Invocation): Command<typeof options> {
  return {
    help: help(invocation),
    options,
    maxArguments: Infinity,
    run: async (values, args) => {
      const expiresInSeconds = parseLifetime(values['expires-in']);
      const claims = values.sub === undefined ? claimsOfExample(values, args) : claimsOf(values.sub, values, args);
      const key = await loadSigningKey(readLocalFolder());
      process.stdout.write(`${await mintToken(key, { claims }, { expiresInSeconds })}\n`);
      return 0;
    },
  };
}

/**
 * The claims of the example principal that the arguments name. Throws `UsageError` where they do
 * not name one.
 */
function claimsOfExample(values: OptionValues<typeof options>, args: readonly string[]): Claims {
  const option = (['groups', 'service'] as const).find((each) => values[each] !== undefined);
  if (option !== undefined)
    throw new UsageError(`--${option} needs --sub: an example principal has claims of its own.`);
  const [name] = args;
  const world = readWorldFile();
  const known = world === null ? principals : makeWorld(world.name, world.text, exampleHome).principals;
  const names = `\n${namesOf(known)}`;
  const kind = world === null ? 'an example principal' : 'a principal of WORLD_FILE';
  if (name === undefined) throw new UsageError(`Expected the name of ${kind}, or --sub.`, names);
  if (args.length > 1) throw new UsageError(`Expected one name, got ${args.length}.`, names);
  const principal = known.find((one) => one.name === name);
  if (principal === undefined) throw new UsageError(`${name} is not ${kind}.`, names);
  return { ...principal.claims, ...actorOf(values) };
}

/** The claims that the options give. Throws `UsageError` where they contradict each other. */
function claimsOf(sub: string, values: OptionValues<typeof options>, [name]: readonly string[]): Claims {
  const { groups, actor, service } = values;
  if (name !== undefined) throw new UsageError(`Give either the name ${name} or --sub, not both.`);
  if (service === true && actor !== undefined) {
    throw new UsageError('Give either --service or --actor: a service acts for itself.');
  }
  if (sub === '') throw new UsageError('--sub must not be empty.');
  return {
    sub,
    ...(groups === undefined ? {} : { groups: groups.split(',').filter((group) => group !== '') }),
    ...(service === true ? { client_id: sub } : {}),
    ...actorOf(values),
  };
}

/** The claim of a token from a token exchange. */
function actorOf({ actor }: OptionValues<typeof options>): Pick<Claims, 'act'> {
  if (actor === '') throw new UsageError('--actor must not be empty.');
  return actor === undefined ? {} : { act: { sub: actor } };
}
