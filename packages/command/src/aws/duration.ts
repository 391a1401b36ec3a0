import { UsageError } from './errors.ts';

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * The milliseconds of a duration: whole seconds, or a whole number with `s`, `m`, `h` or `d`.
 *
 * @throws {@link UsageError} that names the option `--wait`
 */
export function durationMs(text: string): number {
  const [, digits, unit = 's'] = /^(\d{1,9})([smhd])?$/.exec(text) ?? [];
  const unitMs = unitsMs[unit];
  if (digits !== undefined && unitMs !== undefined) return Number(digits) * unitMs;
  throw new UsageError(
    `argument --wait: invalid duration '${text}': give seconds, or a number with s, m, h or d, such as 30m`,
  );
}
