// Quick test: test/ledger/dynamodb.test.ts.
import { createServer } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import { dynamoDbClientDefaults, withRetries } from '../../src/ledger/dynamodb/request.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { TableNames } from '../../src/ledger/dynamodb/tables.ts';
import { dynamoDbClient, dynamoDbEndpoint, openTables } from '../support/ledgers.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { auditEntry, recordTime as now, openRecord, trailQuery } from '../support/ledger-samples.ts';

describeOnDynamoDb('a ledger behind a faulty DynamoDB', () => {
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
    const unused = proxy.faults.splice(0);
    proxy.seen.length = 0;
    expect(unused).toEqual([]);
  });

  function ledgerAt(endpoint: string, maxAttempts: number): Ledger {
    const client = dynamoDbClient({ ...dynamoDbClientDefaults, maxAttempts, endpoint });
    return makeDynamoDbLedger({ client, ...names });
  }

  const cancelled = (...codes: string[]) => ({
    exception: 'TransactionCanceledException',
    fields: { CancellationReasons: codes.map((Code) => ({ Code })) },
  });
  const newCommit = (target = ledger) => {
    const record = openRecord();
    const entry = auditEntry({ operationId: record.operationId });
    return { record, entry, commit: () => target.commit({ kind: 'free', now }, record, [entry]) };
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

  test('a commit whose response is lost is committed, and written once', async () => {
    const { record, entry, commit } = newCommit();
    proxy.faults.push({ kind: 'lost-answer' });
    expect(await commit()).toEqual({ kind: 'committed' });
    expect(tokens()).toEqual([tokens()[0], tokens()[0]]);
    expect(await ledger.operationEntries(record.operationId)).toEqual([entry]);
  });

  test('a commit without entries whose response is lost is committed', async () => {
    const record = openRecord();
    proxy.faults.push({ kind: 'lost-answer' });
    expect(await ledger.commit({ kind: 'free', now }, record, [])).toEqual({ kind: 'committed' });
  });

  test('a commit whose responses are all lost fails as unavailable; repeated later, it is committed', async () => {
    const { record, entry, commit } = newCommit();
    proxy.faults.push(...Array.from({ length: 3 }, () => ({ kind: 'lost-answer' }) as const));
    await expect(commit()).rejects.toThrow(LedgerUnavailable);
    expect(await commit()).toEqual({ kind: 'committed' });
    expect(await ledger.operationEntries(record.operationId)).toEqual([entry]);
  });

  test('an append whose response is lost is written once', async () => {
    const entry = auditEntry();
    proxy.faults.push({ kind: 'lost-answer' });
    await ledger.appendEntry(entry);
    expect(operations()).toEqual(['PutItem', 'PutItem']);
    expect(await ledger.operationEntries(entry.operationId)).toEqual([entry]);
  });

  test.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
    'a transaction cancelled by %s is repeated as a new transaction',
    async (code) => {
      const { record, entry, commit } = newCommit();
      proxy.faults.push({ kind: 'answer', ...cancelled(code, 'None') }, { kind: 'answer', ...cancelled('None', code) });
      expect(await commit()).toEqual({ kind: 'committed' });
      expect(new Set(tokens()).size).toBe(3);
      expect(await ledger.operationEntries(record.operationId)).toEqual([entry]);
    },
  );

  test('a transaction that took effect although it was reported as cancelled is committed, not a conflict', async () => {
    const { commit } = newCommit();
    proxy.faults.push({ kind: 'other-answer', ...cancelled('TransactionConflict', 'None') });
    expect(await commit()).toEqual({ kind: 'committed' });
  });

  test('a commit that is cancelled repeatedly fails after six attempts', async () => {
    const { commit } = newCommit();
    proxy.faults.push(
      ...Array.from({ length: 6 }, () => ({ kind: 'answer', ...cancelled('TransactionConflict', 'None') }) as const),
    );
    await expect(commit()).rejects.toThrow(LedgerUnavailable);
    expect(operations()).toHaveLength(6);
  });

  test('a transaction in progress is repeated with the same token', async () => {
    const single = ledgerAt(proxy.endpoint, 1); // The client itself does not retry.
    const { commit } = newCommit(single);
    proxy.faults.push({ kind: 'other-answer', exception: 'TransactionInProgressException' });
    expect(await commit()).toEqual({ kind: 'committed' });
    expect(tokens()).toEqual([tokens()[0], tokens()[0]]);
    single.close();
  });

  test('an append that conflicts with a transaction is repeated', async () => {
    const entry = auditEntry();
    proxy.faults.push({ kind: 'answer', exception: 'TransactionConflictException' });
    await ledger.appendEntry(entry);
    expect(await ledger.getEntry(entry)).toEqual(entry);
  });

  test.each(['IdempotentParameterMismatchException', 'ValidationException', 'SerializationException'])(
    '%s means a bug and is thrown unchanged',
    async (exception) => {
      proxy.faults.push({ kind: 'answer', exception });
      await expect(newCommit().commit()).rejects.toMatchObject({ name: exception });
      proxy.faults.push({ kind: 'answer', exception });
      await expect(ledger.appendEntry(auditEntry())).rejects.toMatchObject({ name: exception });
    },
  );

  test('a cancellation because of invalid items is not retried, and says that operators have to act', async () => {
    proxy.faults.push({ kind: 'answer', ...cancelled('ValidationError', 'None') });
    await expect(newCommit().commit()).rejects.toMatchObject({ code: 'LEDGER_UNUSABLE' });
    expect(operations()).toEqual(['TransactWriteItems', 'DescribeTable', 'DescribeTable']);
  });

  test.each(['AccessDeniedException', 'ResourceNotFoundException'])(
    '%s fails as unavailable, with the exception as its cause',
    async (exception) => {
      // One request per method, but one per shard for the expired leases.
      proxy.faults.push(...Array.from({ length: 6 + 16 }, () => ({ kind: 'answer', exception }) as const));
      for (const call of everyMethod(ledger)) {
        await expect(call()).rejects.toMatchObject({ name: 'LedgerUnavailable', cause: { name: exception } });
      }
      while (proxy.faults.length > 0) await setImmediate();
    },
  );

  test('a refused connection fails as unavailable', async () => {
    const unreachable = ledgerAt(await closedEndpoint(), 1);
    for (const call of everyMethod(unreachable)) await expect(call()).rejects.toThrow(LedgerUnavailable);
    unreachable.close();
  });

  test('a missing, an incomplete and a stalled response fail as unavailable within the default timeouts', async () => {
    const kinds = ['silence', 'half-answer', 'dripping'] as const;
    proxy.faults.push(...kinds.map((kind) => ({ kind })));
    const single = ledgerAt(proxy.endpoint, 1);
    const appends = kinds.map(() => single.appendEntry(auditEntry()));
    for (const settled of await Promise.allSettled(appends)) {
      expect(settled).toMatchObject({ status: 'rejected', reason: { name: 'LedgerUnavailable' } });
    }
    single.close();
    const { connectionTimeout, requestTimeout, socketTimeout } = dynamoDbClientDefaults.requestHandler;
    expect([connectionTimeout, requestTimeout, socketTimeout]).toEqual([1_000, 2_000, 2_000]);
  });
});

test('the client makes three attempts by default', () => {
  expect(dynamoDbClientDefaults.maxAttempts).toBe(3);
});

test('starts no further attempt after eight seconds', async () => {
  const clock = jest.spyOn(process.hrtime, 'bigint').mockReturnValueOnce(0n).mockReturnValueOnce(8_001_000_000n);
  const attempt = jest.fn(async () => ({ kind: 'retry', cause: 'busy' }) as const);
  await expect(withRetries(attempt)).rejects.toMatchObject({ name: 'LedgerUnavailable', cause: 'busy' });
  clock.mockRestore();
  expect(attempt).toHaveBeenCalledTimes(1);
});

/** A call of each method that sends requests to DynamoDB. */
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

/** An endpoint that refuses connections. */
async function closedEndpoint(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return `http://127.0.0.1:${address.port}`;
}
