import { createHash } from 'node:crypto';
import { makeEntry } from '../../src/ledger/audit-entry.ts';
import { entryItem, entryOfItem } from '../../src/ledger/stored/entry.ts';
import { joined, separated } from '../../src/ledger/personal-data.ts';
import { isErased } from '../../src/model/audit.ts';
import { auditEntry } from '../support/ledger-samples.ts';
import { entries, separate } from '../support/stored-samples.ts';

const salt = '0123456789012345678901';
const samples = [...Object.values(entries), separate].map((entry) => ({ ...entry, personal: { salt } }));
const personalTexts = ['alice@example.com', '192.0.2.7', '192.0.2.9', 'client/1', 'It moves.', 'Seen.'];

test.each(samples)('an entry $event is stored without its personal data, and read with them', (entry) => {
  const { personal, ...item } = entryItem(entry);
  expect(personalTexts.filter((text) => JSON.stringify(item).includes(text))).toEqual([]);
  expect(personal).toContain('alice@example.com');
  expect(entryOfItem({ ...item, ...(personal ? { personal } : {}) })).toEqual(entry);
  expect(entryItem(entry)).toEqual({ ...item, personal });
});

test.each(samples)('an entry $event whose personal data were erased says so, and keeps its text', (entry) => {
  const { personal: _, ...item } = entryItem(entry);
  const erased = entryOfItem(item);
  expect(isErased(erased)).toBe(true);
  expect(erased).toMatchObject({ onBehalfOf: null, sourceAddress: null, userAgent: null, reason: null });
  expect(entryItem(erased)).toEqual(item);
});

test('personal data that an entry does not commit to are not read', () => {
  const item = entryItem(separate);
  for (const personal of [String(item.personal).replace('moves', 'stays'), '{}', 'x', 'null']) {
    const read = entryOfItem({ ...item, personal });
    expect([isErased(read), read.reason]).toEqual([true, null]);
  }
});

test('a text that is not JSON of personal data counts as erased, also if the entry commits to it', () => {
  for (const text of ['x', 'null', '{}', '{"salt":"x"}']) {
    const sha256 = createHash('sha256').update(text).digest('hex');
    const stored = { ...auditEntry(), personal: { entryId: auditEntry().entryId, sha256 } };
    const own = { ...stored, personal: { ...stored.personal, entryId: stored.entryId } };
    expect(joined(own, text)).toEqual(own);
  }
});

// An earlier version of the gateway copies the fields of an INTENT that it does not know to the entry of its outcome.
test('a commitment to the personal data of another entry is ignored', () => {
  const { entry: intent } = separated(separate);
  const outcome = { ...intent, entryId: '01KASA3V5T0000000000000010' };
  const { personal: _, ...own } = outcome;
  expect(joined(outcome, null)).toEqual(own);
  expect(isErased(joined(outcome, null))).toBe(false);
});

test('equal personal data of two entries have different hashes', () => {
  const deps = { clock: () => 1, ulid: () => '01KASA3V5T0000000000000010' };
  const details = { operationId: separate.operationId, event: 'DENIED' } as const;
  const [one, other] = [makeEntry(deps, separate, details), makeEntry(deps, separate, details)].map(separated);
  expect(one?.entry.personal).not.toEqual(other?.entry.personal);
  expect(JSON.parse(one?.personal ?? '')).toMatchObject({ salt: expect.stringMatching(/^[\w-]{22}$/) as string });
});

test('a name is not left of a text that was cut within it', () => {
  const entry = { ...separate, message: 'No rule lets alice@exam… [Left out of this entry for its size: decision.]' };
  const { entry: kept } = separated(entry);
  expect(kept.message).toBe('No rule lets [name]… [Left out of this entry for its size: decision.]');
  expect(entryOfItem(entryItem(entry))).toEqual(entry);
});

test('of an input that is not valid, no text that quotes it is left', () => {
  const findings = [{ path: 'reason', rule: 'max-length', message: 'reason "Her …" is long.', advice: 'Shorten it.' }];
  const { entry } = separated({
    ...separate,
    refusalCode: 'INVALID_INPUT',
    message: 'reason "Her …" is long.',
    findings,
  });
  expect(entry).toMatchObject({
    message: '[text]',
    findings: [{ ...findings[0], message: '[text]', advice: '[text]' }],
  });
});
