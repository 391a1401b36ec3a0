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
function duplicateFindings(field: string, tags: readonly TagInput[]): Finding[] {
  return duplicateKeyFindings(
    tags.map(({ key }) => key),
    (index) => `${field}.${index}`,
    '.key',
  );
}

/** Keys must be unique. `placeOf` names the item with an index, and `suffix` its key. */
function duplicateKeyFindings(
  keys: readonly string[],
  placeOf: (index: number) => string,
  suffix: '.key' | '',
): Finding[] {
  const firstIndexes = new Map<string, number>();
  return keys.flatMap((key, index) => {
    const first = firstIndexes.get(key);
    if (first === undefined) {
      firstIndexes.set(key, index);
      return [];
    }
    const [one, other] = [placeOf(first), placeOf(index)];
    return [
      {
        path: `${other}${suffix}`,
        rule: 'unique-key',
        message: `${other}${suffix} ${quote(key)} duplicates ${one}${suffix}.`,
        advice: `Keep either ${one} or ${other}: keys must be unique.`,
      },
    ];
  });
}

const roomAdvice = `Remove tags. With at most ${maxTags - 1}, the gateway can add its ownership tag.`;

function countFindings(field: string, count: number, advice: string): Finding[] {
  if (count <= maxTags) return [];
  const unchecked = count > maxCheckedTags ? ` Only the first ${maxCheckedTags} were checked one by one.` : '';
  return [
    {
      path: field,
      rule: 'max-tags',
      message: `${field} has ${count} entries; at most ${maxTags} are allowed.${unchecked}`,
      advice,
    },
  ];
}

/**
 * Findings on the tags of a create, by the EKS service model and the AWS tag naming rules. Keys
 * such as `__proto__` are valid: the AWS SDK sends them like any other.
 */
export function tagFindings(tags: readonly TagInput[] | null | undefined): Finding[] {
  return listFindings('tags', tags ?? [], roomAdvice);
}

/** Findings on the tags that a request sets of an existing association, and that it expects. */
export function tagChangeFindings(
  tags: readonly TagInput[],
  expectedTags: readonly TagInput[] | null | undefined,
): Finding[] {
  return [
    ...emptyFindings('tags', tags.length),
    ...listFindings('tags', tags, 'Send a request for each 50 tags, as far as the association has room.'),
    ...expectedTagFindings(expectedTags),
  ];
}

/** Findings on the keys that a request removes of an existing association. */
export function tagKeyFindings(
  tagKeys: readonly string[],
  expectedTags: readonly TagInput[] | null | undefined,
): Finding[] {
  const checked = tagKeys.slice(0, maxCheckedTags);
  return [
    ...emptyFindings('tagKeys', tagKeys.length),
    ...countFindings('tagKeys', tagKeys.length, 'Leave out keys: an association has at most 50 tags.'),
    ...checked.flatMap((key, index) => keyFindings(`tagKeys.${index}`, key)),
    ...duplicateKeyFindings(checked, (index) => `tagKeys.${index}`, ''),
    ...expectedTagFindings(expectedTags),
  ];
}

function expectedTagFindings(tags: readonly TagInput[] | null | undefined): Finding[] {
  return listFindings('expectedTags', tags ?? [], 'Leave out tags: an association has at most 50.');
}

function emptyFindings(field: string, count: number): Finding[] {
  if (count > 0) return [];
  const message = `${field} is empty; it must have from 1 to ${maxTags} items.`;
  return [{ path: field, rule: 'not-empty', message, advice: 'Name the tags to change, e.g. "team".' }];
}

function listFindings(field: string, tags: readonly TagInput[], advice: string): Finding[] {
  const checked = tags.slice(0, maxCheckedTags);
  return [
    ...countFindings(field, tags.length, advice),
    ...checked.flatMap(({ key, value }, index) => [
      ...keyFindings(`${field}.${index}.key`, key),
      // EKS accepts an empty value.
      ...(value ? textFindings(`${field}.${index}.value`, value, valueRules) : []),
    ]),
    ...duplicateFindings(field, checked),
  ];
}
