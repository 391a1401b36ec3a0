import { maxTags, gatewayTagPrefix } from '../model/association.ts';
import type { Finding } from '../model/refusal.ts';
import { codePoint, maxLength, quote, textFindings, wellFormed } from './text-rules.ts';
import type { Text, TextRule } from './text-rules.ts';

/** A tag as GraphQL hands it over; an absent or null value is the empty one. */
export interface TagInput {
  readonly key: string;
  readonly value?: Text;
}

/** Limits of `TagKey` and `TagValue` in the EKS service model, in Unicode characters. */
const maxKeyLength = 128;
const maxValueLength = 256;

/** Tags that are checked one by one. Beyond `maxTags` the request is refused anyway; this bounds the answer. */
const maxCheckedTags = 60;

/** Starts with `prefix`, in any case of ASCII letters. */
function hasPrefix(value: string, prefix: string): boolean {
  return value.slice(0, prefix.length).toLowerCase() === prefix;
}

const characters: TextRule = {
  rule: 'tag-characters',
  problem: (value) => {
    // Halves of surrogate pairs (\p{Cs}) have a rule of their own.
    const found = /[^\p{L}\p{Z}\p{N}_.:/=+\-@\p{Cs}]/u.exec(value);
    return found === null ? null : `contains ${quote(found[0])} (${codePoint(found[0])})`;
  },
  advice: 'Use letters, digits, spaces and "_.:/=+-@", e.g. "cost-center" or "team:payments".',
};

const awsPrefix: TextRule = {
  rule: 'no-aws-prefix',
  problem: (value) =>
    hasPrefix(value, 'aws:') ? 'begins with "aws:", which AWS keeps for itself in any case of letters' : null,
  advice: 'Begin otherwise, e.g. "team" or "example.com/team".',
};

const ownPrefix: TextRule = {
  rule: 'no-own-prefix',
  problem: (value) =>
    hasPrefix(value, gatewayTagPrefix)
      ? `begins with "${gatewayTagPrefix}", which the gateway keeps for itself in any case of letters`
      : null,
  advice: 'Leave the tag out: the gateway sets its own. For a tag of yours begin otherwise, e.g. "team".',
};

const keyRules = [
  maxLength(maxKeyLength, 'Shorten the key, e.g. "cost-center".'),
  wellFormed,
  characters,
  awsPrefix,
  ownPrefix,
];

const valueRules = [
  maxLength(
    maxValueLength,
    'Shorten the value, or refer to where it stands, e.g. "https://example.com/owners/payments".',
  ),
  wellFormed,
  characters,
  awsPrefix,
];

function keyFindings(path: string, key: string): Finding[] {
  if (key !== '') return textFindings(path, key, keyRules);
  const advice = 'Give the tag a key, e.g. "team", or leave the tag out.';
  return [{ path, rule: 'not-empty', message: `${path} is the empty string.`, advice }];
}

/** Keys are unique; their letters' case counts (EKS API reference). */
function repetitionFindings(tags: readonly TagInput[]): Finding[] {
  const firstIndexes = new Map<string, number>();
  return tags.flatMap(({ key }, index) => {
    const first = firstIndexes.get(key);
    if (first === undefined) {
      firstIndexes.set(key, index);
      return [];
    }
    return [
      {
        path: `tags.${index}.key`,
        rule: 'unique-key',
        message: `tags.${index}.key ${quote(key)} is the same as tags.${first}.key.`,
        advice: `Keep one of tags.${first} and tags.${index}: a key has one value, e.g. "team".`,
      },
    ];
  });
}

function countFindings(count: number): Finding[] {
  if (count <= maxTags) return [];
  const unchecked = count > maxCheckedTags ? ` Only the first ${maxCheckedTags} were checked one by one.` : '';
  return [
    {
      path: 'tags',
      rule: 'max-tags',
      message: `tags has ${count} entries; at most ${maxTags} are allowed.${unchecked}`,
      advice: `Leave tags out; with at most ${maxTags - 1} there is room for the tag by which the gateway proves what it made.`,
    },
  ];
}

/**
 * Rules of the tags, as the EKS service model and AWS's tag policy have them. `__proto__` and the like are good keys: the
 * AWS SDK sends them as any other.
 */
export function tagFindings(tags: readonly TagInput[] | null | undefined): Finding[] {
  const given = tags ?? [];
  const checked = given.slice(0, maxCheckedTags);
  return [
    ...countFindings(given.length),
    ...checked.flatMap(({ key, value }, index) => [
      ...keyFindings(`tags.${index}.key`, key),
      ...textFindings(`tags.${index}.value`, value ?? '', valueRules),
    ]),
    ...repetitionFindings(checked),
  ];
}
