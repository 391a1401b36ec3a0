import type { Association, AssociationSettings } from './association.ts';

/** What a setting of an association is, for every layer that handles settings one by one. */
interface SettingField<Value> {
  /**
   * `role`: an IAM role ARN, by which the trail can be searched; `document`: JSON text, compared by
   * what it means, and possibly large.
   */
  readonly type: 'role' | 'flag' | 'document' | 'text';
  /**
   * The value if a create leaves it out or EKS returns none. Null: an update can clear it. Absent:
   * every association has it.
   */
  readonly absent?: Value;
}

/**
 * The settings of an association, one row each. Validation, the calls to EKS, comparison, policy,
 * audit entries and the trail's filters follow from it or have a table over the same keys, so that
 * a setting which one of them lacks does not compile.
 */
export const settingFields = {
  roleArn: { type: 'role' },
  targetRoleArn: { type: 'role', absent: null },
  disableSessionTags: { type: 'flag', absent: false },
  policy: { type: 'document', absent: null },
} as const satisfies { readonly [Name in SettingName]: SettingField<AssociationSettings[Name]> };

/** The name of a setting. */
export type SettingName = keyof AssociationSettings;

// Object.keys gives exactly the keys of the literal above.
export const settingNames = Object.keys(settingFields) as SettingName[];

/** Settings as they are given or stored: one that is not there is absent or null. */
export type GivenSettings = { readonly [Name in SettingName]?: AssociationSettings[Name] | null | undefined };

/** All settings, with the value of {@link SettingField.absent} for those that are not given. */
export function completeSettings(given: GivenSettings): AssociationSettings {
  const values = settingNames.map((name) => [name, given[name] ?? absentValue(name)]);
  // The types of the table's rows are those of the settings.
  return Object.fromEntries(values) as AssociationSettings;
}

/** Whether null clears a setting, so that an update can. */
export function canBeCleared(name: SettingName): boolean {
  return absentValue(name) === null;
}

function absentValue(name: SettingName): unknown {
  const field: SettingField<unknown> = settingFields[name];
  return field.absent;
}

/** The settings of an association in a request's form. */
export function settingsOf(association: Association): AssociationSettings {
  return completeSettings(association);
}
