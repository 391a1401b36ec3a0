import type { UpdatePodIdentityAssociationInput } from '../generated/operations.ts';

/**
 * What an update has besides settings: which association, and how the request is made and recorded.
 */
type OtherField =
  | ('accountId' | 'associationId' | 'clientRequestToken' | 'clusterName' | 'declaration' | 'expectedModifiedAt')
  | ('expectedRevision' | 'expiresAt' | 'onBehalfOf' | 'reason' | 'region');

/** The name of a setting of an association, as the schema has it. */
export type SettingName = Exclude<keyof UpdatePodIdentityAssociationInput, OtherField>;

/** The settings of an association that an update can change. */
export interface Settings {
  readonly roleArn: string;
  readonly targetRoleArn: string | null;
  readonly disableSessionTags: boolean;
  /** IAM session policy, JSON text. */
  readonly policy: string | null;
}

/** What a setting is, for everything that handles settings one by one. */
interface SettingField<Value> {
  /** `document`: JSON text, compared by what it means. */
  readonly type: 'document' | 'flag' | 'text';
  /** The value of a setting that is not given. Absent: every association has it. */
  readonly absent?: Value;
}

/** The settings, one row each: one that the schema gains does not compile until it has a row. */
export const settingFields = {
  roleArn: { type: 'text' },
  targetRoleArn: { type: 'text', absent: null },
  disableSessionTags: { type: 'flag', absent: false },
  policy: { type: 'document', absent: null },
} as const satisfies { readonly [Name in SettingName]: SettingField<Settings[Name]> };

// Object.keys gives exactly the keys of the literal above.
export const settingNames = Object.keys(settingFields) as SettingName[];

const fieldsByName: Readonly<Record<string, SettingField<unknown> | undefined>> = settingFields;

/**
 * The value of a setting that is not given; undefined where every association has it, and for
 * anything else than a setting.
 */
export function absentValue(name: string): unknown {
  return fieldsByName[name]?.absent;
}

/** All settings of something that has more, with the value of those that it lacks. */
export function settingsOf(from: { readonly [Name in SettingName]: Settings[Name] | null }): Settings {
  const values = settingNames.map((name) => [name, from[name] ?? absentValue(name)]);
  // The types of the table's rows are those of the settings.
  return Object.fromEntries(values) as Settings;
}
