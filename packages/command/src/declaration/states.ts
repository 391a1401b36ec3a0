import { settingFields, settingNames, settingsOf } from '../../../client/src/client/setting-fields.ts';
import type { SettingName, Settings } from '../../../client/src/client/setting-fields.ts';
import { ownTags } from './tags.ts';
import type { Tags } from './tags.ts';

/** An association, as far as a declaration can say it. */
export interface Stated extends Settings {
  readonly tags: Tags;
  /**
   * RFC 3339. After a change, null: it does not expire any more, and absent: as before. Before it,
   * absent: it does not expire.
   */
  readonly expiresAt?: string | null;
}

/**
 * The names of the settings in which two states differ. Policies are compared by what they mean.
 */
export function changedSettings(one: Settings, other: Settings): readonly SettingName[] {
  return settingNames.filter((name) => comparable(name, one[name]) !== comparable(name, other[name]));
}

/** Whether two states have the same settings. */
export function isEqual(one: Settings, other: Settings): boolean {
  return changedSettings(one, other).length === 0;
}

function comparable(name: SettingName, value: Settings[SettingName]) {
  if (settingFields[name].type !== 'document' || typeof value !== 'string') return value;
  try {
    return canonicalJson(JSON.parse(value));
  } catch {
    return value;
  }
}

/** A value as JSON text that does not depend on the order of fields. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

/** The state of an association without the tags that no request can set. */
export function statedOf(stated: Stated): Stated {
  const state = { ...settingsOf(stated), tags: ownTags(stated.tags) };
  const { expiresAt = null } = stated;
  return expiresAt === null ? state : { ...state, expiresAt };
}
