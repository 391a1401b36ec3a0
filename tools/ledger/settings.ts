import { join, resolve } from 'node:path';
import type { SettingsReader } from '../../src/app/environment.ts';

/** Account and region of the example inventory and of the simulator's example clusters. */
export const exampleAccountId = '111122223333';
export const exampleRegion = 'eu-central-1';

/** Where the ledger is, for all commands of this machine. */
export interface LedgerSettings {
  readonly ledger: 'sqlite' | 'dynamodb';
  /** File of the SQLite ledger, or `:memory:`. */
  readonly ledgerFile: string;
  /** Region of the tables. */
  readonly region: string;
  /** Null: DynamoDB's own endpoint in `region`. */
  readonly dynamoDbEndpoint: string | null;
  readonly idempotencyTable: string;
  readonly auditTable: string;
  readonly policyTable: string;
  /**
   * Whether the environment holds AWS credentials; without them, placeholders are used for loopback
   * endpoints.
   */
  readonly hasCredentials: boolean;
}

const root = resolve(import.meta.dirname, '../..');

/** Reads where the ledger is. */
export function readLedgerSettings(reader: SettingsReader): LedgerSettings {
  return {
    ledger: reader.oneOf('LEDGER', ['sqlite', 'dynamodb'], 'sqlite (a file on this machine) or dynamodb'),
    ledgerFile: reader.text('LEDGER_FILE', join(localFolder(reader), 'ledger.sqlite')),
    region: reader.region('AWS_REGION', exampleRegion),
    dynamoDbEndpoint: reader.url('AWS_ENDPOINT_URL_DYNAMODB', 'http://127.0.0.1:8000'),
    idempotencyTable: reader.text('IDEMPOTENCY_TABLE', 'pod-identity-gateway-idempotency'),
    auditTable: reader.text('AUDIT_TABLE', 'pod-identity-gateway-audit'),
    policyTable: reader.text('POLICY_TABLE', 'pod-identity-gateway-policies'),
    hasCredentials: reader.text('AWS_ACCESS_KEY_ID', '') !== '' || reader.text('AWS_PROFILE', '') !== '',
  };
}

/** The folder of keys, ledger and simulator state. */
export function localFolder(reader: SettingsReader): string {
  return resolve(reader.text('LOCAL_FOLDER', join(root, '.local')));
}
