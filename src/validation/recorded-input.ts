import { characterCount, firstCharacters } from './text-rules.ts';

/** Characters of a value that the trail keeps. */
const maxRecordedLength = 256;

/** Entries of a list that the trail keeps. */
const maxRecordedEntries = 60;

function recordedText(text: string): string {
  // A store that speaks UTF-8 would replace halves of surrogate pairs: then the entry read back would not be the one written.
  const kept = firstCharacters(text, maxRecordedLength).toWellFormed();
  const count = characterCount(text);
  return count > maxRecordedLength ? `${kept}… [${count} characters]` : kept;
}

function recordedValue(value: unknown): unknown {
  return typeof value === 'string' ? recordedText(value) : value;
}

function recordedEntry(entry: object): unknown {
  return Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, recordedValue(value)]));
}

/**
 * An invalid input as the trail keeps it: plain JSON of bounded size. A text is cut to 256 characters and then says how
 * many it had; a list is cut to 60 entries.
 */
export function recordedInput(input: object): unknown {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]: [string, unknown]) => [
      name,
      Array.isArray(value) ? value.slice(0, maxRecordedEntries).map(recordedEntry) : recordedValue(value),
    ]),
  );
}
