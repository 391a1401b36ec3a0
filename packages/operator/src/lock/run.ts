import { monotonicFactory } from 'ulid';
import type { Ledger } from '../../../../src/ledger/ledger.ts';
import { exampleAccountId } from '../../../../tools/ledger/settings.ts';
import type { LedgerSettings } from '../../../../tools/ledger/settings.ts';
import { describeLock, describeScope } from '../../../../src/model/lock.ts';
import type { Lock, LockScope } from '../../../../src/model/lock.ts';
import { resolveCluster } from '../../../../src/validation/names.ts';
import type { ClusterDefaults } from '../../../../src/validation/names.ts';
import type { Context } from '../cli/command.ts';
import { makeWorld } from '../../../local-gateway/src/world/world.ts';
import { withLedger } from '../session.ts';
import type { WithWorld } from '../settings.ts';
import { changeLocks, isKnown } from './change-locks.ts';
import type { LockDependencies } from './change-locks.ts';
import { identifyOperator } from './operator.ts';
import type { Operator } from './operator.ts';

/**
 * Which changes a lock is about; the account and region of a cluster are null where the options
 * leave them out.
 */
export type RequestedScope =
  | { readonly kind: 'ALL' }
  | { readonly kind: 'PRINCIPAL'; readonly principalId: string }
  | {
      readonly kind: 'CLUSTER';
      readonly clusterName: string;
      readonly accountId: string | null;
      readonly region: string | null;
    };

/** What to do. */
export type LockRequest =
  | { readonly kind: 'list' }
  | {
      readonly kind: 'lock' | 'lift';
      readonly scope: RequestedScope;
      readonly reason: string | null;
      /** Whether the lock is to stop reads too. */
      readonly stopsReads: boolean;
    };

type Output = Context<LedgerSettings & WithWorld & { readonly homeAccountId: string | null }>;

/** Does what the options say. Gives the exit code. */
export function run(request: LockRequest, context: Output): Promise<number> {
  const { settings } = context;
  return withLedger(settings, async (ledger) => {
    if (request.kind === 'list') return printLocks((await ledger.getLocks()).locks, context);
    const operator = await identifyOperator(settings);
    const home = settings.world && makeWorld(settings.world.name, settings.world.text, settings.world.defaults).home;
    const accountId = settings.homeAccountId ?? operator.accountId ?? exampleAccountId;
    const scope = resolveScope(request.scope, home ?? { accountId, region: settings.region });
    return change(ledger, request, scope, operator, context);
  });
}

async function change(
  ledger: Ledger,
  { kind, reason, stopsReads }: Exclude<LockRequest, { kind: 'list' }>,
  scope: LockScope,
  { principal: operator }: Operator,
  context: Output,
): Promise<number> {
  const { print, warn } = context;
  const deps = { ledger, clock: Date.now, ulid: monotonicFactory() };
  const result = await changeLocks(deps, { kind, scope, reason, stopsReads, operator });
  const what = describeLock(result.lock ?? { scope });
  if (kind === 'lift') {
    if (result.lock === null) warn(`There is no lock on ${what}.`);
    else print(`Lifted the lock on ${what}.`);
    printLocks(result.locks, context);
    return result.lock === null ? 1 : 0;
  }
  print(
    result.kind === 'unchanged'
      ? 'The lock is set already, and stays as it is:'
      : `Locked ${what}. ${stopsReads ? 'Reads end within 10 s. ' : ''}Changes that had begun may still be made: openOperations lists them.`,
  );
  const hint = await hintAbout(deps, scope);
  if (hint !== null) warn(hint);
  return printLocks(result.locks, context);
}

/**
 * What to check about the name in a scope. The lock is set already, so a trail that can't be read
 * does not fail the command.
 */
async function hintAbout(deps: LockDependencies, scope: LockScope): Promise<string | null> {
  try {
    return (await isKnown(deps, scope))
      ? null
      : `Check the name: the audit trail has no entry of ${describeScope(scope)}.`;
  } catch (error) {
    return `Check the name: the audit trail can't be read (${error instanceof Error ? error.message : String(error)}).`;
  }
}

function printLocks(locks: readonly Lock[], { print }: Output): number {
  print(locks.length === 0 ? 'No locks are set.' : 'Locks:');
  for (const lock of locks) {
    const { lockedAt, lockedBy, reason } = lock;
    const why = reason === null ? '' : `: ${JSON.stringify(reason)}`;
    print(`- ${describeLock(lock)}, since ${lockedAt}, by ${lockedBy}${why}`);
  }
  return 0;
}

function resolveScope(scope: RequestedScope, home: ClusterDefaults): LockScope {
  return scope.kind === 'CLUSTER' ? { kind: 'CLUSTER', ...resolveCluster(scope, home) } : scope;
}
