// Prints a service control policy of deploy/iam with the names of an organization: `npm run scp -- --help`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, UsageError } from '../src/app/command.ts';

/** What takes the place of the capitals in the policies. */
interface Placeholder {
  readonly policy: PolicyName;
  readonly meaning: string;
  readonly form: RegExp;
}

const roleName = /^[\w+=,.@/-]{1,512}$/;

const placeholders: Readonly<Record<string, Placeholder>> = {
  'API-ID': { policy: 'protect-gateway', meaning: 'id of the API, such as a1b2c3d4e5', form: /^[a-z0-9]{4,20}$/ },
  'GATEWAY-ACCOUNT': { policy: 'associations-scp', meaning: 'account of the gateway, 12 digits', form: /^\d{12}$/ },
  'BREAK-GLASS-ROLE': { policy: 'associations-scp', meaning: 'path and name of the break-glass role', form: roleName },
  'DEPLOYER-ROLE': { policy: 'associations-scp', meaning: 'path and name of the deployer role', form: roleName },
};

const policies = ['protect-gateway', 'associations-scp'] as const;
type PolicyName = (typeof policies)[number];

/** The most characters of a service control policy ("Quotas for AWS Organizations"). */
const maxLength = 5_120;

const help = `Prints a service control policy of deploy/iam with your names, ready to be attached.

Usage: npm run --silent scp -- POLICY NAME=VALUE…

${policies
  .map((policy) =>
    [
      policy,
      ...Object.entries(placeholders)
        .filter(([, each]) => each.policy === policy)
        .map(([name, { meaning }]) => `  ${name}=…  ${meaning}`),
    ].join('\n'),
  )
  .join('\n')}

  -h, --help  print this text

Exits with 2 when a value is missing or wrong.
`;

/** The policy with these values, without white space. Throws `UsageError`, which names what is missing or wrong. */
function filled(policy: PolicyName, values: ReadonlyMap<string, string>): string {
  const file = join(import.meta.dirname, 'iam', `${policy}.json`);
  const needed = Object.entries(placeholders).filter(([, each]) => each.policy === policy);
  const names = needed.map(([name]) => name);
  const unknown = [...values.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UsageError(`${policy} has no ${unknown}: it has ${names.join(', ')}.`);
  let text = readFileSync(file, 'utf8');
  for (const [name, { meaning, form }] of needed) {
    const value = values.get(name);
    if (value === undefined) throw new UsageError(`Give ${name}=…, the ${meaning}.`);
    if (!form.test(value)) throw new UsageError(`${name} is ${JSON.stringify(value)}: give the ${meaning}.`);
    text = text.replaceAll(name, value);
  }
  return JSON.stringify(JSON.parse(text));
}

function run([name = '', ...pairs]: readonly string[]): number {
  const policy = policies.find((each) => each === name);
  if (policy === undefined) throw new UsageError(`Give the name of a policy first: ${policies.join(' or ')}.`);
  const values = new Map(pairs.map((pair) => pair.split(/=(.*)/s) as [string, string]));
  const text = filled(policy, values);
  if (text.length > maxLength)
    throw new Error(`The policy has ${text.length} characters, and ${maxLength} are allowed.`);
  process.stdout.write(`${text}\n`);
  return 0;
}

process.exitCode = await runCommand({
  help,
  options: {},
  maxArguments: Infinity,
  run: (_, args) => run(args),
});
