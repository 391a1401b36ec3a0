import { join, resolve } from 'node:path';
import { readClaimNames, readDescribeLimits, readNumber, readTimes } from '../app/settings.ts';
import type { ClaimNames, Environment } from '../app/settings.ts';
import type { DescribeLimits } from '../operations/dependencies.ts';
import type { Times } from '../idempotency/times.ts';

/** Account and region of the example inventory, and of the simulator's world. */
const exampleAccountId = '111122223333';
const exampleRegion = 'eu-central-1';

/** Where the ledger is, for all that runs on this machine. */
export interface LedgerSettings {
  readonly ledger: 'sqlite' | 'dynamodb';
  /** File of the embedded ledger, or `:memory:`. */
  readonly ledgerFile: string;
  /** Region of the tables. */
  readonly region: string;
  readonly dynamoDbEndpoint: string | null;
  readonly idempotencyTable: string;
  readonly auditTable: string;
  /** Whether AWS credentials stand in the environment; otherwise made-up ones are used for addresses on this machine. */
  readonly hasCredentials: boolean;
}

/** What the local server reads from its environment. */
export interface LocalSettings extends LedgerSettings {
  readonly home: { readonly accountId: string; readonly region: string };
  /** 0: any that is free. */
  readonly port: number;
  readonly eksSimulatorPort: number;
  /** Where EKS is; null: the simulator is started. */
  readonly eksEndpoint: string | null;
  /** Keys, ledger and the simulator's associations; ignored by git. */
  readonly folder: string;
  readonly policiesDirectory: string;
  readonly claims: ClaimNames;
  readonly times: Times;
  readonly describeLimits: DescribeLimits;
  readonly reconcileIntervalMs: number;
}

const root = resolve(import.meta.dirname, '../..');

/** Reads the settings; each has a default. Throws an Error that says which one is wrong, and how to mend it. */
export function readLocalSettings(env: Environment = process.env): LocalSettings {
  const ledger = readLedgerSettings(env);
  return {
    ...ledger,
    home: { accountId: env.HOME_ACCOUNT_ID ?? exampleAccountId, region: ledger.region },
    port: readNumber(env, 'PORT', 4000),
    eksSimulatorPort: readNumber(env, 'EKS_SIMULATOR_PORT', 4100),
    eksEndpoint: env.AWS_ENDPOINT_URL_EKS ?? null,
    folder: localFolder(env),
    policiesDirectory: env.POLICIES_DIRECTORY ?? join(root, 'policies'),
    claims: readClaimNames(env),
    times: readTimes(env),
    describeLimits: readDescribeLimits(env),
    reconcileIntervalMs: readNumber(env, 'RECONCILE_INTERVAL_MS', 10_000),
  };
}

/** Reads where the ledger is, as {@link readLocalSettings} does. */
export function readLedgerSettings(env: Environment = process.env): LedgerSettings {
  return {
    ledger: readLedger(env),
    ledgerFile: env.LEDGER_FILE ?? join(localFolder(env), 'ledger.sqlite'),
    region: env.AWS_REGION ?? exampleRegion,
    dynamoDbEndpoint: env.AWS_ENDPOINT_URL_DYNAMODB ?? null,
    idempotencyTable: env.IDEMPOTENCY_TABLE ?? 'pod-identity-gateway-idempotency',
    auditTable: env.AUDIT_TABLE ?? 'pod-identity-gateway-audit',
    hasCredentials: env.AWS_ACCESS_KEY_ID !== undefined || env.AWS_PROFILE !== undefined,
  };
}

function localFolder({ LOCAL_FOLDER }: Environment): string {
  return LOCAL_FOLDER ?? join(root, '.local');
}

function readLedger({ LEDGER }: Environment): 'sqlite' | 'dynamodb' {
  if (LEDGER === undefined || LEDGER === 'sqlite') return 'sqlite';
  if (LEDGER === 'dynamodb') return 'dynamodb';
  throw new Error(`LEDGER is ${JSON.stringify(LEDGER)}: set it to sqlite (a file on this machine) or dynamodb.`);
}
