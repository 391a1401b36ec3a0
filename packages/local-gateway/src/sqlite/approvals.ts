import type { DatabaseSync } from 'node:sqlite';
import { parsePosition, positionIn, positionText, requestedPosition } from '../../../../src/ledger/approval-page.ts';
import { approvalOfText, approvalText } from '../../../../src/ledger/approval-text.ts';
import { maxExaminedApprovals } from '../../../../src/ledger/approvals.ts';
import type { ApprovalPage, ApprovalPartition, PendingLimits } from '../../../../src/ledger/approvals.ts';
import type { ApprovalVersion } from '../../../../src/ledger/approval-version.ts';
import { formatVersion } from '../../../../src/ledger/format.ts';
import { approvalItemKeyOf, approvalsKeyOf } from '../../../../src/ledger/keys.ts';
import type { Approval } from '../../../../src/model/approval.ts';

/** The prepared statements of the approvals, as functions. They throw the errors of SQLite. */
export function prepareApprovals(database: DatabaseSync) {
  const select = database.prepare('SELECT approval FROM approval WHERE approvalKey = ?');
  const upsert = database.prepare(`
    INSERT INTO approval (approvalKey, clusterKey, namespace, principalId, state, requestedAt, decideUntil, approval)
    VALUES (:key, :clusterKey, :namespace, :principalId, :state, :requestedAt, :decideUntil, :approval)
    ON CONFLICT (approvalKey) DO UPDATE SET state = :state, requestedAt = :requestedAt, decideUntil = :decideUntil,
      approval = :approval`);
  const countPending = database.prepare(`
    SELECT count(*) AS ofPrincipal, count(*) FILTER (WHERE approval ->> '$.requested.onBehalfOf' = :person) AS ofPerson
    FROM approval
    WHERE principalId = :principal AND state = 'PENDING' AND decideUntil > :time AND approvalKey != :key`);
  const selectLive = database.prepare(`
    SELECT approval FROM approval WHERE state = ? AND approvalKey > ? AND approval ->> 'v' = ${formatVersion}
    ORDER BY approvalKey LIMIT ?`);
  const selectOfCluster = database.prepare(`
    SELECT approval FROM approval WHERE clusterKey = ? AND (requestedAt, approvalKey) < (?, ?)
      AND approval ->> 'v' = ${formatVersion} ORDER BY requestedAt DESC, approvalKey DESC LIMIT ?`);

  const getApproval = (key: string): Approval | null => {
    approvalItemKeyOf(key); // Throws for a key that DynamoDB could not store, so that both stores reject it.
    const row = select.get(key);
    return row === undefined ? null : approvalOfText(String(row.approval));
  };
  return {
    getApproval,
    /** Whether the stored approval is this version; null: none is stored. */
    isVersion(key: string, expected: ApprovalVersion | null): boolean {
      const stored = getApproval(key);
      return stored?.id === expected?.id && stored?.revision === expected?.revision;
    },
    putApproval(next: Approval): void {
      const { key, state, requested, requestedAt, decideUntil } = next;
      upsert.run({
        key,
        state,
        decideUntil,
        requestedAt: Date.parse(requestedAt),
        approval: approvalText(next),
        clusterKey: approvalsKeyOf(requested.target),
        namespace: requested.target.namespace,
        principalId: requested.principal.id,
      });
    },
    /**
     * The limit that other approvals reach which can still be decided when this one is asked for;
     * null: none.
     */
    limitReached({ key, requested, requestedAt }: Approval, { ofPrincipal, ofPerson }: PendingLimits) {
      const { principal, onBehalfOf: person } = requested;
      const counted = countPending.get({ principal: principal.id, person, time: Date.parse(requestedAt), key });
      if (ofPerson !== null && Number(counted?.ofPerson) >= ofPerson) return 'person-limit-reached';
      return Number(counted?.ofPrincipal) >= ofPrincipal ? 'limit-reached' : null;
    },
    listApprovals(partition: ApprovalPartition, limit: number, after: string | null): ApprovalPage {
      const position = after === null ? null : parsePosition(after);
      if (partition.kind === 'gateway') {
        const approvals = selectLive.all(partition.state, position?.key ?? '', limit + 1).map(approvalOf);
        const last = approvals.length > limit ? approvals[limit - 1] : undefined;
        return { approvals: approvals.slice(0, limit), next: last ? positionText(positionIn(partition, last)) : null };
      }
      const { namespace, ...cluster } = partition;
      const { time, key } = position ?? { time: Number.MAX_SAFE_INTEGER, key: '' };
      const examined = namespace === null ? limit : maxExaminedApprovals;
      const rows = selectOfCluster.all(approvalsKeyOf(cluster), time, key, examined + 1).map(approvalOf);
      const found = rows
        .slice(0, examined)
        .filter(({ requested }) => namespace === null || requested.target.namespace === namespace);
      const approvals = found.slice(0, limit);
      const last = found.length > limit ? approvals.at(-1) : rows.length > examined ? rows[examined - 1] : undefined;
      return { approvals, next: last ? positionText(requestedPosition(last)) : null };
    },
  };
}

function approvalOf(row: Record<string, unknown>): Approval {
  return approvalOfText(String(row.approval));
}
