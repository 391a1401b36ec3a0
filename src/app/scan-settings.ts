import { defaultScanSettings } from '../observations/scan.ts';
import type { ScanSettings } from '../observations/scan.ts';
import { readSettings } from './environment.ts';
import type { Environment, SettingsReader } from './environment.ts';
import { lambdaSettings } from './settings.ts';
import type { LambdaSettings } from './settings.ts';

/**
 * The longest delay of a timer of Node.js, which runs the scan of the local server. Milliseconds.
 */
const longestTimerMs = 2_147_483_647;

/** Reads how often, and how fast, clusters are scanned; each setting has a default. */
export function readScanSettings(reader: SettingsReader, defaults = defaultScanSettings): ScanSettings {
  const { intervalMs, maxAgeMs, readsPerSecond } = defaults;
  return {
    intervalMs: reader.number('SCAN_INTERVAL_MS', intervalMs, { least: 1, most: longestTimerMs }),
    maxAgeMs: reader.number('SCAN_MAX_AGE_MS', maxAgeMs, { least: 1 }),
    readsPerSecond: reader.number('SCAN_READS_PER_SECOND', readsPerSecond, { least: 1 }),
  };
}

/** Reads the settings of the scan function, as `readLambdaSettings` does. */
export function readScanFunctionSettings(
  env: Environment = process.env,
): LambdaSettings & { readonly scan: ScanSettings } {
  return readSettings(env, (reader) => ({ ...lambdaSettings(reader), scan: readScanSettings(reader) }));
}
