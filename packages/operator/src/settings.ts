import { existsSync } from 'node:fs';
import { readLogSettings } from '../../../tools/ledger/log-settings.ts';
import type { LogSettings } from '../../../tools/ledger/log-settings.ts';
import { exampleAccountId, exampleRegion, readLedgerSettings } from '../../../tools/ledger/settings.ts';
import type { LedgerSettings } from '../../../tools/ledger/settings.ts';
import type { SettingsReader } from '../../../src/app/environment.ts';
import { readWorldText } from '../../local-gateway/src/world/world-file.ts';
import type { WorldText } from '../../local-gateway/src/world/world-file.ts';
import type { Settings } from './cli/command.ts';

const region = ['AWS_REGION', 'region of the tables'] as const;
const dynamoDb = [
  region,
  ['AWS_ENDPOINT_URL_DYNAMODB', 'URL of another DynamoDB endpoint'],
  ['AWS_PROFILE', 'AWS credentials, or the other variables that the AWS CLI reads'],
] as const;
const file = [
  ['LEDGER_FILE', 'file of the SQLite ledger (default: ledger.sqlite in LOCAL_FOLDER)'],
  ['LOCAL_FOLDER', 'folder of npm start (default: .local beside package.json)'],
] as const;
const tables = [
  ['IDEMPOTENCY_TABLE', 'table of idempotency records and locks, an output of the stack'],
  ['AUDIT_TABLE', 'table of the audit trail, an output of the stack'],
] as const;

/**
 * The ledger of a deployment or of `npm start`. Its file must exist: creating an empty one would
 * hide a wrong setting.
 */
export const existingLedger: Settings<LedgerSettings> = {
  variables: [
    ['LEDGER', 'where the ledger is: sqlite, a file of npm start, or dynamodb, a deployment (default: sqlite)'],
    ...file,
    ...tables,
    ...dynamoDb,
  ],
  read: (reader) => {
    const settings = readLedgerSettings(reader);
    if (settings.ledger === 'sqlite') checkFile(settings, reader);
    return settings;
  },
};

/** The variables that say where the log of the trail is. */
export const logVariables = [
  ['CHECKPOINT_BUCKET', 'bucket with the log of the trail, an output of the stack (default: the folder)'],
  ['CHECKPOINT_FOLDER', 'folder with the log of the trail (default: checkpoints in LOCAL_FOLDER)'],
] as const;

/** The variable with the keys that sign the log. */
export const keysVariable = [
  'CHECKPOINT_KEYS',
  'verifier keys of the log of the trail, separated by commas (default: the key of npm start)',
] as const;

/** As {@link existingLedger}, and where the log of the trail is. */
export const ledgerAndLog: Settings<LedgerSettings & { readonly log: LogSettings }> = {
  variables: [...existingLedger.variables, ...logVariables],
  read: (reader, values) => ({ ...existingLedger.read(reader, values), log: readLogSettings(reader) }),
};

/** The world of `npm start`, not parsed. */
export interface LocalWorld extends WorldText {
  /** Account and region where the world names none. */
  readonly defaults: { readonly accountId: string; readonly region: string };
}

/** What a command reads with the world of `npm start`; the world is null where there is none. */
export interface WithWorld {
  readonly world: LocalWorld | null;
}

const worldVariables = [
  [
    'WORLD_FILE',
    'world of npm start, unless LEDGER is dynamodb: its inventory, account and region are the defaults (default: none)',
  ],
  ['HOME_ACCOUNT_ID', 'account of a world that names none (default: that of the examples)'],
] as const;

/**
 * Settings, and the world of `npm start`. A deployment has none: a variable that was left in the
 * shell must not move a lock to another account.
 */
export function withWorld<S extends object>(settings: Settings<S>): Settings<S & WithWorld> {
  const known = settings.variables.map(([name]) => name);
  return {
    variables: [...settings.variables, ...worldVariables.filter(([name]) => !known.includes(name))],
    read: (reader, values) => ({ ...settings.read(reader, values), world: readLocalWorld(reader) }),
  };
}

function readLocalWorld(reader: SettingsReader): LocalWorld | null {
  if (reader.text('LEDGER', 'sqlite') === 'dynamodb') return null;
  const world = readWorldText(reader);
  const accountId = reader.accountId('HOME_ACCOUNT_ID', exampleAccountId);
  const region = reader.region('AWS_REGION', exampleRegion);
  return world && { ...world, defaults: { accountId, region } };
}

/**
 * As {@link existingLedger}, and whether POLICY_TABLE names the table with the policies in force.
 */
export const ledgerAndPolicies: Settings<LedgerSettings & { readonly hasPolicyTable: boolean }> = {
  variables: [
    ...existingLedger.variables,
    [
      'POLICY_TABLE',
      'policy table, an output of the stack: its version in force is compared, unless --against names a folder',
    ],
  ],
  read: (reader, values) => {
    const settings = existingLedger.read(reader, values);
    return { ...settings, hasPolicyTable: settings.ledger === 'dynamodb' && reader.text('POLICY_TABLE', '') !== '' };
  },
};

/** The file of a SQLite ledger. */
export const ledgerFile: Settings<string> = {
  variables: file,
  read: (reader) => {
    const settings = readLedgerSettings(reader);
    if (settings.ledger === 'sqlite') checkFile(settings, reader);
    else
      reader.problem('LEDGER is dynamodb: its tables have backups of their own. Set LEDGER to sqlite to copy a file.');
    return settings.ledgerFile;
  },
};

function checkFile({ ledgerFile: path }: LedgerSettings, reader: SettingsReader): void {
  const advice = 'Set LEDGER_FILE to the file of a ledger, or LEDGER to dynamodb.';
  if (path === ':memory:') reader.problem(`A ledger in memory ends with the process that created it. ${advice}`);
  else if (!existsSync(path)) reader.problem(`The ledger file ${path} does not exist. ${advice}`);
}

/** The tables of a deployment. All must be named: the defaults would name other tables. */
export const tablesInUse: Settings<LedgerSettings> = {
  variables: [...tables, ...dynamoDb],
  read: (reader) => {
    for (const variable of ['IDEMPOTENCY_TABLE', 'AUDIT_TABLE', 'AWS_REGION']) reader.required(variable);
    return { ...readLedgerSettings(reader), ledger: 'dynamodb' };
  },
};

/** The policy table of a deployment. */
export const policyTable: Settings<LedgerSettings> = {
  variables: [
    ['LEDGER', 'must be dynamodb'],
    ['POLICY_TABLE', 'policy table, an output of the stack (default: pod-identity-gateway-policies)'],
    ...dynamoDb,
  ],
  read: (reader) => {
    const settings = readLedgerSettings(reader);
    if (settings.ledger === 'sqlite') {
      reader.problem(
        'Policy versions are in DynamoDB. Set LEDGER to dynamodb, and POLICY_TABLE to the name of the table.',
      );
    }
    return settings;
  },
};

/** Settings, and HOME_ACCOUNT_ID: the account of the deployment, or null where it is not set. */
export function withHomeAccount<S extends object>(
  settings: Settings<S>,
): Settings<S & { homeAccountId: string | null }> {
  return {
    variables: [
      ...settings.variables,
      ['HOME_ACCOUNT_ID', 'account of the deployment (default: that of the AWS credentials)'],
    ],
    read: (reader, values) => ({
      ...settings.read(reader, values),
      homeAccountId: reader.accountId('HOME_ACCOUNT_ID', '') || null,
    }),
  };
}

/** Settings that only some options need; null without these. */
export function settingsFor<S>(
  isNeeded: (values: Readonly<Record<string, unknown>>) => boolean,
  settings: Settings<S>,
): Settings<S | null> {
  return { ...settings, read: (reader, values) => (isNeeded(values) ? settings.read(reader, values) : null) };
}
