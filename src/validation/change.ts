import type {
  AdoptPodIdentityAssociationInput,
  DeletePodIdentityAssociationInput,
  TagInput,
  TagPodIdentityAssociationInput,
  UntagPodIdentityAssociationInput,
  UpdatePodIdentityAssociationInput,
} from '../generated/types.ts';
import type {
  AdoptRequest,
  DeleteRequest,
  Tag,
  TagRequest,
  UntagRequest,
  UpdateRequest,
} from '../model/association.ts';
import type { Finding } from '../model/refusal.ts';
import { byKey } from '../model/tags.ts';
import { associationIdFindings } from './associations.ts';
import { expectedRevisionFindings } from './expected-revision.ts';
import { describeInvalidInput } from './invalid-input.ts';
import { clusterFindings, resolveCluster } from './names.ts';
import type { ClusterDefaults } from './names.ts';
import { changedSettings } from './settings.ts';
import { tagChangeFindings, tagKeyFindings } from './tags.ts';
import { utcTimestamp } from './timestamps.ts';
import { validateMetadata } from './validated.ts';
import type { ValidatedAs } from './validated.ts';

/** Validates the input of a delete, and converts it into its canonical form. */
export function validateDelete(
  input: DeletePodIdentityAssociationInput,
  defaults: ClusterDefaults,
): ValidatedAs<DeleteRequest> {
  return validate(input, defaults, [], (request) => request);
}

/** Validates the input of an adoption, and converts it into its canonical form. */
export function validateAdopt(
  input: AdoptPodIdentityAssociationInput,
  defaults: ClusterDefaults,
): ValidatedAs<AdoptRequest> {
  return validate(input, defaults, [], (request) => request);
}

/** Validates the input of an update, and converts it into its canonical form. */
export function validateUpdate(
  input: UpdatePodIdentityAssociationInput,
  defaults: ClusterDefaults,
): ValidatedAs<UpdateRequest> {
  const { changes, findings } = changedSettings(input);
  const expiresAt = input.expiresAt === null ? null : utcTimestamp(input.expiresAt);
  const expiry = input.expiresAt === undefined ? {} : { expiresAt };
  return validate(input, defaults, findings, (request) => ({ ...request, changes, ...expiry }));
}

/** Validates the input of a change of tags, and converts it into its canonical form. */
export function validateTag(input: TagPodIdentityAssociationInput, defaults: ClusterDefaults): ValidatedAs<TagRequest> {
  const { tags, expectedTags } = input;
  return validate(input, defaults, tagChangeFindings(tags, expectedTags), (request) => ({
    ...request,
    tags: canonicalTags(tags),
    expectedTags: expectedTags ? canonicalTags(expectedTags) : null,
  }));
}

/** Validates the input of a removal of tags, and converts it into its canonical form. */
export function validateUntag(
  input: UntagPodIdentityAssociationInput,
  defaults: ClusterDefaults,
): ValidatedAs<UntagRequest> {
  const { tagKeys, expectedTags } = input;
  return validate(input, defaults, tagKeyFindings(tagKeys, expectedTags), (request) => ({
    ...request,
    tagKeys: [...tagKeys].sort(),
    expectedTags: expectedTags ? canonicalTags(expectedTags) : null,
  }));
}

function canonicalTags(tags: readonly TagInput[]): Tag[] {
  return tags.map(({ key, value }) => ({ key, value: value ?? '' })).sort(byKey);
}

/**
 * Validates the fields that requests about an existing association share.
 *
 * @param settingsFindings findings on the fields that not all of them have
 * @param toRequest completes the canonical request
 */
function validate<Request extends DeleteRequest>(
  input: DeletePodIdentityAssociationInput,
  defaults: ClusterDefaults,
  settingsFindings: readonly Finding[],
  toRequest: (request: DeleteRequest) => Request,
): ValidatedAs<Request> {
  const { associationId, expectedRevision = null } = input;
  const { metadata, findings: metadataFindings } = validateMetadata(input);
  const findings = [
    ...clusterFindings(input),
    ...associationIdFindings(associationId),
    ...settingsFindings,
    ...metadataFindings.clientRequestToken,
    ...metadataFindings.reason,
    ...metadataFindings.onBehalfOf,
    ...metadataFindings.declaration,
    ...expectedRevisionFindings(expectedRevision),
  ];
  if (findings.length > 0) {
    return { kind: 'invalid', ...describeInvalidInput(input, findings), ...metadata };
  }
  const cluster = resolveCluster(input, defaults);
  const expectedModifiedAt = utcTimestamp(input.expectedModifiedAt);
  const conditions = { expectedModifiedAt, ...(expectedRevision === null ? {} : { expectedRevision }) };
  return { kind: 'valid', request: toRequest({ ...cluster, associationId, ...conditions }), ...metadata };
}
