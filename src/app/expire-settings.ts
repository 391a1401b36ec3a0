import { defaultExpireSettings } from '../operations/expire.ts';
import type { ExpireSettings } from '../operations/expire.ts';
import { readSettings } from './environment.ts';
import type { Environment, SettingsReader } from './environment.ts';
import { executorRoleArn, lambdaSettings } from './settings.ts';
import type { LambdaSettings } from './settings.ts';

/** Reads how many associations a run may end, and when endings are announced; each setting has a default. */
export function readExpireSettings(reader: SettingsReader): ExpireSettings {
  const { maxDeletions, maxPercent, warningMs } = defaultExpireSettings;
  return {
    maxDeletions: reader.number('EXPIRE_MAX_DELETIONS', maxDeletions),
    maxPercent: reader.number('EXPIRE_MAX_PERCENT', maxPercent, { most: 100 }),
    warningMs: reader.number('EXPIRE_WARNING_MS', warningMs),
  };
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
