import type { ApprovalStore } from '../../../src/ledger/approvals.ts';
import type { AssociationReads } from '../../../src/ledger/association-history.ts';
import type { CheckpointStore } from '../../../src/ledger/checkpoint-store.ts';
import type { ObservationStore } from '../../../src/ledger/cluster-scan.ts';
import { clientWithin, sharedCallMs } from '../../../src/ledger/dynamodb/client.ts';
import { dynamoDbItems } from '../../../src/ledger/dynamodb/items.ts';
import { makeDynamoDbLedger } from '../../../src/ledger/dynamodb/ledger.ts';
import { tableProblem } from '../../../src/ledger/dynamodb/table-check.ts';
import { createTable, createTables } from '../../../src/ledger/dynamodb/tables.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { storedApprovals } from '../../../src/ledger/stored/approvals.ts';
import { storedAssociationReads } from '../../../src/ledger/stored/association-reads.ts';
import { storedCheckpoints } from '../../../src/ledger/stored/checkpoints.ts';
import { storedObservations } from '../../../src/ledger/stored/observations.ts';
import { explainFailure } from '../../../tools/explain.ts';
import { dynamoDbClient } from '../../../tools/ledger/open-ledger.ts';
import type { LedgerSettings } from '../../../tools/ledger/settings.ts';
import { makeSqliteLedger } from '../../sqlite-ledger/src/ledger.ts';
import type { AuditOrder } from '../../sqlite-ledger/src/order.ts';
import { policyTableDefinition } from './policy-table.ts';

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
  const items = dynamoDbItems(tables);
  return {
    ...makeDynamoDbLedger(tables),
    ...storedObservations(items),
    ...storedAssociationReads(items),
    ...storedApprovals(items),
    ...storedCheckpoints(items),
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
