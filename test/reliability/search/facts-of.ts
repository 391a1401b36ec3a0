import { operationIdOf } from '../../../src/model/association.ts';
import type { Association, AssociationTarget } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { AssociationFact, TrailEntry } from '../facts.ts';

/** The fact of an association. */
export function associationFact(association: Association): AssociationFact {
  return { ...association, serviceAccount: named(association), operationId: operationIdOf(association) };
}

/** The fact of an audit entry; `time` is when it became durable. */
export function entryFact(entry: AuditEntry, time: number): TrailEntry {
  const { operation, principal, reason, target, request } = entry;
  const settings = request && 'changes' in request ? request.changes : request;
  return {
    ...entry,
    time,
    kind: operation.startsWith('CREATE') ? 'create' : operation.startsWith('UPDATE') ? 'update' : 'delete',
    principal: principal.id,
    clientRequestToken: reason,
    serviceAccount: target && named(target),
    roleArn: settings && 'roleArn' in settings ? (settings.roleArn ?? null) : null,
  };
}

function named({ clusterName, namespace, serviceAccount }: AssociationTarget): string {
  return `${clusterName}/${namespace}/${serviceAccount}`;
}
