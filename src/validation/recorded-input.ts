import { characterCount, firstCharacters } from './text-rules.ts';

/** The most characters of a value in an audit entry. */
const maxRecordedLength = 256;

/** The most items of a list in an audit entry. */
const maxRecordedItems = 60;

function recordedText(text: string): string {
  // UTF-8 can't encode unpaired surrogates: without this, the entry would change when it is stored.
  const kept = firstCharacters(text, maxRecordedLength).toWellFormed();
  const count = characterCount(text);
  return count > maxRecordedLength ? `${kept}… [${count} characters]` : kept;
}

function recordedValue(value: unknown): unknown {
  return typeof value === 'string' ? recordedText(value) : value;
}

function recordedItem(item: object): unknown {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, recordedValue(value)]));
}

/**
 * An invalid input as plain JSON of bounded size, for the audit trail. A string is cut to 256 characters, followed by its
 * original length; a list is cut to 60 items.
 */
export function recordedInput(input: object): unknown {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]: [string, unknown]) => [
      name,
      Array.isArray(value) ? value.slice(0, maxRecordedItems).map(recordedItem) : recordedValue(value),
    ]),
  );
}
