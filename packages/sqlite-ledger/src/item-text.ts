import type { Item } from '../../../src/ledger/stored/items.ts';

/** The name under which a set is a list in the text of an item. */
const setName = '$set';

/** An item as JSON text. Attributes that another version of the gateway added are kept. */
export function itemText(item: Item): string {
  return JSON.stringify(item, (_, value: unknown) => (value instanceof Set ? { [setName]: [...value] } : value));
}

/** The item of a text that {@link itemText} made. */
export function itemOfText(text: string): Item {
  // Few items have sets. Within a text, a quotation mark has a backslash before it.
  const hasSets = text.includes(`{"${setName}":[`);
  return JSON.parse(text, hasSets ? (_, value: unknown) => setOr(value) : undefined) as Item;
}

function setOr(value: unknown): unknown {
  const isSet = typeof value === 'object' && value !== null && setName in value && Array.isArray(value[setName]);
  return isSet ? new Set(value[setName] as unknown[]) : value;
}
