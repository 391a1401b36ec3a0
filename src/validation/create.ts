import type { CreatePodIdentityAssociationInput, TagInput } from '../generated/types.ts';
import type { CreateRequest, Tag } from '../model/association.ts';
import type { Finding } from '../model/refusal.ts';
import { completeSettings } from '../model/setting-fields.ts';
import { describeInvalidInput } from './invalid-input.ts';
import { clusterFindings, namespaceFindings, resolveCluster, serviceAccountFindings } from './names.ts';
import type { ClusterDefaults } from './names.ts';
import { expectedRevisionFindings } from './expected-revision.ts';
import { createdSettingFindings } from './settings.ts';
import { tagFindings } from './tags.ts';
import { utcTimestamp } from './timestamps.ts';
import { validateMetadata } from './validated.ts';
import type { ValidatedAs } from './validated.ts';

/**
 * Validates the input of a create against the EKS, IAM and Kubernetes rules, all at once
 * and without a network call, and converts it into its canonical form. Time is linear in the size
 * of the input; the size of the result is bounded.
 *
 * @param otherFindings those on fields that only a similar input has
 */
export function validateCreate(
  input: CreatePodIdentityAssociationInput,
  defaults: ClusterDefaults,
  otherFindings: readonly Finding[] = [],
): ValidatedAs<CreateRequest> {
  const { namespace, serviceAccount, expectedRevision = null } = input;
  const { metadata, findings: metadataFindings } = validateMetadata(input);
  const { roleArn, ...settings } = createdSettingFindings(input);
  const findings = [
    ...clusterFindings(input),
    ...namespaceFindings(namespace),
    ...serviceAccountFindings(serviceAccount),
    ...roleArn,
    ...metadataFindings.clientRequestToken,
    ...tagFindings(input.tags),
    ...Object.values(settings).flat(),
    ...metadataFindings.reason,
    ...metadataFindings.onBehalfOf,
    ...metadataFindings.declaration,
    ...expectedRevisionFindings(expectedRevision),
    ...otherFindings,
  ];
  if (findings.length > 0) {
    return { kind: 'invalid', ...describeInvalidInput(input, findings), ...metadata };
  }
  const expiresAt = utcTimestamp(input.expiresAt);
  const request: CreateRequest = {
    ...resolveCluster(input, defaults),
    namespace,
    serviceAccount,
    ...completeSettings(input),
    tags: canonicalTags(input.tags ?? []),
    ...(expectedRevision === null ? {} : { expectedRevision }),
    ...(expiresAt === null ? {} : { expiresAt }),
    ...(input.ifExists === 'ADOPT' ? { ifExists: 'ADOPT' as const } : {}),
  };
  return { kind: 'valid', request, ...metadata };
}

/** Sorts by UTF-16 code units of the key, independent of the locale. */
function canonicalTags(tags: readonly TagInput[]): Tag[] {
  return tags
    .map(({ key, value }) => ({ key, value: value ?? '' }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
