import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { NativeAttributeValue } from '@aws-sdk/util-dynamodb';
import { makeDeliverHandler } from '../../../../src/app/deliver-handler.ts';
import { leafText } from '../../../../src/checkpoints/leaf.ts';
import { archiveName } from '../../../../src/checkpoints/storage.ts';
import { UnsupportedFormat } from '../../../../src/ledger/format.ts';
import { trailShardOf } from '../../../../src/ledger/stored/keys.ts';
import type { AuditPartition } from '../../../../src/ledger/ledger.ts';
import { isTrailPosition } from '../../../../src/ledger/trail-position.ts';
import { auditEntryId } from '../../../../src/model/audit.ts';
import { readLog } from '../../../../test/support/checkpoint-log.ts';
import { entriesWithoutEvents, itemsNotEntries, randomTexts } from './items-not-entries.ts';
import type { StoredItem } from './items-not-entries.ts';
import { auditEntryAt, now, trailPages, trailQuery } from '../../../../test/support/ledger-samples.ts';
import { randomOf } from '../../../../test/support/random.ts';
import { streamRecord } from '../../../../test/support/lambda-event.ts';
import { runOperator } from '../run-operator.ts';
import { describeOnTamperedLedger } from './tampered-ledger.ts';
import type { TamperedLedger } from './tampered-ledger.ts';

describeOnTamperedLedger('items that are not entries on $name', ({ open }: TamperedLedger) => {
  let opened: Awaited<ReturnType<TamperedLedger['open']>>;
  beforeEach(async () => {
    opened = await open();
  });
  afterEach(() => opened.close());

  const append = async (time: number) => {
    const entry = auditEntryAt(time, { event: 'SUCCEEDED' });
    await opened.ledger.appendEntry(entry);
    return entry;
  };
  /** Stores items with the indexes of an entry. */
  const put = async (items: readonly StoredItem[]) => {
    const [row] = await opened.rows();
    if (!row) throw new Error('The trail has no entry.');
    const { operationId: _, entryId: __, entry: ___, ...indexes } = row;
    for (const { operationId, entryId, entry } of items) {
      const shard = isTrailPosition(entryId) ? { trailShard: trailShardOf(entryId) } : {};
      await opened.put({ ...indexes, ...shard, operationId, entryId, entry });
    }
  };
  const verify = async (...args: string[]) => {
    const { status, stdout, stderr } = await runOperator(['trail', 'verify', ...args], opened.env);
    return { status, stderr, findings: stdout.split('\n').filter((line) => /^[A-Z_]+ /.test(line)) };
  };

  test('stop neither reader, checkpoints nor verifier, become no leaves, and are findings', async () => {
    const first = await append(now - 3);
    const items = itemsNotEntries(now - 2);
    await put(items);
    const last = await append(now - 1);
    const partitions: AuditPartition[] = [{ kind: 'all' }, { kind: 'principal', principalId: first.principal.id }];
    for (const partition of partitions) {
      // An item of another version fails the page that begins with it, as an entry of another version does.
      const reading = trailPages(opened.ledger, trailQuery(partition, { limit: 100 }));
      await expect(reading).rejects.toThrow(UnsupportedFormat);
    }
    expect(await opened.ledger.getEntry(items[0] ?? first)).toBeNull();
    expect(await opened.log.run()).toMatchObject({ size: 2 });
    expect((await readLog(opened.log.folder)).ids).toEqual([first, last].map(auditEntryId));
    const { status, findings } = await verify();
    expect(new Set(findings)).toEqual(
      new Set(items.map((item) => `NOT_AN_ENTRY The item ${auditEntryId(item)} of the audit trail is not an entry.`)),
    );
    expect(status).toBe(1);
    const accepted = items.flatMap((item) => ['--accept-entry', auditEntryId(item)]);
    expect(await verify(...accepted)).toMatchObject({ status: 0, findings: [] });
  });

  test('are passed by the reader, on pages of any size', async () => {
    const first = await append(now - 3);
    await put(itemsNotEntries(now - 2).filter(({ entry }) => entry.startsWith('{"v":1,')));
    const last = await append(now - 1);
    for (const limit of [1, 2, 100]) {
      const pages = await trailPages(opened.ledger, trailQuery({ kind: 'all' }, { limit }));
      const ids = pages.flatMap(({ entries }) => entries.map(auditEntryId));
      expect(ids).toEqual([last, first].map(auditEntryId));
    }
  });

  test('that are leaves already stop neither checkpoints nor verifier, and are findings', async () => {
    const first = await append(now - 3);
    const [item] = itemsNotEntries(now - 2);
    if (!item) throw new Error('unreachable');
    await put([item]);
    // As an earlier version took it in: the next run follows the part of the archive that is there.
    await opened.ledger.putCheckpointHead(null, { size: 0, root: '', publishedSize: 0 });
    const leaves = [
      { ...first, text: (await opened.rows())[0]?.entry ?? '' },
      { ...item, text: item.entry },
    ];
    const lines = leaves.map(({ operationId, entryId, text }, index) => {
      const entry = { operationId, entryId, text, personal: null, differing: () => [] };
      const leaf = leafText(entry, { includedAt: now, nonce: Buffer.alloc(16), isStraggler: false });
      return `${JSON.stringify({ index, leaf, entry: text })}\n`;
    });
    await opened.log.storage.putIfAbsent(archiveName(0), Buffer.from(lines.join('')));
    const last = await append(now - 1);
    expect(await opened.log.run()).toMatchObject({ size: 3 });
    expect((await readLog(opened.log.folder)).ids).toEqual([first, item, last].map(auditEntryId));
    const { status, findings } = await verify();
    const id = auditEntryId(item);
    expect(findings).toEqual([
      `NOT_AN_ENTRY Leaf 1 of the log has the item ${id}, which is not an entry.`,
      `NOT_AN_ENTRY The item ${id} of the audit trail is not an entry.`,
    ]);
    expect(status).toBe(1);
    expect((await verify('--accept-entry', id)).status).toBe(0);
  });

  test('with random texts stop neither reader, checkpoints nor verifier', async () => {
    const entry = await append(now - 3);
    const random = randomOf(7);
    const [row] = await opened.rows();
    const texts = randomTexts(row?.entry ?? '', 60, random);
    await put(texts.map((text) => ({ ...auditEntryAt(now - 2), entry: text })));
    const pages = await trailPages(opened.ledger, trailQuery({ kind: 'all' }, { limit: 7 }));
    expect(pages.flatMap(({ entries }) => entries).map(auditEntryId)).toContain(auditEntryId(entry));
    expect((await opened.log.run()).size).toBeGreaterThanOrEqual(1);
    const { stderr, findings } = await verify();
    expect(findings.length).toBeGreaterThan(20);
    expect(stderr).not.toContain('Error');
  });
});

test('items that are not entries are reported by the stream once, and delay nothing', async () => {
  const sent: string[] = [];
  const logged: { level: string; message: string }[] = [];
  const handler = makeDeliverHandler({
    ledger: { readTrail: () => Promise.resolve({ entries: [], next: null }) },
    target: {
      send: (events) => {
        sent.push(...events.map(({ entryId }) => entryId));
        return Promise.resolve(events.map(() => ({ kind: 'sent' }) as const));
      },
    },
    ...{ denialShare: 1, clock: Date.now, findDisabled: () => Promise.resolve([]) },
    log: (level, message, fields) => void logged.push({ level, message, ...fields }),
  });
  const text = JSON.stringify({ v: 1, ...auditEntryAt(now, { event: 'SUCCEEDED' }) });
  const items = [
    ...itemsNotEntries(now),
    ...entriesWithoutEvents(now),
    ...randomTexts(text, 200, randomOf(11)).map((entry) => ({ ...auditEntryAt(now), entry })),
  ];
  const itemOf = (
    { operationId, entryId, entry }: StoredItem,
    v: NativeAttributeValue,
  ): Record<string, AttributeValue> => marshall({ v, operationId, entryId, entry }, { removeUndefinedValues: true });
  const last = auditEntryAt(now, { event: 'SUCCEEDED' });
  const Records = [
    ...items.map((item) => itemOf(item, 1)),
    ...items.flatMap((item) => [itemOf(item, 'x'), itemOf(item, -1), itemOf(item, undefined)]),
    // That of a later version has its own key.
    ...items.filter(({ entryId, entry }) => !entry.includes(entryId)).map((item) => itemOf(item, 2)),
    ...[
      { operationId: { S: 'x' }, entryId: { S: 'x' } },
      { operationId: { N: '1' }, entryId: { N: '1' } },
    ],
    itemOf({ ...last, entry: JSON.stringify({ v: 1, ...last }) }, 1),
  ].map((item) => streamRecord('INSERT', item));
  const answer = await handler({ Records }, { getRemainingTimeInMillis: () => 60_000 });
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(sent).toContain(last.entryId);
  const reported = logged.filter(({ level }) => level === 'error');
  expect(reported.length).toBeGreaterThan(itemsNotEntries(now).length);
});
