import { auditContextOf, recordEntry } from '../../ledger/audit-entry.ts';
import type { TrailWriter } from '../../ledger/audit-entry.ts';
import { maxReadMessageBytes } from '../../ledger/entry-size.ts';
import { ledgerTimeout } from '../../ledger/ledger.ts';
import type { AuditPartition } from '../../ledger/ledger.ts';
import type { AuditEntry } from '../../model/audit.ts';
import type { RecordPrincipal, RequestIdentity } from '../../model/principal.ts';
import { withDeadline } from '../../runtime/deadline.ts';

/**
 * The pages of the trail that one request reads. They are recorded together, before the answer is
 * sent.
 */
export interface TrailReads {
  /**
   * Notes a page, unless it contains only the reader's own entries, or the gateway is configured
   * not to record reads. False if the record has no room for it: then it must not be returned.
   */
  readonly note: (partition: AuditPartition, entries: readonly AuditEntry[]) => boolean;
  /**
   * Writes the record, if a page was noted: without it, none may be returned. Throws
   * `LedgerUnavailable`.
   */
  readonly record: (deadline: number) => Promise<void>;
}

/** The trail, and which reads of it are recorded. */
interface ReadRecorder extends TrailWriter {
  readonly recordTrailReads: boolean;
  readonly recordPrincipal: RecordPrincipal;
}

/** Creates the {@link TrailReads} of a request. */
export function makeTrailReads(recorder: ReadRecorder, identity: RequestIdentity): TrailReads {
  const counts = new Map<string, number>();
  return {
    note: (partition, entries) => {
      const isOwn = entries.every(({ principal }) => principal.id === identity.principal.id);
      if (isOwn || !recorder.recordTrailReads) return true;
      const name = nameOf(partition);
      const next = new Map(counts).set(name, (counts.get(name) ?? 0) + entries.length);
      if (Buffer.byteLength(messageOf(next)) > maxReadMessageBytes) return false;
      counts.set(name, next.get(name) ?? 0);
      return true;
    },
    record: async (deadline) => {
      if (counts.size === 0) return;
      const details = {
        operationId: recorder.ulid(recorder.clock()),
        event: 'TRAIL_READ',
        message: messageOf(counts),
      } as const;
      const recording = recordEntry(recorder, auditContextOf(recorder, 'READ_AUDIT_TRAIL', identity), details);
      await withDeadline(deadline - recorder.clock(), recording, ledgerTimeout);
    },
  };
}

function messageOf(counts: ReadonlyMap<string, number>): string {
  const pages = [...counts].map(([name, count]) => `${count} ${count === 1 ? 'entry' : 'entries'} of ${name}`);
  return `Read ${pages.join(', ')}.`;
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
