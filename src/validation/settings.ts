import type { UpdatePodIdentityAssociationInput } from '../generated/types.ts';
import type { AssociationSettings } from '../model/association.ts';
import type { Finding } from '../model/refusal.ts';
import { canBeCleared, settingNames } from '../model/setting-fields.ts';
import type { GivenSettings, SettingName } from '../model/setting-fields.ts';
import { roleArnFindings, targetRoleArnFindings } from './role-arns.ts';
import { policyFindings } from './session-policy.ts';

type SettingRules = Readonly<Record<SettingName, (given: GivenSettings) => Finding[]>>;

/** The rules of each setting of a create. */
const createRules: SettingRules = {
  roleArn: ({ roleArn }) => roleArnFindings(roleArn),
  targetRoleArn: ({ targetRoleArn }) => targetRoleArnFindings(targetRoleArn),
  disableSessionTags: () => [],
  policy: ({ policy, disableSessionTags }) => policyFindings(policy, disableSessionTags),
};

/** The rules of each setting of an update, where they are others. */
const updateRules: SettingRules = {
  ...createRules,
  roleArn: ({ roleArn }) => (roleArn === undefined ? [] : roleArnFindings(roleArn)),
  disableSessionTags: ({ disableSessionTags }) => (disableSessionTags === null ? [notCleared] : []),
  // An absent disableSessionTags keeps its current value, which policy and EKS check together with
  // the session policy.
  policy: ({ policy, disableSessionTags }) => policyFindings(policy, disableSessionTags ?? true),
};

/** The findings on the settings of a create. */
export function createdSettingFindings(given: GivenSettings): Record<SettingName, Finding[]> {
  return findingsOf(createRules, given);
}

/**
 * The settings that an update changes, with the findings on them. Null clears a setting that can be
 * cleared.
 */
export function changedSettings(input: UpdatePodIdentityAssociationInput) {
  const changed = settingNames.filter(
    (name) => input[name] !== undefined && (input[name] !== null || canBeCleared(name)),
  );
  // An absent setting of the input is kept, so it is not among the changes.
  const changes = Object.fromEntries(changed.map((name) => [name, input[name]])) as Partial<AssociationSettings>;
  const nothing = changed.length === 0 && input.expiresAt === undefined ? [nothingToChange] : [];
  return { changes, findings: [...nothing, ...Object.values(findingsOf(updateRules, input)).flat()] };
}

function findingsOf(rules: SettingRules, given: GivenSettings): Record<SettingName, Finding[]> {
  // fromEntries keeps the keys, but not their type.
  return Object.fromEntries(settingNames.map((name) => [name, rules[name](given)])) as Record<SettingName, Finding[]>;
}

const nothingToChange: Finding = {
  path: 'input',
  rule: 'something-to-change',
  message: 'The input changes nothing.',
  advice: `Give at least one of ${settingNames.join(', ')} and expiresAt.`,
};

const notCleared: Finding = {
  path: 'disableSessionTags',
  rule: 'not-cleared',
  message: 'disableSessionTags is null, but it must be true or false.',
  advice: 'Give true or false, or leave it out to keep the current value.',
};
