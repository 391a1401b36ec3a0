import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportTrail } from '../../src/export/export.ts';
import { UnsupportedFormat } from '../../../../src/ledger/format.ts';
import { LedgerUnavailable } from '../../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../../../src/model/audit.ts';
import { appendAll, auditEntryAt, now } from '../../../../test/support/ledger-samples.ts';
import { describeOnLedger } from '../../../../test/support/ledgers.ts';

const all = { since: null, until: now + 86_400_000 };
const idOf = ({ entryId }: AuditEntry) => entryId;

/** An output that keeps what it gets, after `delay` milliseconds each. */
function keeping(delay = 0) {
  const kept: string[] = [];
  const output = new Writable({
    write(chunk, _, done) {
      kept.push(String(chunk));
      if (delay === 0) done();
      else setTimeout(done, delay);
    },
  });
  return { output, kept, lines: () => kept.join('').trimEnd().split('\n') };
}

/** An output that fails after its first chunk. */
function failing(code: string) {
  let chunks = 0;
  return new Writable({
    write(_chunk, _encoding, done) {
      chunks += 1;
      done(chunks === 1 ? null : Object.assign(new Error(`write ${code}`), { code, syscall: 'write' }));
    },
  });
}

describeOnLedger('an export from $name', ({ open }) => {
  let ledger: Ledger;
  let close: () => Promise<void>;
  const entries = Array.from({ length: 620 }, (_, index) => auditEntryAt(now + Math.floor(index / 3) * 60_000));
  const expected = entries.map(idOf).reverse();

  beforeAll(async () => {
    ({ ledger, close } = await open());
    await appendAll(ledger, entries);
  });

  afterAll(() => close());

  test('writes every entry once, newest first, over several pages', async () => {
    const { output, lines } = keeping();
    const reports: [number, string][] = [];
    const result = await exportTrail(ledger, all, idOf, output, (...report) => reports.push(report));
    expect(result).toEqual({ kind: 'done', count: 620 });
    expect(lines()).toEqual(expected);
    expect(reports.at(-1)).toEqual([620, new Date(now).toISOString()]);
  });

  test('starts at since and ends before until', async () => {
    const { output, lines } = keeping();
    const range = { since: now + 10 * 60_000, until: now + 12 * 60_000 };
    await exportTrail(ledger, range, idOf, output, () => undefined);
    expect(lines()).toEqual(entries.slice(30, 36).map(idOf).reverse());
  });

  test('writes nothing for an empty range', async () => {
    const { output, kept } = keeping();
    const range = { since: now - 2_000, until: now };
    expect(await exportTrail(ledger, range, idOf, output, () => undefined)).toEqual({ kind: 'done', count: 0 });
    expect(kept).toEqual([]);
  });

  test('skips entries that are added meanwhile, and repeats none', async () => {
    const { output, lines } = keeping();
    let added = 0;
    const growing: Pick<Ledger, 'readTrail'> = {
      async readTrail(query) {
        const page = await ledger.readTrail(query);
        await ledger.appendEntry(auditEntryAt(now + 2 * 86_400_000 + (added += 1)));
        return page;
      },
    };
    await exportTrail(growing, { since: null, until: now + 3 * 86_400_000 }, idOf, output, () => undefined);
    expect(added).toBe(3);
    expect(lines()).toEqual(expected);
  });
});

describe('an export', () => {
  const page = (first: number, next: string | null) => ({
    entries: [auditEntryAt(now + first), auditEntryAt(now + first - 1)],
    next,
  });

  test('reads the next page only when the output has accepted the one before', async () => {
    const { output, kept } = keeping(20);
    const taken: number[] = [];
    let pages = 0;
    const ledger = {
      async readTrail() {
        await sleep(0);
        taken.push(kept.length - output.writableLength);
        pages += 1;
        return page(100 - pages * 2, pages === 3 ? null : 'more');
      },
    };
    await exportTrail(
      ledger,
      all,
      () => 'x',
      output,
      () => undefined,
    );
    expect(taken).toEqual([0, 1, 2]);
  });

  test('ends when the reader closes the pipe', async () => {
    let reads = 0;
    const ledger = { readTrail: async () => page(100 - (reads += 1), 'more') };
    expect(await exportTrail(ledger, all, idOf, failing('EPIPE'), () => undefined)).toEqual({ kind: 'closed' });
    expect(reads).toBe(2);
  });

  test('reports the last entry when the output fails', async () => {
    const ledger = { readTrail: async () => page(100, 'more') };
    const result = await exportTrail(ledger, all, idOf, failing('ENOSPC'), () => undefined);
    expect(result).toMatchObject({ kind: 'output-failed', count: 2, last: { time: new Date(now + 99).toISOString() } });
  });

  test('reports the last entry when the ledger fails', async () => {
    const pages = [page(100, 'more')];
    const ledger = {
      async readTrail() {
        const next = pages.shift();
        if (next === undefined) throw new LedgerUnavailable(new Error('gone'));
        return next;
      },
    };
    const result = await exportTrail(ledger, all, idOf, keeping().output, () => undefined);
    expect(result).toMatchObject({ kind: 'ledger-failed', count: 2, last: { time: new Date(now + 99).toISOString() } });
  });

  test('reports an entry that another version of the gateway wrote as a failure that names it', async () => {
    let reads = 0;
    const unsupported = new UnsupportedFormat('audit entry 1.2', 2);
    const ledger = {
      async readTrail() {
        reads += 1;
        if (reads > 1) throw unsupported;
        return page(100, 'more');
      },
    };
    const result = await exportTrail(ledger, all, idOf, keeping().output, () => undefined);
    expect(result).toMatchObject({ kind: 'ledger-failed', error: unsupported, count: 2 });
  });

  test('throws other errors unchanged', async () => {
    const ledger = { readTrail: () => Promise.reject(new Error('a bug')) };
    await expect(exportTrail(ledger, all, idOf, keeping().output, () => undefined)).rejects.toThrow('a bug');
  });
});
