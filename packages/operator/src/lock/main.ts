import { monotonicFactory } from 'ulid';
import { runCommand, UsageError } from '../../../../tools/command.ts';
import { LedgerUnavailable } from '../../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../../src/ledger/ledger.ts';
import { openExistingLedger } from '../../../local-gateway/src/ledger.ts';
import { exampleAccountId, readHomeAccountId, readLedgerSettings } from '../../../local-gateway/src/settings.ts';
import { describeLock, describeScope } from '../../../../src/model/lock.ts';
import type { Lock, LockScope } from '../../../../src/model/lock.ts';
import { resolveCluster } from '../../../../src/validation/names.ts';
import type { ClusterDefaults } from '../../../../src/validation/names.ts';
import { help, options, readLockRequest } from './arguments.ts';
import type { LockRequest, RequestedScope } from './arguments.ts';
import { changeLocks, isKnown } from './change-locks.ts';
import type { LockDependencies } from './change-locks.ts';
import { identifyOperator } from './operator.ts';
import type { Operator } from './operator.ts';

/** Does what the options say. Gives the exit code. */
async function run(request: LockRequest): Promise<number> {
  const settings = usageErrors(readLedgerSettings);
  const homeAccountId = usageErrors(readHomeAccountId);
  const ledger = openExistingLedger(settings);
  try {
    if (request.kind === 'list') return printLocks((await ledger.getLocks()).locks);
    const operator = await identifyOperator(settings);
    const scope = resolveScope(request.scope, {
      accountId: homeAccountId ?? operator.accountId ?? exampleAccountId,
      region: settings.region,
    });
    return await change(ledger, request, scope, operator);
  } catch (error) {
    throw error instanceof LedgerUnavailable ? new Error(unavailable(error), { cause: error }) : error;
  } finally {
    ledger.close();
  }
}

async function change(
  ledger: Ledger,
  { kind, reason, stopsReads }: Exclude<LockRequest, { kind: 'list' }>,
  scope: LockScope,
  { principal: operator }: Operator,
): Promise<number> {
  const deps = { ledger, clock: Date.now, ulid: monotonicFactory() };
  const result = await changeLocks(deps, { kind, scope, reason, stopsReads, operator });
  const what = describeLock(result.lock ?? { scope });
  if (kind === 'lift' && result.lock === null) {
    process.stderr.write(`There is no lock on ${what}.\n`);
    printLocks(result.locks);
    return 1;
  }
  if (kind === 'lift') {
    process.stdout.write(`Lifted the lock on ${what}.\n`);
    return printLocks(result.locks);
  }
  process.stdout.write(
    result.kind === 'unchanged'
      ? 'The lock is set already, and stays as it is:\n'
      : `Locked ${what}. ${stopsReads ? 'Reads end within 10 s. ' : ''}Changes that had begun may still be made: openOperations lists them.\n`,
  );
  process.stderr.write(await hintAbout(deps, scope));
  return printLocks(result.locks);
}

/** What to check about the name in a scope. The lock is set already, so a trail that can't be read does not fail the command. */
async function hintAbout(deps: LockDependencies, scope: LockScope): Promise<string> {
  try {
    return (await isKnown(deps, scope))
      ? ''
      : `Check the name: the audit trail has no entry of ${describeScope(scope)}.\n`;
  } catch (error) {
    return `Check the name: the audit trail can't be read (${error instanceof Error ? error.message : String(error)}).\n`;
  }
}

function printLocks(locks: readonly Lock[]): number {
  process.stdout.write(locks.length === 0 ? 'No locks are set.\n' : 'Locks:\n');
  for (const lock of locks) {
    const { lockedAt, lockedBy, reason } = lock;
    const why = reason === null ? '' : `: ${JSON.stringify(reason)}`;
    process.stdout.write(`- ${describeLock(lock)}, since ${lockedAt}, by ${lockedBy}${why}\n`);
  }
  return 0;
}

function resolveScope(scope: RequestedScope, home: ClusterDefaults): LockScope {
  return scope.kind === 'CLUSTER' ? { kind: 'CLUSTER', ...resolveCluster(scope, home) } : scope;
}

/** The error of the store says what to do. Errors of AWS get their name too, as some have no message. */
function unavailable({ cause, message }: LedgerUnavailable): string {
  return `The ledger can't be reached: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : message}`;
}

/** Wrong settings end the command with exit code 2, as wrong arguments do. */
function usageErrors<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Error ? new UsageError(error.message) : error;
  }
}

process.exitCode = await runCommand({ help, options, run: (values) => run(readLockRequest(values)) });
