import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { explainFailure } from '../../../tools/explain.ts';
import { clientWithin, openDynamoDb, sharedCallMs } from '../../../src/ledger/dynamodb/client.ts';
import type { ApprovalStore } from '../../../src/ledger/approvals.ts';
import type { AssociationReads } from '../../../src/ledger/association-history.ts';
import type { CheckpointStore } from '../../../src/ledger/checkpoint-store.ts';
import type { ObservationStore } from '../../../src/ledger/cluster-scan.ts';
import { makeDynamoDbApprovals } from '../../../src/ledger/dynamodb/approvals.ts';
import { makeDynamoDbAssociationReads } from '../../../src/ledger/dynamodb/association-reads.ts';
import { makeDynamoDbCheckpoints } from '../../../src/ledger/dynamodb/checkpoints.ts';
import { makeDynamoDbObservations } from '../../../src/ledger/dynamodb/observations.ts';
import { makeDynamoDbLedger } from '../../../src/ledger/dynamodb/ledger.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { dynamoDbErasure } from './erasure.ts';
import type { Erasure } from './erasure.ts';
import { unindexedEntries } from './checkpoints/unindexed-entries.ts';
import type { UnindexedEntries } from './checkpoints/unindexed-entries.ts';
import { makeSqliteLedger } from './sqlite/ledger.ts';
import type { AuditOrder } from './sqlite/order.ts';
import { tableProblem } from '../../../src/ledger/dynamodb/table-check.ts';
import { createTable, createTables } from '../../../src/ledger/dynamodb/tables.ts';
import { makeDynamoDbStore } from '../../../src/policy-versions/dynamodb-store.ts';
import type { PolicyStore } from '../../../src/policy-versions/store.ts';
import { policyTableDefinition } from './policy-table.ts';
import type { LedgerSettings } from './settings.ts';

/** Credentials for endpoints on this machine, which do not check them. */
const placeholders = { accessKeyId: 'local', secretAccessKey: 'local' };

/**
 * Opens the ledger of the settings, and creates its file or tables where they are missing. Rejects
 * with an Error that names the settings to fix.
 */
export async function openLedger(
  settings: LedgerSettings,
): Promise<Ledger & ObservationStore & AssociationReads & ApprovalStore & CheckpointStore & Partial<AuditOrder>> {
  const { ledger, ledgerFile: file, idempotencyTable, auditTable } = settings;
  if (ledger === 'sqlite') {
    const advice = 'Set LEDGER_FILE to a file that this user can write; by default it is in LOCAL_FOLDER.';
    return explainFailure(`LEDGER_FILE is ${file}`, advice, () => makeSqliteLedger({ file }));
  }
  const client = dynamoDbClient(settings);
  const names = { idempotencyTable, auditTable };
  const prepare = async () => {
    await createTables(client, names);
    const problem = await tableProblem(client, names);
    if (problem !== null) throw new Error(problem);
  };
  await explainFailure('The ledger in DynamoDB', dynamoDbAdvice(settings), prepare).catch((error: unknown) => {
    client.destroy();
    throw error;
  });
  // A call has a deadline, as the process may be stopped and go on much later.
  const tables = { client: clientWithin(client, sharedCallMs, Date.now), ...names };
  return {
    ...makeDynamoDbLedger(tables),
    ...makeDynamoDbObservations(tables),
    ...makeDynamoDbAssociationReads(tables),
    ...makeDynamoDbApprovals(tables),
    ...makeDynamoDbCheckpoints(tables),
  };
}

function dynamoDbAdvice({ dynamoDbEndpoint: endpoint, region, hasCredentials }: LedgerSettings): string {
  const where = endpoint ?? `of AWS in ${region} (AWS_REGION)`;
  const credentials = hasCredentials
    ? ''
    : ' Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, for DynamoDB in AWS.';
  return `The endpoint is ${where}.${credentials} Set AWS_ENDPOINT_URL_DYNAMODB to use another endpoint.`;
}

/**
 * Opens the ledger of the settings, and creates nothing in DynamoDB: a missing table is noticed
 * when it is read.
 */
export function openExistingLedger(
  settings: LedgerSettings,
): Ledger & AssociationReads & CheckpointStore & UnindexedEntries & Erasure {
  const { ledger, ledgerFile: file, idempotencyTable, auditTable } = settings;
  if (ledger === 'sqlite') return makeSqliteLedger({ file });
  const tables = { client: dynamoDbClient(settings), idempotencyTable, auditTable };
  return {
    ...makeDynamoDbLedger(tables),
    ...makeDynamoDbAssociationReads(tables),
    ...makeDynamoDbCheckpoints(tables),
    unindexedEntries: () => unindexedEntries(tables.client, auditTable),
    ...dynamoDbErasure(tables.client, auditTable),
  };
}

/**
 * Creates the table of policies of the settings if it is missing. Rejects with an Error that names
 * the settings to fix.
 */
export async function createPolicyTable(settings: LedgerSettings): Promise<void> {
  const client = dynamoDbClient(settings);
  const create = () => createTable(client, policyTableDefinition(settings.policyTable));
  await explainFailure('The table of policies in DynamoDB', dynamoDbAdvice(settings), create).finally(() =>
    client.destroy(),
  );
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
