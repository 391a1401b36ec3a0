import { isDeepStrictEqual } from 'node:util';
import type { Association, AssociationSettings, CreateRequest, Tag } from '../../model/association.ts';
import type { Difference } from '../../model/refusal.ts';
import { completeSettings, settingFields, settingNames, settingsOf } from '../../model/setting-fields.ts';
import type { SettingName } from '../../model/setting-fields.ts';
import { isRequestTag } from '../../model/tags.ts';
import { duplicateKeys } from '../../policy/inventory/json-keys.ts';

/**
 * Where an association differs from a create: role, target role, session tags, session policy,
 * tags. Tags set by the gateway and by AWS are ignored; session policies are compared as JSON, not
 * as text.
 */
export function createDifferences(
  request: AssociationSettings & { readonly tags: readonly Tag[] },
  existing: Association,
): Difference[] {
  return [
    ...settingDifferences(completeSettings(request), existing),
    ...tagDifferences(request.tags, existing.tags.filter(isRequestTag)),
  ];
}

/** Where an association differs from the settings that are given; absent ones are ignored. */
export function settingDifferences(settings: Partial<AssociationSettings>, existing: Association): Difference[] {
  const actual = settingsOf(existing);
  return settingNames
    .filter((field) => Object.hasOwn(settings, field))
    .filter((field) => !isSameSetting(field, settings[field] ?? null, actual[field]))
    .map((field) => ({ field, requested: textOf(settings[field]), existing: textOf(actual[field]) }));
}

function isSameSetting(field: SettingName, a: string | boolean | null, b: string | boolean | null): boolean {
  return a === b || (settingFields[field].type === 'document' && isDeepStrictEqual(jsonOf(a), jsonOf(b)));
}

function textOf(value: string | boolean | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** The state that an adoption records: what drift is found against. */
export function adoptedState(association: Association) {
  return { settings: settingsOf(association), tags: association.tags.filter(isRequestTag) };
}

/** The create that would make an association as it is. */
export function createRequestOf(association: Association): CreateRequest {
  const { accountId, region, clusterName, namespace, serviceAccount } = association;
  const { settings, tags } = adoptedState(association);
  return { accountId, region, clusterName, namespace, serviceAccount, ...settings, tags };
}

/** The name of a tag among differences. */
export function tagField(key: string): string {
  return `tags.${key}`;
}

/** Where tags differ. */
export function tagDifferences(requested: readonly Tag[], existing: readonly Tag[]): Difference[] {
  const wanted = new Map(requested.map(({ key, value }) => [key, value]));
  const actual = new Map(existing.map(({ key, value }) => [key, value]));
  return [...new Set([...wanted.keys(), ...actual.keys()])]
    .map((key) => ({ field: tagField(key), requested: wanted.get(key) ?? null, existing: actual.get(key) ?? null }))
    .filter((difference) => difference.requested !== difference.existing);
}

/**
 * Where an association differs from an earlier version of it. If only the time of its modification
 * does, that is the difference.
 */
export function versionDifferences(earlier: Association, association: Association): Difference[] {
  const differences = [
    ...settingDifferences(settingsOf(earlier), association),
    ...tagDifferences(earlier.tags, association.tags),
  ];
  const [requested, existing] = [earlier.modifiedAt, association.modifiedAt];
  return differences.length > 0 || requested === existing
    ? differences
    : [{ field: 'modifiedAt', requested, existing }];
}

/**
 * The value of a JSON text. A text with duplicate keys stays text: `JSON.parse` would hide all but
 * the last of them.
 */
function jsonOf(text: string | boolean | null): unknown {
  if (typeof text !== 'string') return text;
  try {
    const value: unknown = JSON.parse(text);
    return duplicateKeys(text).length > 0 ? text : value;
  } catch {
    return text;
  }
}
