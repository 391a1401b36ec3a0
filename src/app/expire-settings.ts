import { defaultExpireSettings } from '../operations/expiry/run.ts';
import type { ExpireSettings } from '../operations/expiry/run.ts';
import { readSettings } from './environment.ts';
import type { Environment, SettingsReader } from './environment.ts';
import { executorRoleArn, lambdaSettings } from './settings.ts';
import type { LambdaSettings } from './settings.ts';

/** A hold gives people time to act. It must not keep access for long. */
const maxGraceMs = 86_400_000;

/**
 * Reads when expiries are held, how many a run carries out, and when they are announced; each
 * setting has a default.
 */
export function readExpireSettings(reader: SettingsReader): ExpireSettings {
  const { burstAbove, graceMs, maxPerSetter, warningMs } = defaultExpireSettings;
  const settings = {
    burstAbove: reader.number('EXPIRE_BURST_ABOVE', burstAbove, { least: 1 }),
    graceMs: reader.number('EXPIRE_GRACE_MS', graceMs, { most: maxGraceMs }),
    maxPerSetter: reader.number('EXPIRE_MAX_PER_SETTER', maxPerSetter, { least: 1 }),
    warningMs: reader.number('EXPIRE_WARNING_MS', warningMs),
  };
  if (settings.maxPerSetter < settings.burstAbove) {
    reader.problem(
      `EXPIRE_MAX_PER_SETTER is ${settings.maxPerSetter} and EXPIRE_BURST_ABOVE is ${settings.burstAbove}: a run must carry ` +
        `out at least as many expiries of a setter as are no burst, such as ${maxPerSetter} and ${burstAbove}.`,
    );
  }
  return settings;
}

/** What the expire function reads from its environment. */
export interface ExpireFunctionSettings extends LambdaSettings {
  readonly expire: ExpireSettings;
  /** The role that changes associations; null: the role of the function does. */
  readonly executorRoleArn: string | null;
}

/** Reads the settings of the expire function, as `readLambdaSettings` does. */
export function readExpireFunctionSettings(env: Environment = process.env): ExpireFunctionSettings {
  return readSettings(env, (reader) => ({
    ...lambdaSettings(reader),
    expire: readExpireSettings(reader),
    executorRoleArn: executorRoleArn(reader),
  }));
}
