import { examineNext, leavesSince } from '../../src/checkpoints/stragglers.ts';
import { entryText } from '../../src/ledger/stored/entry-json.ts';
import { auditEntryId } from '../../src/model/audit.ts';
import { openLog, problemsOfLog, readLog } from '../support/checkpoint-log.ts';
import { auditEntryAt, now } from '../support/ledger-samples.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import type { LedgerUnderTest } from '../support/ledgers.ts';

const [minute, hour] = [60_000, 3_600_000];

describeOnLedger('entries that appear too late, on $name,', ({ open }: LedgerUnderTest) => {
  let opened: Awaited<ReturnType<LedgerUnderTest['open']>>;
  let log: ReturnType<typeof openLog>;

  beforeEach(async () => {
    opened = await open();
    log = openLog(opened.ledger);
    await append(now - minute);
    await log.run();
  });
  afterEach(async () => {
    log.close();
    await opened.close();
  });

  const append = async (time: number) => {
    const entry = auditEntryAt(time);
    await opened.ledger.appendEntry(entry);
    return auditEntryId(entry);
  };
  const stragglers = async () =>
    (await readLog(log.folder)).leaves.flatMap((leaf) => {
      const { id, straggler } = JSON.parse(leaf.toString()) as { id: string; straggler?: boolean };
      return straggler === true ? [id] : [];
    });
  const after = async (ms: number) => {
    log.clock.now += ms;
    return log.run();
  };

  test('are taken in a day later, marked, and once', async () => {
    await after(40 * minute);
    await append(log.clock.now - 1);
    await log.run();
    const late = await append(now + 10 * minute);
    expect(await after(minute)).toMatchObject({ added: 0 });
    expect(await after(23 * hour)).toMatchObject({ added: 0 });
    // After an entry of its own time.
    await append(log.clock.now - 1);
    expect(await after(2 * hour)).toMatchObject({ added: 2 });
    expect(await stragglers()).toEqual([late]);
    expect(await after(hour)).toMatchObject({ added: 0 });
    // One in order follows it, and is not taken for late a day later.
    await append(log.clock.now - 1);
    expect(await log.run()).toMatchObject({ added: 1 });
    expect(await after(27 * hour)).toMatchObject({ added: 0 });
    // A ledger that was restored has an earlier time.
    const head = await opened.ledger.getCheckpointHead();
    if (head === null) throw new Error('There is no head.');
    await opened.ledger.putCheckpointHead(head, { ...head, examinedTo: now });
    expect(await log.run()).toMatchObject({ added: 0 });
    expect(await problemsOfLog(log.folder, [late])).toEqual([]);
  });

  test('do not end the search for entries that the log has in an earlier bundle', async () => {
    await after(40 * minute);
    await append(log.clock.now - 1);
    await log.run();
    const late = await append(now + 10 * minute);
    log.clock.now = now + 26 * hour;
    const recent: string[] = [];
    for (let count = 0; count < 256; count += 1) recent.push(await append(log.clock.now - 300 + count));
    expect(await log.run()).toMatchObject({ size: 259, added: 257 });
    expect(await stragglers()).toEqual([late]);
    expect(await log.run()).toMatchObject({ size: 259, added: 0 });
    expect(await problemsOfLog(log.folder, recent)).toEqual([]);
  });

  test('are looked for in all leaves that were taken in at a time, also in the last of a bundle', async () => {
    const indexes = async (time: number) => {
      const found: number[] = [];
      for await (const { index } of leavesSince(log.storage, 1, time)) found.push(index);
      return found;
    };
    expect(await indexes(now)).toEqual([0]);
    expect(await indexes(now + 1)).toEqual([]);
  });

  test('are taken in by parts of 10,000, of one hour too', async () => {
    const examinedTo = now - 30 * hour;
    const storedEntries = async function* () {
      for (let count = 0; count < 10_001; count += 1) {
        const entry = auditEntryAt(examinedTo + 1);
        const { entryId, operationId } = entry;
        const text = entryText(entry);
        yield await Promise.resolve({ entryId, operationId, text, personal: null, differing: () => [] });
      }
    };
    const head = { size: 0, root: '', publishedSize: 0, examinedTo };
    const examined = await examineNext({ ...log.deps, store: { ...opened.ledger, storedEntries } }, head);
    expect(examined).toMatchObject({ examinedTo, hasMore: true });
    expect(examined?.entries).toHaveLength(10_000);
  });

  test('are found in the hours that no run examined, one after the other', async () => {
    const late: string[] = [];
    await after(40 * hour);
    await append(log.clock.now - 1);
    await log.run();
    for (const time of [now + 17 * hour, now + 20 * hour]) late.push(await append(time));
    await after(10 * hour);
    expect(await stragglers()).toEqual(late);
    expect((await opened.ledger.getCheckpointHead())?.examinedTo).toBe(now + 26 * hour);
  });

  test('are looked for by a log of a version that did not, from the last day on', async () => {
    const head = await opened.ledger.getCheckpointHead();
    if (head === null) throw new Error('There is no head.');
    const { size, root, publishedSize } = head;
    await opened.ledger.putCheckpointHead(head, { size, root, publishedSize });
    log.clock.now = now + 30 * hour;
    await log.run();
    expect((await opened.ledger.getCheckpointHead())?.examinedTo).toBe(now + 6 * hour);
  });

  test('wait for the next run after the part of the archive of another run', async () => {
    await after(40 * minute);
    await append(log.clock.now - 1);
    await log.run();
    const late = await append(now + 10 * minute);
    log.clock.now += 26 * hour;
    // The other run has written a part with a newer entry, and was killed.
    let parts = 0;
    const putIfAbsent: typeof log.storage.putIfAbsent = async (name, bytes) => {
      parts += name.startsWith('archive/') ? 1 : 0;
      if (parts === 1) {
        await append(log.clock.now - 1);
        const killed = { ...opened.ledger, putCheckpointHead: () => Promise.reject(new Error('killed')) };
        await expect(log.run({ store: killed })).rejects.toThrow('killed');
      }
      return log.storage.putIfAbsent(name, bytes);
    };
    await log.run({ storage: { ...log.storage, putIfAbsent } });
    expect(await stragglers()).toEqual([late]);
    expect(await problemsOfLog(log.folder, [late])).toEqual([]);
  });
});
