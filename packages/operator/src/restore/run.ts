import { monotonicFactory } from 'ulid';
import { dynamoDbClient } from '../../../../tools/ledger/open-ledger.ts';
import type { LedgerSettings } from '../../../../tools/ledger/settings.ts';
import type { Context } from '../cli/command.ts';
import { identifyOperator } from '../lock/operator.ts';
import { planRestore, restoreLedger } from './restore.ts';
import type { RestoreRequest } from './restore.ts';

/** How often the command says that it waits, in milliseconds. */
const waitingMs = 60_000;

/** Restores as the options say. Gives the exit code. */
export async function run(
  request: RestoreRequest,
  { settings, print, warn }: Context<LedgerSettings>,
): Promise<number> {
  const client = dynamoDbClient(settings);
  const { idempotencyTable, auditTable } = settings;
  const startedAt = Date.now();
  const minutes = () => Math.round((Date.now() - startedAt) / 60_000);
  const waiting = setInterval(() => warn(`Not done after ${minutes()} minutes.`), waitingMs);
  try {
    const names = { idempotencyTable, auditTable };
    const deps = { client, names, clock: Date.now, ulid: monotonicFactory(), report: print };
    const plan = await planRestore(deps, request.to);
    const targets = `IDEMPOTENCY_TABLE=${plan.idempotency.target} AUDIT_TABLE=${plan.audit.target}`;
    if (request.isDryRun) {
      print(`Both tables can be restored. The new ones would be ${targets}.`);
      return 0;
    }
    const { principal } = await identifyOperator(settings);
    await restoreLedger(deps, plan, request, principal);
    print(`Both tables are ready, and all changes are locked in them: ${targets}`);
    print('docs/incidents.md has the next steps: put them into the stack, query the drift, lift the lock.');
    return 0;
  } catch (error) {
    throw error instanceof Error ? new Error(failure(error), { cause: error }) : error;
  } finally {
    clearInterval(waiting);
    client.destroy();
  }
}

/** Errors of AWS get their name, as some have no message. */
function failure({ name, message, cause }: Error): string {
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : message;
  return name === 'Error' ? message : `${name}: ${reason}\nThe same command continues.`;
}
