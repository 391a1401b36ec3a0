import { runCommand, UsageError } from '../../../../tools/command.ts';
import { sourceIdentityOf } from '../../../../src/eks/source-identity.ts';
import { findIntent } from '../../../../src/ledger/audit-entry.ts';
import type { Ledger } from '../../../../src/ledger/ledger.ts';
import { openExistingLedger } from '../../../local-gateway/src/ledger.ts';
import { readLedgerSettings } from '../../../local-gateway/src/settings.ts';
import type { AuditEntry } from '../../../../src/model/audit.ts';
import { help, options, readLookupRequest } from './arguments.ts';
import type { LookupRequest } from './arguments.ts';
import { newestOperationBy } from './find.ts';

/** Does what the options say. Gives the exit code. */
async function run(request: LookupRequest): Promise<number> {
  if (request.kind === 'principal') {
    process.stdout.write(`${sourceIdentityOf(request.principalId)}\n`);
    return 0;
  }
  const ledger = openLedger();
  try {
    const entry = await find(ledger, request);
    if (entry === null) {
      process.stderr.write(`${missing(request)}\n`);
      return 1;
    }
    process.stdout.write(describe(entry));
    return 0;
  } finally {
    ledger.close();
  }
}

/** Wrong settings end the command with exit code 2, as wrong arguments do. */
function openLedger(): Ledger {
  try {
    return openExistingLedger(readLedgerSettings());
  } catch (error) {
    throw error instanceof Error ? new UsageError(error.message) : error;
  }
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
  return lines.map(([name = '', value = '']) => `${name.padEnd(17)}${value}\n`).join('');
}

process.exitCode = await runCommand({ help, options, run: (values) => run(readLookupRequest(values, Date.now())) });
