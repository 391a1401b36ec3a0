import type { Expectation, Ledger, IdempotencyRecord } from '../../src/ledger/ledger.ts';
import { openLedgerForAllTests } from '../support/each-test.ts';
import { describeOnLedgers } from '../support/ledgers.ts';
import {
  association,
  auditEntry,
  recordTime as now,
  openRecord,
  released,
  storedRecord,
  storeRecord,
  succeeded,
} from '../support/ledger-samples.ts';

describeOnLedgers('a ledger in $name', ({ open }) => {
  let ledger: Ledger;
  openLedgerForAllTests((opened) => ({ ledger } = opened), open);

  describe('commits only if the stored record meets the expectation', () => {
    const leased = openRecord();
    const { operationId, fence, leaseUntil } = leased;
    const otherOperation = { operationId: openRecord().operationId };

    const cases: { expected: Expectation; met: (IdempotencyRecord | null)[]; notMet: (IdempotencyRecord | null)[] }[] =
      [
        {
          expected: { kind: 'free', now },
          met: [null, succeeded(leased, { retainUntil: now }), released(leased, { retainUntil: now - 1 })],
          notMet: [leased, succeeded(leased, { retainUntil: now + 1 }), { ...leased, retainUntil: now - 1 }],
        },
        {
          expected: { kind: 'released', operationId, fence },
          met: [released(leased), released(leased, { retainUntil: now })],
          notMet: [null, leased, succeeded(leased), released(leased, otherOperation), released(leased, { fence: 2 })],
        },
        {
          expected: { kind: 'leased', operationId, fence },
          met: [leased, { ...leased, leaseUntil: now - 1 }],
          notMet: [
            null,
            succeeded(leased),
            released(leased),
            { ...leased, ...otherOperation },
            { ...leased, fence: 2 },
          ],
        },
        {
          expected: { kind: 'lease-expired', operationId, fence, now: leaseUntil },
          met: [leased, { ...leased, leaseUntil: leaseUntil - 1 }],
          notMet: [
            null,
            succeeded(leased),
            released(leased),
            { ...leased, ...otherOperation },
            { ...leased, fence: 2 },
            { ...leased, leaseUntil: leaseUntil + 1 },
          ],
        },
      ];
    const rows = cases.flatMap(({ expected, met, notMet }) => [
      ...met.map((stored) => ({ expected, stored, kind: 'committed' })),
      ...notMet.map((stored) => ({ expected, stored, kind: 'conflict' })),
    ]);

    test.each(rows.map((row) => ({ ...row, title: `${row.expected.kind} over ${describeRecord(row.stored)}` })))(
      '$title: $kind',
      async ({ expected, stored: sample, kind }) => {
        const { idempotencyKey } = openRecord();
        const stored = sample === null ? null : { ...sample, idempotencyKey };
        if (stored !== null) await storeRecord(ledger, stored);
        const next = openRecord({ idempotencyKey, fence: 3 });
        const entry = auditEntry({ operationId: next.operationId });

        const result = await ledger.commit(expected, next, [entry]);

        expect(result).toEqual(kind === 'committed' ? { kind } : { kind, record: stored });
        expect(await storedRecord(ledger, idempotencyKey)).toEqual(kind === 'committed' ? next : stored);
        expect(await ledger.getEntry(entry)).toEqual(kind === 'committed' ? entry : null);
      },
    );

    function describeRecord(record: IdempotencyRecord | null): string {
      if (record === null) return 'no record';
      const words = [record.state, `with fence ${record.fence}`];
      if (record.operationId !== operationId) words.push('of another operation');
      if (record.retainUntil !== null) words.push(`that expires at ${record.retainUntil - now}`);
      return [...words, `with its lease until ${record.leaseUntil - leaseUntil}`].join(' ');
    }
  });

  test('returns a record exactly as it was written', async () => {
    const differences = [{ field: 'tags.__proto__', requested: '', existing: 'a\u{d800}b' }];
    const refusal = {
      kind: 'AssociationAlreadyExists',
      code: 'ASSOCIATION_ALREADY_EXISTS',
      message: 'There is one.',
      advice: null,
      retryable: false,
      existing: association({ tags: [] }),
      differences,
    } as const;
    const result = { association: null, refusal, completedAt: '2026-11-24T12:00:00.000Z' };
    const inDoubtOperationIds = [openRecord().operationId];
    const record = succeeded(openRecord({ inDoubtOperationIds }), { state: 'REFUSED', result });
    await storeRecord(ledger, record);
    expect(await storedRecord(ledger, record.idempotencyKey)).toEqual(record);
  });

  test('returns a record by its key, also an expired one, and null for an unknown key', async () => {
    const records = [openRecord(), succeeded(openRecord()), released(openRecord(), { retainUntil: now - 1 })];
    for (const record of records) await storeRecord(ledger, record);
    for (const record of records) expect(await ledger.getRecord(record.idempotencyKey)).toEqual(record);
    expect(await ledger.getRecord(openRecord().idempotencyKey)).toBeNull();
  });

  test('writes exactly one of 50 concurrent commits to one key, with only its entries', async () => {
    const { idempotencyKey } = openRecord();
    const commits = Array.from({ length: 50 }, (_, index) => {
      const next = openRecord({ idempotencyKey, fence: index + 1 });
      return { next, entry: auditEntry({ operationId: next.operationId }) };
    });
    const results = await Promise.all(
      commits.map(({ next, entry }) => ledger.commit({ kind: 'free', now }, next, [entry])),
    );
    const winners = commits.filter((_, index) => results[index]?.kind === 'committed');
    expect(winners).toHaveLength(1);
    const winner = winners[0]?.next ?? null;
    expect(await storedRecord(ledger, idempotencyKey)).toEqual(winner);
    for (const result of results) if (result.kind === 'conflict') expect(result.record).toEqual(winner);
    const written = await Promise.all(commits.map(({ entry }) => ledger.getEntry(entry)));
    expect(written.filter((entry) => entry !== null)).toHaveLength(1);
  });

  test('rejects a key that the search for expired leases would miss', async () => {
    const committing = ledger.commit({ kind: 'free', now }, openRecord({ idempotencyKey: 'token-1' }), []);
    await expect(committing).rejects.toThrow('must be a SHA-256');
  });
});
