import { isDeepStrictEqual } from 'node:util';
import { ownTagPrefix } from '../model/association.ts';
import type { Association, CreateRequest, Tag } from '../model/association.ts';
import type { Difference } from '../model/refusal.ts';

/**
 * Where an association differs from what was asked for: role, target role, session tags, session policy, tags. Tags of
 * the gateway and of AWS are none of the caller's and don't count; policies are compared as JSON, not as text.
 */
export function differencesBetween(request: CreateRequest, existing: Association): Difference[] {
  const fields: Difference[] = [
    { field: 'roleArn', requested: request.roleArn, existing: existing.roleArn },
    { field: 'targetRoleArn', requested: request.targetRoleArn, existing: existing.targetRoleArn },
    {
      field: 'disableSessionTags',
      requested: String(request.disableSessionTags),
      existing: String(existing.disableSessionTags ?? false),
    },
  ];
  const differing = fields.filter((field) => field.requested !== field.existing);
  if (!samePolicy(request.policy, existing.policy)) {
    differing.push({ field: 'policy', requested: request.policy, existing: existing.policy });
  }
  return [...differing, ...tagDifferences(request.tags, existing.tags.filter(isCallersTag))];
}

function isCallersTag({ key }: Tag): boolean {
  return !key.startsWith(ownTagPrefix) && !/^aws:/i.test(key);
}

function tagDifferences(requested: readonly Tag[], existing: readonly Tag[]): Difference[] {
  const asked = new Map(requested.map(({ key, value }) => [key, value]));
  const there = new Map(existing.map(({ key, value }) => [key, value]));
  return [...new Set([...asked.keys(), ...there.keys()])]
    .map((key) => ({ field: `tags.${key}`, requested: asked.get(key) ?? null, existing: there.get(key) ?? null }))
    .filter((difference) => difference.requested !== difference.existing);
}

function samePolicy(a: string | null, b: string | null): boolean {
  if (a === null || b === null) return a === b;
  return a === b || isDeepStrictEqual(jsonOf(a), jsonOf(b));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
