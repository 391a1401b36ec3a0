import { isValid } from 'ulid';
import { findEntry, findIntent } from '../ledger/audit-entry.ts';
import { UnsupportedFormat } from '../ledger/format.ts';
import type { OperationReader } from '../ledger/trail.ts';
import { operationIdOf } from '../model/association.ts';
import type { Association } from '../model/association.ts';
import { hasTrait } from '../model/operation.ts';
import { createDifferences } from '../operations/terms/differences.ts';

/**
 * Whether the ownership tag names the `INTENT` of a create with these settings for this service
 * account, which is not recorded to have made another association. Copied tags prove nothing else.
 */
export async function isCreatedByGateway(ledger: OperationReader, association: Association): Promise<boolean> {
  const operationId = operationIdOf(association);
  // Anyone who may tag at EKS sets the value, also one that is not the key of an entry.
  if (operationId === null || !isValid(operationId)) return false;
  const intent = await readIntent(ledger, operationId);
  if (intent === null || !hasTrait('creates', intent)) return false;
  const { request } = intent;
  const names = ['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount'] as const;
  if (names.some((name) => request[name] !== association[name])) return false;
  if (createDifferences(request, association).length > 0) return false;
  const made = await findEntry(ledger, operationId, ({ event }) => event === 'SUCCEEDED' || event === 'LATE_SUCCESS');
  return made === null || made.associationArn === association.associationArn;
}

async function readIntent(ledger: OperationReader, operationId: string) {
  try {
    const intent = await findIntent(ledger, operationId);
    return intent?.request ? intent : null;
  } catch (error) {
    if (error instanceof UnsupportedFormat) return null;
    throw error;
  }
}
