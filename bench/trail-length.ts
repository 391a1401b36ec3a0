import { UsageError } from '../tools/command.ts';

/**
 * Reads the length of a trail from an option. Throws `UsageError` where it is not a whole number.
 */
export function readLength(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`--${option} is ${JSON.stringify(text)}: give a whole number of entries.`);
}
