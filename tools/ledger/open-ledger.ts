import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import type { AssociationReads } from '../../src/ledger/association-history.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { CheckpointStore } from '../../src/ledger/checkpoint-store.ts';
import { openDynamoDb } from '../../src/ledger/dynamodb/client.ts';
import { dynamoDbItems } from '../../src/ledger/dynamodb/items.ts';
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import { storedErasure } from '../../src/ledger/stored/erasure.ts';
import type { Erasure } from '../../src/ledger/stored/erasure.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { storedAssociationReads } from '../../src/ledger/stored/association-reads.ts';
import { storedObservations } from '../../src/ledger/stored/observations.ts';
import { storedCheckpoints } from '../../src/ledger/stored/checkpoints.ts';
import type { UnindexedEntries } from '../../src/ledger/stored/unindexed-entries.ts';
import { makeDynamoDbStore } from '../../src/policy-versions/dynamodb-store.ts';
import type { PolicyStore } from '../../src/policy-versions/store.ts';
import type { LedgerSettings } from './settings.ts';
import { unindexedEntries } from './unindexed-entries.ts';

/** Credentials for endpoints on this machine, which do not check them. */
const placeholders = { accessKeyId: 'local', secretAccessKey: 'local' };

/** A ledger with all that commands of operators read and write. */
export type ExistingLedger = Ledger &
  AssociationReads &
  CheckpointStore &
  UnindexedEntries &
  Erasure &
  Pick<ObservationStore, 'putClusterScan'>;

/**
 * Opens the ledger of the settings, and creates nothing in DynamoDB: a missing table is noticed
 * when it is read.
 */
export function openExistingLedger(settings: LedgerSettings): ExistingLedger {
  const { ledger, ledgerFile: file, idempotencyTable, auditTable } = settings;
  if (ledger === 'sqlite') return makeSqliteLedger({ file });
  const tables = { client: dynamoDbClient(settings), idempotencyTable, auditTable };
  const items = dynamoDbItems(tables);
  return {
    ...makeDynamoDbLedger(tables),
    putClusterScan: storedObservations(items).putClusterScan,
    ...storedAssociationReads(items),
    ...storedCheckpoints(items),
    ...storedErasure(items),
    unindexedEntries: () => unindexedEntries(tables.client, auditTable),
  };
}

/** Opens the table of policies of the settings. A missing table is noticed when it is read. */
export function openPolicyStore(settings: LedgerSettings): PolicyStore {
  return makeDynamoDbStore(dynamoDbClient(settings), settings.policyTable);
}

/** A client for the DynamoDB of the settings, with the time limits of the ledger. */
export function dynamoDbClient(settings: LedgerSettings): DynamoDBClient {
  const { region, dynamoDbEndpoint: endpoint } = settings;
  return openDynamoDb({
    region,
    ...(endpoint === null ? {} : { endpoint }),
    ...credentialsFor(settings, endpoint ?? undefined),
  });
}

/**
 * Placeholder credentials for an AWS client whose endpoint is on this machine, unless there are
 * others; else nothing.
 */
export function credentialsFor(
  { hasCredentials }: Pick<LedgerSettings, 'hasCredentials'>,
  endpoint: string | undefined,
) {
  return endpoint !== undefined && isLocalEndpoint(endpoint) && !hasCredentials ? { credentials: placeholders } : {};
}

/** Whether the URL of an endpoint is on this machine. */
export function isLocalEndpoint(endpoint: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpoint).hostname);
}
