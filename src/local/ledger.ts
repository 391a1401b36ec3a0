import { existsSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoDbClientDefaults } from '../ledger/dynamodb-request.ts';
import { createDynamoDbLedger } from '../ledger/dynamodb.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { createSqliteLedger } from '../ledger/sqlite.ts';
import { createTables } from '../ledger/tables.ts';
import type { LedgerSettings } from './settings.ts';

/** Credentials for addresses on this machine, where nobody checks them. */
const madeUp = { accessKeyId: 'local', secretAccessKey: 'local' };

/** The ledger of the settings; file or tables are made where they are missing. Rejects with an Error where they can't be. */
export async function openLedger(settings: LedgerSettings): Promise<Ledger> {
  if (settings.ledger === 'sqlite') return createSqliteLedger({ file: settings.ledgerFile });
  const { idempotencyTable, auditTable } = settings;
  const client = dynamoDbClient(settings);
  await createTables(client, { idempotencyTable, auditTable });
  return createDynamoDbLedger({ client, idempotencyTable, auditTable });
}

/**
 * The ledger of the settings, which must be there: to make an empty one would hide a wrong setting. Throws an Error that
 * says how to mend it where its file is missing or none; a missing table is noticed when it is read.
 */
export function openExistingLedger(settings: LedgerSettings): Ledger {
  const { ledger, ledgerFile: file, idempotencyTable, auditTable } = settings;
  if (ledger === 'dynamodb')
    return createDynamoDbLedger({ client: dynamoDbClient(settings), idempotencyTable, auditTable });
  const advice = 'Let LEDGER_FILE name the file of a ledger, or set LEDGER to dynamodb.';
  if (file === ':memory:') throw new Error(`A ledger in memory is gone with its server. ${advice}`);
  if (!existsSync(file)) throw new Error(`There is no ledger in ${file}. ${advice}`);
  return createSqliteLedger({ file });
}

function dynamoDbClient(settings: LedgerSettings): DynamoDBClient {
  const { region, dynamoDbEndpoint: endpoint } = settings;
  return new DynamoDBClient({
    ...dynamoDbClientDefaults,
    region,
    ...(endpoint === null ? {} : { endpoint }),
    ...credentialsFor(settings, endpoint ?? undefined),
  });
}

/** What a client of AWS needs beside an endpoint: nothing, unless that is on this machine and there are no credentials. */
export function credentialsFor(
  { hasCredentials }: Pick<LedgerSettings, 'hasCredentials'>,
  endpoint: string | undefined,
) {
  const isHere = endpoint !== undefined && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpoint).hostname);
  return isHere && !hasCredentials ? { credentials: madeUp } : {};
}
