import { defaultTimes, leastRetentionMs } from '../idempotency/times.ts';
import type { Times } from '../idempotency/times.ts';
import type { SettingsReader } from './environment.ts';

/** The variable of each of the protocol's times that can be set; all in milliseconds. */
export const timeVariables = {
  eksProcessingMs: 'EKS_PROCESSING_MS',
  listLagMs: 'LIST_LAG_MS',
  clockErrorMs: 'CLOCK_ERROR_MS',
  retentionMs: 'IDEMPOTENCY_RETENTION_MS',
} as const satisfies Partial<Record<keyof Times, string>>;

/** The times of the proof that can be raised. */
type RaisedTime = Exclude<keyof typeof timeVariables, 'retentionMs'>;

/**
 * Reads a time of the proof, in milliseconds. A lower value than the default is a problem: an
 * operation could then be taken as ended while it may still take effect.
 */
export function readRaisedTime(reader: SettingsReader, time: RaisedTime): number {
  const least = defaultTimes[time];
  const value = reader.number(timeVariables[time], least);
  if (value >= least) return value;
  reader.problem(
    `${timeVariables[time]} is ${value}: it can only be raised above its default of ${least}. With less, a change that is ` +
      'reported as not done could still take effect.',
  );
  return least;
}

/** Reads the times that can be set; the others are constants. */
export function readTimes(reader: SettingsReader): Times {
  return {
    ...defaultTimes,
    eksProcessingMs: readRaisedTime(reader, 'eksProcessingMs'),
    listLagMs: readRaisedTime(reader, 'listLagMs'),
    clockErrorMs: readRaisedTime(reader, 'clockErrorMs'),
    retentionMs: reader.number(timeVariables.retentionMs, defaultTimes.retentionMs, { least: leastRetentionMs }),
  };
}
