/** The tags of an association, by their keys. */
export type Tags = Readonly<Record<string, string>>;

/** How the tags of one state differ from those of another. */
export interface TagDifference {
  readonly added: Tags;
  readonly changed: Readonly<Record<string, { readonly before: string; readonly after: string }>>;
  readonly removed: Tags;
}

const isOfGateway = (key: string) => key.startsWith('pod-identity-gateway/');
const isOfAws = (key: string) => /^aws:/i.test(key);

/** Tags without those that no request can set: of the gateway and of AWS. */
export function ownTags(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !isOfGateway(key) && !isOfAws(key)));
}

/** The number of tags that are the gateway's own. */
export function gatewayTagCount(tags: Tags): number {
  return Object.keys(tags).filter(isOfGateway).length;
}

/** What has to be done to tags so that they are others, by the order of keys. */
export function tagDifference(before: Tags, after: Tags): TagDifference {
  const given = sorted(after);
  return {
    added: Object.fromEntries(given.filter(([key]) => !Object.hasOwn(before, key))),
    changed: Object.fromEntries(
      given.flatMap(([key, value]) => {
        const present = Object.hasOwn(before, key) ? before[key] : undefined;
        return present === undefined || present === value ? [] : [[key, { before: present, after: value }]];
      }),
    ),
    removed: Object.fromEntries(sorted(before).filter(([key]) => !Object.hasOwn(after, key))),
  };
}

function sorted(tags: Tags): readonly (readonly [string, string])[] {
  return Object.entries(tags).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Whether there is no difference. */
export function isNone({ added, changed, removed }: TagDifference): boolean {
  return [added, changed, removed].every((part) => Object.keys(part).length === 0);
}

/** A difference as text, a line for each tag. */
export function tagLines({ added, changed, removed }: TagDifference): readonly string[] {
  return [
    ...Object.entries(added).map(([key, value]) => `    + tag ${key}=${value}`),
    ...Object.entries(changed).map(([key, { before, after }]) => `    ~ tag ${key}=${before} → ${after}`),
    ...Object.entries(removed).map(([key, value]) => `    - tag ${key}=${value}`),
  ];
}

const maxKeys = 10;

/** Which tags are removed from how many associations each, as `owner (12), cost-center (3)`; null for none. */
export function removedText(differences: readonly Pick<TagDifference, 'removed'>[]): string | null {
  const counts = new Map<string, number>();
  for (const key of differences.flatMap(({ removed }) => Object.keys(removed))) {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const ordered = [...counts].sort(([one, most], [other, least]) => least - most || (one < other ? -1 : 1));
  if (ordered.length === 0) return null;
  const more = ordered.length > maxKeys ? [`${ordered.length - maxKeys} other tags`] : [];
  return [...ordered.slice(0, maxKeys).map(([key, count]) => `${key} (${count})`), ...more].join(', ');
}
