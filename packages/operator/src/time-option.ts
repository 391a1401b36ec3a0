import { UsageError } from '../../../tools/command.ts';
import { parseTimestamp } from '../../../src/validation/timestamps.ts';

/** The time of an option, in milliseconds since the epoch. Throws `UsageError` for what is not an RFC 3339 timestamp. */
export function readTime(option: string, text: string): number {
  const time = parseTimestamp(text);
  if (time !== null) return time;
  throw new UsageError(
    `${option} is ${JSON.stringify(text)}: give an RFC 3339 timestamp, such as 2026-11-24T10:00:00Z.`,
  );
}
