import { auditEntryId } from '../../../../src/model/audit.ts';
import { auditEntryAt, now } from '../../../../test/support/ledger-samples.ts';
import { openTables } from '../../../../test/support/ledgers.ts';
import { describeOnDynamoDb } from '../../../../test/support/on-dynamodb.ts';
import { runOperator } from '../run-operator.ts';
import { tamperedLedgers } from './tampered-ledger.ts';

const day = 86_400_000;

describeOnDynamoDb('a new audit table with the recent entries', () => {
  test('takes the place of the old one: the log continues, and covers both with the archive', async () => {
    const opened = await tamperedLedgers[1]?.open();
    if (!opened) throw new Error('No ledger was opened.');
    const target = await openTables();
    const append = async (time: number, to = opened.ledger) => {
      const entry = auditEntryAt(time);
      await to.appendEntry(entry);
      return auditEntryId(entry);
    };
    // The log began before its entries.
    await opened.ledger.putCheckpointHead(null, { size: 0, root: '', publishedSize: 0 });
    const old = await append(now - 10 * day);
    await append(now - 2);
    await opened.log.run();

    const since = new Date(now - day).toISOString();
    const run = (args: readonly string[], env: Record<string, string> = {}) =>
      runOperator(args, { ...opened.env, ...env });
    const copied = await run(['trail', 'copy', '--since', since, '--target', target.names.auditTable]);
    expect(copied).toEqual({ status: 0, stdout: `1 entries are copied to ${target.names.auditTable}.\n`, stderr: '' });

    // The head stays in the idempotency table, and later entries are in the new table only.
    const switched = { AUDIT_TABLE: target.names.auditTable };
    const { makeDynamoDbLedger } = await import('../../../../src/ledger/dynamodb/ledger.ts');
    const { dynamoDbItems } = await import('../../../../src/ledger/dynamodb/items.ts');
    const { storedCheckpoints } = await import('../../../../src/ledger/stored/checkpoints.ts');
    const names = { idempotencyTable: opened.env.IDEMPOTENCY_TABLE ?? '', auditTable: target.names.auditTable };
    const store = { client: target.client, ...names };
    await makeDynamoDbLedger(store).appendEntry(auditEntryAt(now - 1));
    expect(await opened.log.run({ store: storedCheckpoints(dynamoDbItems(store)) })).toMatchObject({
      size: 3,
      added: 1,
    });

    expect(await run(['trail', 'verify', '--since', since], switched)).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/^Versions not examined: [^\n]+\n$/) as string,
    });
    expect(await run(['trail', 'verify', '--archive'])).toMatchObject({ status: 0 });
    const all = await run(['trail', 'verify'], switched);
    expect(all.stdout).toContain(`REMOVED Entry ${old} is missing: it is leaf 0 of the log.`);
    await target.close();
    await opened.close();
  });
});
