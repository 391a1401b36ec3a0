import { sourceIdentityOf } from '../../../../src/eks/source-identity.ts';
import { findIntent } from '../../../../src/ledger/audit-entry.ts';
import type { Ledger } from '../../../../src/ledger/ledger.ts';
import type { LedgerSettings } from '../../../../tools/ledger/settings.ts';
import type { AuditEntry } from '../../../../src/model/audit.ts';
import type { Context } from '../cli/command.ts';
import { withLedger } from '../session.ts';
import { newestOperationBy } from './find.ts';

/** What to look up. */
export type LookupRequest =
  | { readonly kind: 'operation'; readonly operationId: string }
  /** `since` is in milliseconds since the epoch, inclusive. */
  | { readonly kind: 'source-identity'; readonly sourceIdentity: string; readonly since: number }
  | { readonly kind: 'principal'; readonly principalId: string };

/** Does what the options say. Gives the exit code. The ledger is not needed for a principal. */
export async function run(request: LookupRequest, context: Context<LedgerSettings | null>): Promise<number> {
  const { settings, print, warn } = context;
  if (request.kind === 'principal' || settings === null) {
    if (request.kind === 'principal') print(sourceIdentityOf(request.principalId));
    return 0;
  }
  const entry = await withLedger(settings, (ledger) => find(ledger, request));
  if (entry === null) warn(missing(request));
  else print(describe(entry));
  return entry === null ? 1 : 0;
}

type TrailRequest = Exclude<LookupRequest, { kind: 'principal' }>;

function find(ledger: Ledger, request: TrailRequest): Promise<AuditEntry | null> {
  return request.kind === 'operation'
    ? findIntent(ledger, request.operationId)
    : newestOperationBy(ledger, request.sourceIdentity, request.since);
}

function missing(request: TrailRequest): string {
  if (request.kind === 'operation') return `The audit trail has no operation ${request.operationId}.`;
  const since = new Date(request.since).toISOString();
  return `No principal that changed something since ${since} has this source identity. Give an earlier --since.`;
}

function describe({ principal, actor, onBehalfOf, operationId, operation, time }: AuditEntry): string {
  const lines = [
    ['principal', principal.id],
    ['source identity', sourceIdentityOf(principal.id)],
    ...(actor === null ? [] : [['through', actor.id]]),
    ...(onBehalfOf === null ? [] : [['on behalf of', onBehalfOf]]),
    ['operation', `${operationId} (${operation}), ${time}`],
  ];
  return lines.map(([name = '', value = '']) => `${name.padEnd(17)}${value}`).join('\n');
}
