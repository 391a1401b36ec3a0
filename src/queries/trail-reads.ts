import { auditContextOf, recordEntry } from '../ledger/audit-entry.ts';
import type { AuditPartition } from '../ledger/ledger.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { Dependencies } from '../operations/dependencies.ts';

/**
 * Records that a page of the trail was read, unless it is limited to the reader's own entries or the gateway is configured not
 * to record reads. Written before the page is returned: without the record there is no answer. Throws `LedgerUnavailable`.
 */
export async function recordRead(
  deps: Pick<Dependencies, 'recordTrailReads' | 'recordPrincipal' | 'ledger' | 'clock' | 'ulid'>,
  identity: RequestIdentity,
  partition: AuditPartition,
  count: number,
): Promise<void> {
  const isOwn = partition.kind === 'principal' && partition.principalId === identity.principal.id;
  if (isOwn || !deps.recordTrailReads) return;
  await recordEntry(deps, auditContextOf(deps, 'READ_AUDIT_TRAIL', identity), {
    operationId: deps.ulid(deps.clock()),
    event: 'TRAIL_READ',
    message: `Read ${count} ${count === 1 ? 'entry' : 'entries'} of ${nameOf(partition)}.`,
  });
}

function nameOf(partition: AuditPartition): string {
  switch (partition.kind) {
    case 'cluster':
    case 'namespace':
    case 'serviceAccount': {
      const { kind, accountId, region, clusterName, ...names } = partition;
      return [`${kind} ${accountId}`, region, clusterName, ...Object.values(names)].join('/');
    }
    case 'principal':
      return `principal ${partition.principalId}`;
    case 'association':
      return `association ${partition.associationArn}`;
    case 'operation':
      return `operation ${partition.operationId}`;
    case 'all':
      return 'the whole trail';
  }
}
