import { operationIdOf } from '../../../src/model/association.ts';
import type { Association, AssociationTarget } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { AssociationFact, MutationKind, TrailEntry } from '../facts.ts';

/** The fact of an association. */
export function associationFact(association: Association): AssociationFact {
  return { ...association, serviceAccount: named(association), operationId: operationIdOf(association) };
}

/** The fact of an audit entry; `time` is when it became durable. */
export function entryFact(entry: AuditEntry, time: number): TrailEntry {
  const { operation, principal, reason, target, request, before } = entry;
  const settings = request && 'changes' in request ? request.changes : request;
  const isAdoptingCreate = kindOf(operation) === 'create' && before !== null;
  const setsExpiryAlone = request !== null && 'changes' in request && Object.keys(request.changes).length === 0;
  return {
    ...entry,
    time,
    kind: kindOf(operation),
    isAdopted: entry.event === 'SUCCEEDED' && (isAdoptingCreate || setsExpiryAlone),
    principal: principal.id,
    clientRequestToken: reason,
    serviceAccount: target && named(target),
    roleArn: settings && 'roleArn' in settings ? (settings.roleArn ?? null) : null,
  };
}

/** The kind of a mutation, by its name in the trail. */
export function kindOf(operation: AuditEntry['operation']): MutationKind {
  const kind = (['create', 'update', 'delete', 'adopt', 'tag', 'untag'] as const).find((one) =>
    operation.toLowerCase().startsWith(one),
  );
  if (kind === undefined) throw new Error(`${operation} is not a mutation.`);
  return kind;
}

function named({ clusterName, namespace, serviceAccount }: AssociationTarget): string {
  return `${clusterName}/${namespace}/${serviceAccount}`;
}
