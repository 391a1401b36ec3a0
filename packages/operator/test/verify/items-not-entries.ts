import { entryText } from '../../../../src/ledger/stored/entry-json.ts';
import type { EntryKey } from '../../../../src/ledger/stored/entry-json.ts';
import { auditEntryAt } from '../../../../test/support/ledger-samples.ts';

/** An item that is stored beside entries. */
export interface StoredItem extends EntryKey {
  /** Its text, where an entry has its JSON. */
  readonly entry: string;
}

/** Ends of entry ids that sort among those of entries of the same time, and are not theirs. */
const otherEnds = ['!', 'u', '0000000000000000!', 'zzzzzz', '00000000000000000', '\u{1F600}', '\uFF5E'];

const otherTexts = ['', '{', 'null', '5', '[]', '"x"', '{}', '{"v":1}', '{"v":2}', '{"v":"2"}', '\u0000'];

/** Values that these fields of an entry never have. */
const otherFields = {
  ...{ entryId: 'x', operationId: 'x', time: 'noon', event: 5, operation: null, actor: 'x', fence: 'x' },
  ...{ principal: { id: 5, kind: 'USER' }, onBehalfOf: 5, target: {}, request: 'x', before: 5, message: {} },
};

/** Items of a time that are not entries, by what is wrong with them: the id, the text, or a field. */
export function itemsNotEntries(time: number): StoredItem[] {
  const sample = () => auditEntryAt(time, { event: 'SUCCEEDED' });
  const itemOf = ({ operationId, entryId }: EntryKey, entry: string) => ({ operationId, entryId, entry });
  return [
    ...otherEnds.map((end) => {
      const entry = { ...sample(), entryId: `${sample().entryId.slice(0, 10)}${end}` };
      return itemOf(entry, entryText(entry));
    }),
    ...['x', 'x'.repeat(27), `${'x'.repeat(12)}.${'x'.repeat(13)}`, 'lock-x'].map((operationId) => {
      const entry = { ...sample(), operationId };
      return itemOf(entry, entryText(entry));
    }),
    ...[...otherTexts, entryText(sample())].map((text) => itemOf(sample(), text)),
    ...Object.entries(otherFields).map(([name, value]) => {
      const entry = sample();
      return itemOf(entry, JSON.stringify({ v: 1, ...entry, [name]: value }));
    }),
  ];
}

/** Entries with requests that the gateway never makes, of which no event can be made. */
export function entriesWithoutEvents(time: number): StoredItem[] {
  return [
    { operation: 'UPDATE_POD_IDENTITY_ASSOCIATION', request: {} },
    { before: { roleArn: 5 } },
    { associationArn: '\ud800'.repeat(3), request: { roleArn: 5 } },
  ].map((fields) => {
    const entry = auditEntryAt(time, { event: 'SUCCEEDED' });
    return { ...entry, entry: JSON.stringify({ v: 1, ...entry, ...fields }) };
  });
}

/** Changes of a text at random places: cut off, doubled, and with other characters. */
export function randomTexts(text: string, count: number, random: (below: number) => number): string[] {
  return Array.from({ length: count }, () => {
    const at = random(text.length);
    const other = String.fromCodePoint(random(0x250));
    return [text.slice(0, at), text.slice(at) + text, text.slice(0, at) + other + text.slice(at + 1)][random(3)] ?? '';
  });
}
