import { isSigned, parseCheckpoint, signCheckpoint } from '../../src/checkpoints/note.ts';
import { auditEntryId } from '../../src/model/audit.ts';
import { openBucketLog, openLog } from '../support/checkpoint-log.ts';
import { auditEntryAt, now } from '../support/ledger-samples.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import type { LedgerUnderTest } from '../support/ledgers.ts';

const minute = 60_000;

describeOnLedger('a log in a bucket, on $name,', ({ open }: LedgerUnderTest) => {
  let opened: Awaited<ReturnType<LedgerUnderTest['open']>>;
  let log: Awaited<ReturnType<typeof openBucketLog>>;

  beforeEach(async () => {
    opened = await open();
    log = await openBucketLog(opened.ledger);
  });
  afterEach(async () => {
    await log.close();
    await opened.close();
  });

  const append = async (time: number, fields: Parameters<typeof auditEntryAt>[1] = {}) => {
    const entry = auditEntryAt(time, fields);
    await opened.ledger.appendEntry(entry);
    return auditEntryId(entry);
  };
  const permit = (time: number, operationId = `lock-${auditEntryAt(now).entryId}`) =>
    append(time, { event: 'LOG_PERMITTED', operation: 'BEGIN_LOG', request: null, operationId });
  /** The store of the ledger, without the head: someone deleted it. */
  const withoutHead = { getCheckpointHead: () => Promise.resolve(null) };

  test('does not begin again where all of its objects are hidden and its head is deleted', async () => {
    await append(now - 1);
    await log.run();
    for (const name of log.objects.names()) log.objects.hide(name);
    const run = log.run({ store: { ...opened.ledger, ...withoutHead } });
    await expect(run).rejects.toThrow('has another checkpoint than it must have: a delete marker hides it');
  });

  test('does not begin where objects but `checkpoint` are hidden or left', async () => {
    const store = { ...opened.ledger, ...withoutHead };
    await append(now - 1);
    log.objects.put('archive/0000000000000000.ndjson', Buffer.alloc(1));
    await expect(log.run({ store })).rejects.toThrow('there is an object archive/0000000000000000.ndjson');
    log.objects.remove('archive/0000000000000000.ndjson');
    log.objects.hide('archive/0000000000000000.ndjson');
    await expect(log.run({ store })).rejects.toThrow(
      'The log does not begin by itself: a delete marker hides archive/0000000000000000.ndjson.',
    );
    expect(log.requests.filter((request) => request === 'PutObject')).toEqual([]);
  });

  test('does not begin where an entry is older than an hour, unless an operator permitted it in the trail', async () => {
    const old = await append(now - 61 * minute);
    await expect(log.run()).rejects.toThrow(`entry ${old} is older than an hour`);
    // A permission of any other writer, or of another time.
    await permit(now - 1, auditEntryAt(now).operationId);
    await permit(now - 62 * minute);
    const lock = { event: 'LOCKED', operation: 'LOCK_CHANGES', request: null } as const;
    await append(now - 1, { ...lock, operationId: `lock-${auditEntryAt(now).entryId}` });
    await expect(log.run()).rejects.toThrow('does not begin by itself');
    await permit(now - 59 * minute);
    expect(await log.run()).toMatchObject({ size: 5, added: 5 });
  });

  test('begins although an old item of the trail is no entry', async () => {
    await append(now - 1);
    const { entryId, operationId } = auditEntryAt(now - 61 * minute);
    const storedEntries: typeof opened.ledger.storedEntries = async function* (from, to) {
      if (from === 0) yield { entryId, operationId, text: '{}', personal: null, differing: () => [] };
      yield* opened.ledger.storedEntries(from, to);
    };
    expect(await log.run({ store: { ...opened.ledger, storedEntries } })).toMatchObject({ size: 1 });
  });

  test('is left to a run that began it meanwhile, and was killed', async () => {
    await append(now - 1);
    const putLatest = () => Promise.reject(new Error('killed'));
    let reads = 0;
    const getCheckpointHead = async () => {
      reads += 1;
      if (reads > 1) return opened.ledger.getCheckpointHead();
      await expect(log.run({ storage: { ...log.storage, putLatest } })).rejects.toThrow('killed');
      return null;
    };
    const run = log.run({ store: { ...opened.ledger, getCheckpointHead } });
    expect(await run).toEqual({ size: 1, added: 0, isSuperseded: true });
  });

  test('begins by itself after a run that was killed before its first commit', async () => {
    await append(now - 1);
    const putCheckpointHead: typeof opened.ledger.putCheckpointHead = (expected, next) =>
      next.size > 0 ? Promise.reject(new Error('killed')) : opened.ledger.putCheckpointHead(expected, next);
    await expect(log.run({ store: { ...opened.ledger, putCheckpointHead } })).rejects.toThrow('killed');
    expect(log.objects.names()).toEqual(['archive/0000000000000000.ndjson']);
    expect(await opened.ledger.getCheckpointHead()).toMatchObject({ size: 0, publishedSize: 0 });
    log.clock.now += 120 * minute;
    expect(await log.run()).toMatchObject({ size: 1 });
  });

  test.each(['tile/0/000.p/1', 'archive/0000000000000001.ndjson'])(
    'does not begin over a head of size 0 where there is %s',
    async (name) => {
      await append(now - 1);
      await opened.ledger.putCheckpointHead(null, { size: 0, root: '', publishedSize: 0 });
      log.objects.put(name, Buffer.alloc(32));
      await expect(log.run()).rejects.toThrow(`there is an object ${name}`);
    },
  );

  test('is not continued where a delete marker hides what it needs', async () => {
    await append(now - 1);
    await log.run();
    await append(now);
    log.objects.hide('tile/entries/000.p/1');
    await expect(log.run()).rejects.toThrow('tile/entries/000.p/1 than it must have: a delete marker hides it');
    log.objects.hide('checkpoint');
    await expect(log.run()).rejects.toThrow('checkpoint than it must have: a delete marker hides it');
  });

  test('lists versions only where there is no head', async () => {
    await append(now - 1);
    await log.run();
    expect(log.requests.filter((request) => request === 'ListObjectVersions')).toHaveLength(1);
    await append(now);
    await log.run();
    expect(log.requests.filter((request) => request === 'ListObjectVersions')).toHaveLength(1);
  });

  test('is not published where the archive leads to another root than the committed head', async () => {
    await append(now - 1);
    await log.run();
    const head = await opened.ledger.getCheckpointHead();
    await append(now);
    const putCheckpointHead: typeof opened.ledger.putCheckpointHead = (expected, next) =>
      opened.ledger.putCheckpointHead(expected, next.size > 1 ? { ...next, root: head?.root ?? '' } : next);
    const putLatest = () => Promise.reject(new Error('killed'));
    const storage = { ...log.storage, putLatest };
    await expect(log.run({ store: { ...opened.ledger, putCheckpointHead }, storage })).rejects.toThrow('killed');
    log.objects.remove('checkpoints/0000000000000002');
    await expect(log.run()).rejects.toThrow('the committed head has another root');
    expect(log.objects.names()).not.toContain('checkpoints/0000000000000002');
  });

  test('is not published over the checkpoint of another tree', async () => {
    await append(now - 1);
    await log.run();
    await append(now);
    log.objects.put('checkpoints/0000000000000002', log.objects.newest('checkpoint')?.bytes ?? Buffer.alloc(0));
    await expect(log.run()).rejects.toThrow('it is the checkpoint of another tree');
  });

  /** A log of size 2 whose ledger was restored to a head of size 1. */
  const restored = async () => {
    await append(now - 2);
    await log.run();
    const first = await opened.ledger.getCheckpointHead();
    await append(now - 1);
    await log.run();
    const latest = await opened.ledger.getCheckpointHead();
    await opened.ledger.putCheckpointHead(latest, first ?? { size: 0, root: '', publishedSize: 0 });
  };
  /** The published sizes of the heads that a run commits. */
  const committedSizes = async () => {
    const heads: number[] = [];
    const putCheckpointHead: typeof opened.ledger.putCheckpointHead = (expected, next) => {
      heads.push(next.publishedSize);
      return opened.ledger.putCheckpointHead(expected, next);
    };
    await log.run({ store: { ...opened.ledger, putCheckpointHead } });
    return heads;
  };

  test('is not caught up with a checkpoint that the key did not sign', async () => {
    await restored();
    const other = openLog(opened.ledger);
    const [note = '', signature = ''] = String(log.objects.newest('checkpoint')?.bytes).split('\n\n');
    const { sign } = await other.key();
    const forged = Buffer.concat([
      Buffer.from(signature.split(' ')[2] ?? '', 'base64').subarray(0, 4),
      await sign(Buffer.from(`${note}\n`)),
    ]);
    log.objects.put('checkpoint', Buffer.from(`${note}\n\n— ${log.deps.origin} ${forged.toString('base64')}\n`));
    other.close();
    // By the archive: a batch is committed before it is published.
    expect(await committedSizes()).toEqual([1, 2]);
  });

  test('is not caught up with a checkpoint of another log of the same key', async () => {
    await restored();
    const latest = parseCheckpoint(String(log.objects.newest('checkpoint')?.bytes));
    if (latest === null) throw new Error('There is no checkpoint.');
    const signer = await log.deps.signer();
    const note = await signCheckpoint({ ...latest, origin: 'gateway.example/other' }, signer);
    const other = parseCheckpoint(note);
    expect(other && isSigned(other, [signer.key])).toBe(true);
    log.objects.put('checkpoint', Buffer.from(note));
    expect(await committedSizes()).toEqual([1, 2]);
  });

  test('is not caught up with a checkpoint to which the tiles do not lead', async () => {
    await restored();
    log.objects.put('tile/0/000.p/2', Buffer.alloc(64));
    await expect(log.run()).rejects.toThrow('its tiles do not lead to the root of the head');
    expect(await opened.ledger.getCheckpointHead()).toMatchObject({ size: 1 });
  });

  test('has the newest checkpoint at the fixed name after a slow put of a superseded run', async () => {
    await append(now - 2);
    let puts = 0;
    const putLatest = async (bytes: Uint8Array) => {
      puts += 1;
      if (puts === 1) {
        // Another run goes on meanwhile, and is done.
        await append(now - 1);
        await log.run();
      }
      await log.storage.putLatest(bytes);
    };
    const storage = { ...log.storage, putLatest };
    expect(await log.run({ storage })).toMatchObject({ isSuperseded: true, size: 2 });
    expect(String(log.objects.newest('checkpoint')?.bytes).split('\n')[1]).toBe('2');
  });

  test('has the newest checkpoint at the fixed name in the next run, where the process of that put was killed', async () => {
    await append(now - 2);
    await log.run();
    const old = log.objects.newest('checkpoint')?.bytes ?? Buffer.alloc(0);
    await append(now - 1);
    await log.run();
    log.objects.put('checkpoint', old);
    await log.run();
    expect(String(log.objects.newest('checkpoint')?.bytes).split('\n')[1]).toBe('2');
  });
});
