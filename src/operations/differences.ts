import { isDeepStrictEqual } from 'node:util';
import { gatewayTagPrefix, settingsOf } from '../model/association.ts';
import type { Association, AssociationSettings, CreateRequest, Tag } from '../model/association.ts';
import type { Difference } from '../model/refusal.ts';

/**
 * Where an association differs from what was asked for: role, target role, session tags, session policy, tags. Tags of
 * the gateway and of AWS are none of the caller's and don't count; policies are compared as JSON, not as text.
 */
export function differencesBetween(request: CreateRequest, existing: Association): Difference[] {
  const { roleArn, targetRoleArn, disableSessionTags, policy, tags } = request;
  return [
    ...settingDifferences({ roleArn, targetRoleArn, disableSessionTags, policy }, existing),
    ...tagDifferences(tags, existing.tags.filter(isCallersTag)),
  ];
}

/** Where the settings of an association differ from those that were asked for; the others don't count. */
export function settingDifferences(asked: Partial<AssociationSettings>, existing: Association): Difference[] {
  const there = settingsOf(existing);
  const named = (['roleArn', 'targetRoleArn', 'disableSessionTags', 'policy'] as const).filter(
    (field) => field in asked,
  );
  return named
    .filter((field) => !sameSetting(field, asked[field] ?? null, there[field]))
    .map((field) => ({ field, requested: textOf(asked[field]), existing: textOf(there[field]) }));
}

function sameSetting(
  field: keyof AssociationSettings,
  a: string | boolean | null,
  b: string | boolean | null,
): boolean {
  return a === b || (field === 'policy' && isDeepStrictEqual(jsonOf(a), jsonOf(b)));
}

function textOf(value: string | boolean | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

function isCallersTag({ key }: Tag): boolean {
  return !key.startsWith(gatewayTagPrefix) && !/^aws:/i.test(key);
}

function tagDifferences(requested: readonly Tag[], existing: readonly Tag[]): Difference[] {
  const asked = new Map(requested.map(({ key, value }) => [key, value]));
  const there = new Map(existing.map(({ key, value }) => [key, value]));
  return [...new Set([...asked.keys(), ...there.keys()])]
    .map((key) => ({ field: `tags.${key}`, requested: asked.get(key) ?? null, existing: there.get(key) ?? null }))
    .filter((difference) => difference.requested !== difference.existing);
}

function jsonOf(text: string | boolean | null): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : text;
  } catch {
    return text;
  }
}
