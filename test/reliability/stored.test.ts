import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gateway } from './matrix/gateway.ts';
import type { EntryTexts } from './stored.ts';
import { storedLedger } from './processes/stored-ledger.ts';

/** A pinned item: the text of an entry, and its other attributes in DynamoDB. */
interface Pinned {
  readonly sqlite: string;
  readonly dynamodb: { readonly personal: { readonly S: string } };
}

const file = join(import.meta.dirname, '..', 'ledger', 'stored', 'version-1.json');
const items = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Pinned>>;
const pinned = items['entry INTENT with separate personal data'];
const whole: EntryTexts = { entry: pinned?.sqlite ?? '', personal: pinned?.dynamodb.personal.S ?? null };
const erased: EntryTexts = { ...whole, personal: null };
const earlier: EntryTexts = { ...erased, entry: whole.entry.replace('"reason":null', '"reason":"It moves."') };

const readers = [
  [
    'processes and two builds',
    (item: EntryTexts) => storedLedger({ entries: [item], records: [], approvals: [] }).entries,
  ],
  ['matrix', (item: EntryTexts) => gateway.entries([item])],
] as const;

test.each(readers)('%s: the token of an entry is its reason, which is stored beside its text', (_, read) => {
  const tokens = [whole, erased, earlier].map((item) => read(item)[0]?.clientRequestToken);
  expect(tokens).toEqual(['It moves.', null, 'It moves.']);
});
