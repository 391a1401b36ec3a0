import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { makeDynamoDbLedger } from '../../../../src/ledger/dynamodb/ledger.ts';
import type { TableNames } from '../../../../src/ledger/dynamodb/tables.ts';
import { changeLocks } from '../lock/change-locks.ts';
import type { LockChange } from '../lock/change-locks.ts';
import { copyLaterEntries } from './later-entries.ts';
import { checkRestorable, copySettings, restoreTable, streamArnOf, targetOf } from './tables.ts';
import type { TablePair } from './tables.ts';

/** What to restore. */
export interface RestoreRequest {
  /** The restore point, in milliseconds since the epoch; a whole second. */
  readonly to: number;
  readonly reason: string;
  /** Whether audit entries after the restore point are copied from the table in use. */
  readonly copiesLaterEntries: boolean;
  /** Whether only the plan is printed. */
  readonly isDryRun: boolean;
}

/** What a restore works with. */
export interface RestoreDependencies {
  readonly client: DynamoDBClient;
  /** The tables in use. */
  readonly names: TableNames;
  readonly clock: () => number;
  readonly ulid: (time: number) => string;
  /** Writes a line about what is done. */
  readonly report: (line: string) => void;
}

/** The new tables. */
export interface RestorePlan {
  readonly idempotency: TablePair;
  readonly audit: TablePair;
}

/** Checks that both tables can be restored. Changes nothing. Throws an Error that says why not. */
export async function planRestore({ client, names }: RestoreDependencies, to: number): Promise<RestorePlan> {
  const plan = { idempotency: targetOf(names.idempotencyTable, to), audit: targetOf(names.auditTable, to) };
  for (const pair of Object.values(plan)) await checkRestorable(client, pair, to);
  return plan;
}

/**
 * Restores both tables to the same second, with all changes locked in the tables in use and in the
 * new ones. Each step can be repeated. Throws the error of DynamoDB, after which the same call
 * continues.
 */
export async function restoreLedger(
  deps: RestoreDependencies,
  plan: RestorePlan,
  { to, reason, copiesLaterEntries }: Omit<RestoreRequest, 'isDryRun'>,
  operator: LockChange['operator'],
): Promise<void> {
  const { client, names, report } = deps;
  const pairs = [plan.idempotency, plan.audit];
  const lock = { kind: 'lock', scope: { kind: 'ALL' }, reason, operator } as const;
  await lockTables(deps, names, lock);
  report('All changes are locked.');

  report(`Restoring to ${new Date(to).toISOString()}. This takes from minutes to hours.`);
  const restoring = pairs.map(async (pair) => {
    await restoreTable(client, pair, to);
    report(`${pair.target} is restored.`);
  });
  await waitForAll(restoring);

  // Before anything is copied, so that no gateway changes anything with the new tables until the
  // lock is lifted.
  await lockTables(deps, { idempotencyTable: plan.idempotency.target, auditTable: plan.audit.target }, lock);
  if (copiesLaterEntries) {
    const copied = await copyLaterEntries(client, plan.audit, to, (count) => report(`${count} audit entries copied.`));
    report(`${copied} audit entries from the restore point on were missing, and are copied.`);
  }
  for (const pair of pairs) {
    await copySettings(client, pair);
    report(`${pair.target} has the settings of ${pair.source}.`);
  }
  const stream = await streamArnOf(client, plan.audit.target);
  if (stream !== null) report(`AUDIT_STREAM_ARN=${stream}`);
}

async function lockTables({ client, clock, ulid }: RestoreDependencies, names: TableNames, lock: LockChange) {
  await changeLocks({ ledger: makeDynamoDbLedger({ client, ...names }), clock, ulid }, lock);
}

/**
 * Waits for all of them, also after one failed: a restore that has begun goes on. Throws the first
 * error.
 */
async function waitForAll(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
