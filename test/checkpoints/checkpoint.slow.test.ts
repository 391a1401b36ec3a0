// Quick test: test/checkpoints/stragglers.test.ts.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSigned, parseCheckpoint } from '../../src/checkpoints/note.ts';
import { auditEntryId } from '../../src/model/audit.ts';
import { openLog, problemsOfLog, readLog } from '../support/checkpoint-log.ts';
import { auditEntryAt, now } from '../support/ledger-samples.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import type { LedgerUnderTest } from '../support/ledgers.ts';

const minute = 60_000;

describeOnLedger('checkpoints on $name', ({ open }: LedgerUnderTest) => {
  let opened: Awaited<ReturnType<LedgerUnderTest['open']>>;
  let log: ReturnType<typeof openLog>;

  beforeEach(async () => {
    opened = await open();
    log = openLog(opened.ledger);
  });
  afterEach(async () => {
    log.close();
    await opened.close();
  });

  const append = async (...times: number[]) => {
    const entries = times.map((time) => auditEntryAt(time));
    for (const entry of entries) await opened.ledger.appendEntry(entry);
    return entries.map(auditEntryId);
  };

  test('take in each entry once, in the order of ids, and sign each head', async () => {
    const [second, first] = await append(now - 1, now - 2);
    expect(await log.run()).toEqual({ size: 2, added: 2, isSuperseded: false });
    log.clock.now += 5 * minute;
    // One that was late, and one that is newer.
    const [late, third] = await append(now - 3, now + 1);
    expect(await log.run()).toEqual({ size: 4, added: 2, isSuperseded: false });
    expect(await log.run()).toEqual({ size: 4, added: 0, isSuperseded: false });

    const { ids, checkpoints } = await readLog(log.folder);
    expect(ids).toEqual([first, second, late, third]);
    expect(checkpoints.map(({ size }) => size)).toEqual([2, 4]);
    expect(await problemsOfLog(log.folder, ids)).toEqual([]);
    const note = readFileSync(join(log.folder, 'checkpoint'), 'utf8');
    const parsed = parseCheckpoint(note);
    expect(parsed).toMatchObject({ origin: 'gateway.example/trail', size: 4 });
    expect(parsed && isSigned(parsed, [(await log.key()).key])).toBe(true);
    const root = checkpoints[1]?.root;
    expect(await opened.ledger.getCheckpointHead()).toEqual({
      size: 4,
      publishedSize: 4,
      root,
      examinedTo: now - 1_440 * minute,
    });
  });

  test('write nothing to an empty trail', async () => {
    expect(await log.run()).toEqual({ size: 0, added: 0, isSuperseded: false });
    expect(await opened.ledger.getCheckpointHead()).toBeNull();
  });

  test('leave out an entry of a future time until then, so that no wrong clock makes others too old', async () => {
    const [ahead] = await append(now + 60 * minute);
    const [present] = await append(now);
    await log.run();
    expect((await readLog(log.folder)).ids).toEqual([present]);
    log.clock.now += 60 * minute;
    await log.run();
    expect((await readLog(log.folder)).ids).toEqual([present, ahead]);
  });

  test('take in entries over several tiles, and all that came before them in the same minutes', async () => {
    const first = await append(...Array.from({ length: 300 }, (_, index) => now - 10 * minute + index));
    await log.run();
    const others = await append(...Array.from({ length: 260 }, (_, index) => now - 9 * minute + index));
    await log.run();
    const { ids } = await readLog(log.folder);
    expect(ids).toHaveLength(560);
    expect(await problemsOfLog(log.folder, [...first, ...others])).toEqual([]);
  });

  test('compare both sizes of the head, and write nothing over another one', async () => {
    const { putCheckpointHead, getCheckpointHead } = opened.ledger;
    const head = { size: 3, root: 'x', publishedSize: 0 };
    expect(await putCheckpointHead(null, head)).toBe(true);
    expect(await putCheckpointHead(null, { ...head, size: 4 })).toBe(false);
    expect(await putCheckpointHead({ ...head, size: 2 }, { ...head, size: 5 })).toBe(false);
    expect(await putCheckpointHead({ ...head, publishedSize: 1 }, { ...head, size: 5 })).toBe(false);
    expect(await getCheckpointHead()).toEqual(head);
    expect(await putCheckpointHead(head, { ...head, publishedSize: 3 })).toBe(true);
    expect(await getCheckpointHead()).toEqual({ ...head, publishedSize: 3 });
  });

  test('continue the log where it ends if the ledger was restored to an earlier time', async () => {
    await append(now - 3);
    await log.run();
    const restored = await opened.ledger.getCheckpointHead();
    await append(now - 2);
    await log.run();
    await append(now - 1);
    await log.run();
    const latest = await opened.ledger.getCheckpointHead();
    if (restored === null || latest === null) throw new Error('No head was committed.');
    await opened.ledger.putCheckpointHead(latest, restored);
    const entries = await append(now);
    // With its signature, and from the archive alone.
    expect(await log.run()).toEqual({ size: 4, added: 1, isSuperseded: false });
    expect(await problemsOfLog(log.folder, entries)).toEqual([]);
    const last = await opened.ledger.getCheckpointHead();
    if (last === null) throw new Error('No head was committed.');
    await opened.ledger.putCheckpointHead(last, restored);
    rmSync(join(log.folder, 'checkpoint'));
    const more = await append(now);
    expect(await log.run()).toMatchObject({ size: 5 });
    expect(await problemsOfLog(log.folder, more)).toEqual([]);
  });

  test('are not continued where tiles or a part of the archive are not those of the head', async () => {
    await append(now - 2, now - 1);
    await log.run();
    const tile = join(log.folder, 'tile/0/000.p/2');
    const bytes = readFileSync(tile);
    await append(now);
    writeFileSync(tile, Buffer.alloc(bytes.length));
    await expect(log.run()).rejects.toThrow('its tiles do not lead to the root of the head');
    rmSync(tile);
    await expect(log.run()).rejects.toThrow('tile/0/000.p/2 than it must have: it is missing');
    writeFileSync(tile, bytes);
    expect(await log.run()).toMatchObject({ size: 3, added: 1 });
  });

  test('are signed by the new key after a rotation', async () => {
    await append(now - 1);
    await log.run();
    const other = openLog(opened.ledger);
    await append(now);
    await log.run({ signer: other.key });
    const notes = ['0000000000000001', '0000000000000002'].map((name) =>
      parseCheckpoint(readFileSync(join(log.folder, 'checkpoints', name), 'utf8')),
    );
    const [old, next] = [(await log.key()).key, (await other.key()).key];
    other.close();
    expect(notes.map((note) => note && isSigned(note, [old]))).toEqual([true, false]);
    expect(notes.map((note) => note && isSigned(note, [old, next]))).toEqual([true, true]);
  });

  test('are not published with a signature that is not valid', async () => {
    await append(now - 1);
    const signer = async () => ({ ...(await log.key()), sign: () => Promise.resolve(Buffer.alloc(64)) });
    await expect(log.run({ signer })).rejects.toThrow('The signature of the checkpoint is not valid.');
    expect((await readLog(log.folder)).checkpoints).toEqual([]);
    expect(await log.run()).toEqual({ size: 1, added: 0, isSuperseded: false });
    expect(await problemsOfLog(log.folder, [])).toEqual([]);
  });
});
