import { gatewayTagPrefix, maxTags } from './association.ts';
import type { Tag } from './association.ts';

/** What a change of tags does to one key. Null: the key is absent, or is removed. */
export interface TagChange {
  readonly key: string;
  readonly before: string | null;
  readonly requested: string | null;
}

/** The tags that a request names, by key; null: it removes the tag. */
export type NamedTags = readonly Pick<TagChange, 'key' | 'requested'>[];

/** What a request that names tags changes of these tags, by key. */
export function tagChanges(named: NamedTags, tags: readonly Tag[]): TagChange[] {
  const values = valuesOf(tags);
  return named.map(({ key, requested }) => ({ key, before: values.get(key) ?? null, requested }));
}

/** Tags after a change of those that it names, sorted by key. */
export function changedTags(tags: readonly Tag[], named: NamedTags): Tag[] {
  const values = valuesOf(tags);
  for (const { key, requested } of named) {
    if (requested === null) values.delete(key);
    else values.set(key, requested);
  }
  return [...values].map(([key, value]) => ({ key, value })).sort(byKey);
}

/** Whether the keys that a request names have the values that it requests. */
export function hasTags(tags: readonly Tag[], named: NamedTags): boolean {
  const values = valuesOf(tags);
  return named.every(({ key, requested }) => (values.get(key) ?? null) === requested);
}

/** Whether a tag is one that requests can set: of neither the gateway nor AWS. */
export function isRequestTag({ key }: Pick<Tag, 'key'>): boolean {
  return !key.startsWith(gatewayTagPrefix) && !isAwsTag({ key });
}

/** Whether there are more tags than EKS permits, which does not count those of AWS. */
export function exceedsTagLimit(tags: readonly Tag[]): boolean {
  return tags.filter((tag) => !isAwsTag(tag)).length > maxTags;
}

/** The order of tags: by key, as EKS compares keys. */
export function byKey(one: Pick<Tag, 'key'>, other: Pick<Tag, 'key'>): number {
  return one.key < other.key ? -1 : one.key > other.key ? 1 : 0;
}

function isAwsTag({ key }: Pick<Tag, 'key'>): boolean {
  return /^aws:/i.test(key);
}

function valuesOf(tags: readonly Tag[]): Map<string, string> {
  return new Map(tags.map(({ key, value }) => [key, value]));
}
