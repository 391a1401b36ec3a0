import type { TagInput } from '../generated/types.ts';
import { maxTags, gatewayTagPrefix } from '../model/association.ts';
import type { Finding } from '../model/refusal.ts';
import { codePoint, maxLength, notBlank, quote, textFindings, wellFormed } from './text-rules.ts';
import type { TextRule } from './text-rules.ts';

/** Limits of `TagKey` and `TagValue` in the EKS service model, in Unicode characters. */
const maxKeyLength = 128;
const maxValueLength = 256;

/**
 * The most tags to check one by one, which bounds the findings. More than `maxTags` are invalid in
 * any case.
 */
const maxCheckedTags = 60;

/** Whether a value begins with a prefix, ignoring the case of ASCII letters. */
function hasPrefix(value: string, prefix: string): boolean {
  return value.slice(0, prefix.length).toLowerCase() === prefix;
}

const characters: TextRule = {
  rule: 'tag-characters',
  problem: (value) => {
    // Unpaired surrogates (\p{Cs}) have a rule of their own.
    const found = /[^\p{L}\p{Z}\p{N}_.:/=+\-@\p{Cs}]/u.exec(value);
    return found === null ? null : `contains ${quote(found[0])} (${codePoint(found[0])})`;
  },
  advice: 'Use letters, digits, spaces and "_.:/=+-@", e.g. "cost-center" or "team:payments".',
};

const awsPrefix: TextRule = {
  rule: 'no-aws-prefix',
  problem: (value) =>
    hasPrefix(value, 'aws:') ? 'begins with "aws:", which is reserved for AWS in any letter case' : null,
  advice: 'Use another prefix, e.g. "team" or "example.com/team".',
};

const ownPrefix: TextRule = {
  rule: 'no-own-prefix',
  problem: (value) =>
    hasPrefix(value, gatewayTagPrefix)
      ? `begins with "${gatewayTagPrefix}", which is reserved for the gateway in any letter case`
      : null,
  advice: 'Leave the tag out, because the gateway sets it, or use another prefix, e.g. "team".',
};

const keyRules = [
  maxLength(maxKeyLength, 'Shorten the key, e.g. "cost-center".'),
  wellFormed,
  characters,
  notBlank('Give the tag a key that people can read, e.g. "team", or leave the tag out.'),
  awsPrefix,
  ownPrefix,
];

const valueRules = [
  maxLength(maxValueLength, 'Shorten the value, or refer to its location, e.g. "https://example.com/owners/payments".'),
  wellFormed,
  characters,
  notBlank('Give the tag a value that people can read, or the empty string.'),
  awsPrefix,
];

function keyFindings(path: string, key: string): Finding[] {
  if (key !== '') return textFindings(path, key, keyRules);
  const advice = 'Give the tag a key, e.g. "team", or leave the tag out.';
  return [{ path, rule: 'not-empty', message: `${path} is the empty string.`, advice }];
}

/** Keys must be unique. They are case-sensitive (EKS API reference). */
function duplicateFindings(tags: readonly TagInput[]): Finding[] {
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
        message: `tags.${index}.key ${quote(key)} duplicates tags.${first}.key.`,
        advice: `Keep either tags.${first} or tags.${index}: keys must be unique.`,
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
      advice: `Remove tags. With at most ${maxTags - 1}, the gateway can add its ownership tag.`,
    },
  ];
}

/**
 * Findings on tags, by the EKS service model and the AWS tag naming rules. Keys such as `__proto__`
 * are valid: the AWS SDK sends them like any other.
 */
export function tagFindings(tags: readonly TagInput[] | null | undefined): Finding[] {
  const given = tags ?? [];
  const checked = given.slice(0, maxCheckedTags);
  return [
    ...countFindings(given.length),
    ...checked.flatMap(({ key, value }, index) => [
      ...keyFindings(`tags.${index}.key`, key),
      // EKS accepts an empty value.
      ...(value ? textFindings(`tags.${index}.value`, value, valueRules) : []),
    ]),
    ...duplicateFindings(checked),
  ];
}
