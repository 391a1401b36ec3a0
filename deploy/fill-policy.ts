// Prints a service control policy of deploy/iam with the names of an organization:
// `npm run scp -- --help`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, UsageError } from '../tools/command.ts';

const policies = ['protect-gateway', 'protect-tables', 'associations-scp'] as const;
type PolicyName = (typeof policies)[number];

/** What takes the place of the capitals in the policies. */
interface Placeholder {
  /** The policies that have it. */
  readonly in: readonly PolicyName[];
  readonly meaning: string;
  readonly form: RegExp;
  /** Whether several values are accepted, separated by commas. */
  readonly list?: boolean;
}

// IAM allows a comma in the name of a role; here it separates roles.
const roleName = /^[\w+=.@/-]{1,512}$/;

const placeholders: Readonly<Record<string, Placeholder>> = {
  'API-ID': {
    in: ['protect-gateway'],
    meaning: 'id of the API of each gateway, such as a1b2c3d4e5',
    form: /^[a-z0-9]{4,20}$/,
    list: true,
  },
  'GATEWAY-ACCOUNT': { in: ['associations-scp'], meaning: 'account of the gateway, 12 digits', form: /^\d{12}$/ },
  'STAGE-REGION': {
    in: policies,
    meaning: 'stage and region of each gateway, such as prod-eu-central-1',
    form: /^[a-z0-9-]{1,20}-[a-z]{2}(-[a-z]+)+-\d$/,
    list: true,
  },
  'DEPLOYER-ROLE': {
    in: ['protect-gateway', 'associations-scp'],
    meaning: 'path and name of each deployer role',
    form: roleName,
    list: true,
  },
  'BREAK-GLASS-ROLE': { in: policies, meaning: 'path and name of the break-glass role', form: roleName },
  'OPERATOR-ROLE': {
    in: ['protect-gateway', 'protect-tables'],
    meaning: 'path and name of each role in operatorRoleArns',
    form: roleName,
    list: true,
  },
  'ALARM-TOPIC': {
    in: ['protect-tables'],
    meaning: 'name of each topic in alarmTopicArn',
    form: /^[\w-]{1,256}(\.fifo)?$/,
    list: true,
  },
  'STACKSETS-ROLE': {
    in: ['associations-scp'],
    meaning: 'path and name of each role with which stack sets create deploy/iam/other-account.yml',
    form: roleName,
    list: true,
  },
};

/** The most characters of a service control policy ("Quotas for AWS Organizations"). */
const maxLength = 5_120;

const help = `Prints a service control policy of deploy/iam with your names, ready to be attached.

Usage: npm run --silent scp -- POLICY NAME=VALUE…

${policies
  .map((policy) => {
    const lines = placeholdersOf(policy).map(([name, { meaning }]) => `  ${name}=…  ${meaning}`);
    return [policy, ...lines].join('\n');
  })
  .join('\n')}

Separate several values of one name by commas.

  -h, --help  print this text

Exits with 1 when the policy is longer than a service control policy may be, with 2 when a value is missing or wrong.
`;

function placeholdersOf(policy: PolicyName): [string, Placeholder][] {
  return Object.entries(placeholders).filter(([, each]) => each.in.includes(policy));
}

/** The values of a placeholder. Throws `UsageError` where they are missing or wrong. */
function valuesOf(name: string, { meaning, form, list = false }: Placeholder, given: string | undefined): string[] {
  if (given === undefined) throw new UsageError(`Give ${name}=…, the ${meaning}.`);
  const values = list ? given.split(',') : [given];
  const wrong = values.find((value) => !form.test(value));
  if (wrong !== undefined) throw new UsageError(`${name} is ${JSON.stringify(wrong)}: give the ${meaning}.`);
  return values;
}

/**
 * A part of a policy with the values; a text with a placeholder that has several becomes a list, or
 * more items of its list.
 */
function withValues(part: unknown, values: readonly (readonly [string, readonly string[]])[]): unknown {
  if (typeof part === 'string') {
    const texts = values.reduce(
      (all, [name, each]) =>
        all.flatMap((text) => (text.includes(name) ? each.map((value) => text.replaceAll(name, value)) : [text])),
      [part],
    );
    return texts.length === 1 ? texts[0] : texts;
  }
  if (Array.isArray(part)) return part.flatMap((each: unknown) => withValues(each, values));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, withValues(each, values)]));
}

/**
 * The policy with these values, without white space. Throws `UsageError`, which names what is
 * missing or wrong.
 */
function filled(policy: PolicyName, given: ReadonlyMap<string, string>): string {
  const needed = placeholdersOf(policy);
  const names = needed.map(([name]) => name);
  const unknown = [...given.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UsageError(`${policy} has no ${unknown}: it has ${names.join(', ')}.`);
  const values = needed.map(([name, each]) => [name, valuesOf(name, each, given.get(name))] as const);
  const text = readFileSync(join(import.meta.dirname, 'iam', `${policy}.json`), 'utf8');
  return JSON.stringify(withValues(JSON.parse(text), values));
}

function run([name = '', ...pairs]: readonly string[]): number {
  const policy = policies.find((each) => each === name);
  if (policy === undefined) throw new UsageError(`Give the name of a policy first: ${policies.join(' or ')}.`);
  const values = new Map(pairs.map((pair) => pair.split(/=(.*)/s) as [string, string]));
  const text = filled(policy, values);
  if (text.length > maxLength) {
    const advice = 'Use fewer or shorter names, such as one role for all operators.';
    throw new Error(`The policy has ${text.length} characters, and ${maxLength} are allowed. ${advice}`);
  }
  process.stdout.write(`${text}\n`);
  return 0;
}

process.exitCode = await runCommand({ help, options: {}, maxArguments: Infinity, run: (_, args) => run(args) });
