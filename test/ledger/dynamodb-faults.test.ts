import { createServer } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { createDynamoDbLedger } from '../../src/ledger/dynamodb.ts';
import { dynamoDbClientDefaults, repeatedly } from '../../src/ledger/dynamodb-request.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { TableNames } from '../../src/ledger/tables.ts';
import { dynamoDbClient, dynamoDbEndpoint, openTables } from '../support/ledgers.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { auditEntry, now, openRecord, trailQuery } from '../support/ledger-samples.ts';

describeOnDynamoDb('a ledger before a DynamoDB that falters', () => {
  let ledger: Ledger;
  let proxy: Awaited<ReturnType<typeof startFaultProxy>>;
  let names: TableNames;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const tables = await openTables();
    names = tables.names;
    proxy = await startFaultProxy(dynamoDbEndpoint ?? '');
    ledger = ledgerAt(proxy.endpoint, 3);
    close = async () => {
      ledger.close();
      await proxy.stop();
      await tables.close();
    };
  });
  afterAll(async () => {
    await close();
  });
  afterEach(() => {
    const left = proxy.faults.splice(0);
    proxy.seen.length = 0;
    expect(left).toEqual([]);
  });

  function ledgerAt(at: string, maxAttempts: number): Ledger {
    const client = dynamoDbClient({ ...dynamoDbClientDefaults, maxAttempts, endpoint: at });
    return createDynamoDbLedger({ client, ...names });
  }

  const cancelled = (...codes: string[]) => ({
    exception: 'TransactionCanceledException',
    fields: { CancellationReasons: codes.map((Code) => ({ Code })) },
  });
  const begin = (at = ledger) => {
    const record = openRecord();
    const entry = auditEntry({ operationId: record.operationId });
    return { record, entry, commit: () => at.commit({ kind: 'free', now }, record, [entry]) };
  };
  const operations = () => proxy.seen.map(({ operation }) => operation);
  const tokens = () => proxy.seen.map(({ body }) => body.ClientRequestToken);

  test.each([0, 1, 3])('a commit with %d entries is one request, and so is a conflict', async (count) => {
    const record = openRecord();
    const entries = Array.from({ length: count }, () => auditEntry());
    expect(await ledger.commit({ kind: 'free', now }, record, entries)).toEqual({ kind: 'committed' });
    expect(operations()).toEqual(['TransactWriteItems']);
    expect(await ledger.commit({ kind: 'free', now }, record, [])).toEqual({ kind: 'conflict', record });
    expect(operations()).toHaveLength(2);
  });

  test('an append is one request', async () => {
    await ledger.appendEntry(auditEntry());
    expect(operations()).toEqual(['PutItem']);
  });

  test('a commit whose answer is lost is found to be committed, and is written once', async () => {
    const { record, entry, commit } = begin();
    proxy.faults.push({ kind: 'lost-answer' });
    expect(await commit()).toEqual({ kind: 'committed' });
    expect(tokens()).toEqual([tokens()[0], tokens()[0]]);
    expect(await ledger.operationEntries(record.operationId)).toEqual([entry]);
  });

  test('so is one without entries', async () => {
    const record = openRecord();
    proxy.faults.push({ kind: 'lost-answer' });
    expect(await ledger.commit({ kind: 'free', now }, record, [])).toEqual({ kind: 'committed' });
  });

  test('a commit whose answers are all lost is unavailable; made again later, it is found to be committed', async () => {
    const { record, entry, commit } = begin();
    proxy.faults.push(...Array.from({ length: 3 }, () => ({ kind: 'lost-answer' }) as const));
    await expect(commit()).rejects.toThrow(LedgerUnavailable);
    expect(await commit()).toEqual({ kind: 'committed' });
    expect(await ledger.operationEntries(record.operationId)).toEqual([entry]);
  });

  test('an append whose answer is lost is written once', async () => {
    const entry = auditEntry();
    proxy.faults.push({ kind: 'lost-answer' });
    await ledger.appendEntry(entry);
    expect(operations()).toEqual(['PutItem', 'PutItem']);
    expect(await ledger.operationEntries(entry.operationId)).toEqual([entry]);
  });

  test.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
    'a transaction cancelled by %s is made again, as a new one',
    async (code) => {
      const { record, entry, commit } = begin();
      proxy.faults.push({ kind: 'answer', ...cancelled(code, 'None') }, { kind: 'answer', ...cancelled('None', code) });
      expect(await commit()).toEqual({ kind: 'committed' });
      expect(new Set(tokens()).size).toBe(3);
      expect(await ledger.operationEntries(record.operationId)).toEqual([entry]);
    },
  );

  test('a transaction that came into effect though it was called cancelled is committed, not a conflict', async () => {
    const { commit } = begin();
    proxy.faults.push({ kind: 'other-answer', ...cancelled('TransactionConflict', 'None') });
    expect(await commit()).toEqual({ kind: 'committed' });
  });

  test('a commit that keeps being put off is given up after six tries', async () => {
    const { commit } = begin();
    proxy.faults.push(
      ...Array.from({ length: 6 }, () => ({ kind: 'answer', ...cancelled('TransactionConflict', 'None') }) as const),
    );
    await expect(commit()).rejects.toThrow(LedgerUnavailable);
    expect(operations()).toHaveLength(6);
  });

  test('a transaction in progress is asked for again, as the same one', async () => {
    const once = ledgerAt(proxy.endpoint, 1); // So that the client itself doesn't ask again.
    const { commit } = begin(once);
    proxy.faults.push({ kind: 'other-answer', exception: 'TransactionInProgressException' });
    expect(await commit()).toEqual({ kind: 'committed' });
    expect(tokens()).toEqual([tokens()[0], tokens()[0]]);
    once.close();
  });

  test('an append that meets a transaction is made again', async () => {
    const entry = auditEntry();
    proxy.faults.push({ kind: 'answer', exception: 'TransactionConflictException' });
    await ledger.appendEntry(entry);
    expect(await ledger.getEntry(entry)).toEqual(entry);
  });

  test.each(['IdempotentParameterMismatchException', 'ValidationException', 'SerializationException'])(
    '%s is a bug, and thrown as it is',
    async (exception) => {
      proxy.faults.push({ kind: 'answer', exception }, { kind: 'answer', exception });
      await expect(begin().commit()).rejects.toMatchObject({ name: exception });
      await expect(ledger.appendEntry(auditEntry())).rejects.toMatchObject({ name: exception });
    },
  );

  test('so is a cancellation for anything that is wrong with the items', async () => {
    proxy.faults.push({ kind: 'answer', ...cancelled('ValidationError', 'None') });
    await expect(begin().commit()).rejects.toMatchObject({ name: 'TransactionCanceledException' });
  });

  test.each(['AccessDeniedException', 'ResourceNotFoundException'])(
    '%s is unavailable, with its cause',
    async (exception) => {
      // One request each, but one a shard for the lapsed.
      proxy.faults.push(...Array.from({ length: 6 + 16 }, () => ({ kind: 'answer', exception }) as const));
      for (const call of everyMethod(ledger)) {
        await expect(call()).rejects.toMatchObject({ name: 'LedgerUnavailable', cause: { name: exception } });
      }
      while (proxy.faults.length > 0) await setImmediate();
    },
  );

  test('nobody listening is unavailable', async () => {
    const nobody = ledgerAt(await endpointOfNobody(), 1);
    for (const call of everyMethod(nobody)) await expect(call()).rejects.toThrow(LedgerUnavailable);
    nobody.close();
  });

  test('silence, half an answer and a dripping one are unavailable within the bounds of the defaults', async () => {
    const kinds = ['silence', 'half-answer', 'dripping'] as const;
    proxy.faults.push(...kinds.map((kind) => ({ kind })));
    const once = ledgerAt(proxy.endpoint, 1);
    const startedAt = performance.now();
    const appends = kinds.map(() => once.appendEntry(auditEntry()));
    for (const end of await Promise.allSettled(appends)) {
      expect(end).toMatchObject({ status: 'rejected', reason: { name: 'LedgerUnavailable' } });
    }
    expect(performance.now() - startedAt).toBeLessThan(3_500);
    once.close();
  });
});

test('the defaults bound the tries as well', () => {
  expect(dynamoDbClientDefaults.maxAttempts).toBe(3);
});

test('no further try begins after eight seconds', async () => {
  const clock = jest.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValueOnce(8_001);
  const attempt = jest.fn(async () => ({ kind: 'again', cause: 'busy' }) as const);
  await expect(repeatedly(attempt)).rejects.toMatchObject({ name: 'LedgerUnavailable', cause: 'busy' });
  clock.mockRestore();
  expect(attempt).toHaveBeenCalledTimes(1);
});

/** A call of each method that asks DynamoDB. */
function everyMethod(ledger: Ledger): (() => Promise<unknown>)[] {
  const entry = auditEntry();
  return [
    () => ledger.commit({ kind: 'free', now }, openRecord(), [entry]),
    () => ledger.appendEntry(entry),
    () => ledger.getRecord(openRecord().idempotencyKey),
    () => ledger.getEntry(entry),
    () => ledger.operationEntries(entry.operationId),
    () => ledger.readTrail(trailQuery({ kind: 'principal', principalId: entry.principal.id })),
    () => ledger.expiredLeases(now, 1),
  ];
}

/** An endpoint at which nothing listens any more. */
async function endpointOfNobody(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port was given.');
  return `http://127.0.0.1:${address.port}`;
}
