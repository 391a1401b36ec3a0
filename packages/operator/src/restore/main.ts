import { monotonicFactory } from 'ulid';
import { runCommand, UsageError } from '../../../../tools/command.ts';
import { dynamoDbClient } from '../../../local-gateway/src/ledger.ts';
import { readTablesInUse } from '../../../local-gateway/src/settings.ts';
import { identifyOperator } from '../lock/operator.ts';
import { help, options, readRestoreRequest } from './arguments.ts';
import type { RestoreRequest } from './arguments.ts';
import { planRestore, restoreLedger } from './restore.ts';

/** How often the command says that it waits, in milliseconds. */
const waitingMs = 60_000;

/** Restores as the options say. Gives the exit code. */
async function run(request: RestoreRequest): Promise<number> {
  const settings = readTables();
  const client = dynamoDbClient(settings);
  const { idempotencyTable, auditTable } = settings;
  const startedAt = Date.now();
  const minutes = () => Math.round((Date.now() - startedAt) / 60_000);
  const waiting = setInterval(() => process.stderr.write(`Not done after ${minutes()} minutes.\n`), waitingMs);
  try {
    const deps = {
      client,
      names: { idempotencyTable, auditTable },
      clock: Date.now,
      ulid: monotonicFactory(),
      report: (line: string) => void process.stdout.write(`${line}\n`),
    };
    const plan = await planRestore(deps, request.to);
    const names = `IDEMPOTENCY_TABLE=${plan.idempotency.target} AUDIT_TABLE=${plan.audit.target}`;
    if (request.isDryRun) {
      deps.report(`Both tables can be restored. The new ones would be ${names}.`);
      return 0;
    }
    const { principal } = await identifyOperator(settings);
    await restoreLedger(deps, plan, request, principal);
    deps.report(`Both tables are ready, and all changes are locked in them: ${names}`);
    deps.report('docs/recovery.md has the next steps: put them into the stack, query the drift, lift the lock.');
    return 0;
  } catch (error) {
    throw error instanceof Error ? new Error(failure(error), { cause: error }) : error;
  } finally {
    clearInterval(waiting);
    client.destroy();
  }
}

/** Wrong settings end the command with exit code 2. */
function readTables() {
  try {
    return readTablesInUse();
  } catch (error) {
    throw error instanceof Error ? new UsageError(error.message) : error;
  }
}

/** Errors of AWS get their name, as some have no message. */
function failure({ name, message, cause }: Error): string {
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : message;
  return name === 'Error' ? message : `${name}: ${reason}\nThe same command continues.`;
}

process.exitCode = await runCommand({
  help,
  options,
  run: (values) => run(readRestoreRequest(values, Date.now())),
});
