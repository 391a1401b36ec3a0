import type { CreateRequest, Tag } from '../model/association.ts';
import { clusterFindings, namespaceFindings, resolveCluster, serviceAccountFindings } from './names.ts';
import type { ClusterDefaults, ClusterInput } from './names.ts';
import { recordedInput } from './recorded-input.ts';
import { roleArnFindings, targetRoleArnFindings } from './role-arns.ts';
import { policyFindings } from './session-policy.ts';
import { tagFindings } from './tags.ts';
import type { TagInput } from './tags.ts';
import type { Text } from './text-rules.ts';
import { validateMetadata } from './validated.ts';
import type { MetadataInput, ValidatedAs } from './validated.ts';

export type { ClusterDefaults } from './names.ts';
export type { ValidatedAs } from './validated.ts';

/** `CreatePodIdentityAssociationInput` as GraphQL passes it. Absent and null mean the same. */
export interface CreateInput extends ClusterInput, MetadataInput {
  readonly namespace?: Text;
  readonly serviceAccount?: Text;
  readonly roleArn?: Text;
  readonly tags?: readonly TagInput[] | null | undefined;
  readonly disableSessionTags?: boolean | null | undefined;
  readonly targetRoleArn?: Text;
  readonly policy?: Text;
}

/** The result of validating the input of a create. */
export type Validated = ValidatedAs<CreateRequest>;

/**
 * Validates the input of a create against the rules of EKS, IAM and Kubernetes, all rules at once and without a network
 * call, and converts it into its canonical form. Time is linear in the size of the input; the size of the result is
 * bounded.
 */
export function validateCreate(input: CreateInput, defaults: ClusterDefaults): Validated {
  const { clusterName, namespace, serviceAccount, roleArn } = input;
  const { metadata, findings: metadataFindings } = validateMetadata(input);
  const findings = [
    ...clusterFindings(input),
    ...namespaceFindings(namespace),
    ...serviceAccountFindings(serviceAccount),
    ...roleArnFindings(roleArn),
    ...metadataFindings.clientRequestToken,
    ...tagFindings(input.tags),
    ...targetRoleArnFindings(input.targetRoleArn),
    ...policyFindings(input.policy, input.disableSessionTags),
    ...metadataFindings.reason,
    ...metadataFindings.onBehalfOf,
  ];
  // A missing or empty field has a finding; the tests for it here are for the compiler only.
  if (findings.length > 0 || !clusterName || !namespace || !serviceAccount || !roleArn) {
    return { kind: 'invalid', findings, recordedInput: recordedInput(input), ...metadata };
  }
  const request: CreateRequest = {
    ...resolveCluster({ ...input, clusterName }, defaults),
    namespace,
    serviceAccount,
    roleArn,
    targetRoleArn: input.targetRoleArn ?? null,
    disableSessionTags: input.disableSessionTags ?? false,
    policy: input.policy ?? null,
    tags: canonicalTags(input.tags ?? []),
  };
  return { kind: 'valid', request, ...metadata };
}

/** Sorts by UTF-16 code units of the key, independent of the locale. */
function canonicalTags(tags: readonly TagInput[]): Tag[] {
  return tags
    .map(({ key, value }) => ({ key, value: value ?? '' }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
