import type {
  AdoptPodIdentityAssociationInput,
  DeletePodIdentityAssociationInput,
  UpdatePodIdentityAssociationInput,
} from '../generated/types.ts';
import type { AdoptRequest, DeleteRequest, UpdateRequest } from '../model/association.ts';
import type { Finding } from '../model/refusal.ts';
import { associationIdFindings } from './associations.ts';
import { describeInvalidInput } from './invalid-input.ts';
import { clusterFindings, resolveCluster } from './names.ts';
import type { ClusterDefaults } from './names.ts';
import { changedSettings } from './settings.ts';
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

/**
 * Validates the fields that update, delete and adoption share.
 *
 * @param settingsFindings findings on the fields that only an update has
 * @param toRequest completes the canonical request
 */
function validate<Request extends DeleteRequest>(
  input: DeletePodIdentityAssociationInput | AdoptPodIdentityAssociationInput,
  defaults: ClusterDefaults,
  settingsFindings: readonly Finding[],
  toRequest: (request: DeleteRequest) => Request,
): ValidatedAs<Request> {
  const { associationId } = input;
  const { metadata, findings: metadataFindings } = validateMetadata(input);
  const findings = [
    ...clusterFindings(input),
    ...associationIdFindings(associationId),
    ...settingsFindings,
    ...metadataFindings.clientRequestToken,
    ...metadataFindings.reason,
    ...metadataFindings.onBehalfOf,
    ...metadataFindings.declaration,
  ];
  if (findings.length > 0) {
    return { kind: 'invalid', ...describeInvalidInput(input, findings), ...metadata };
  }
  const cluster = resolveCluster(input, defaults);
  const expectedModifiedAt = utcTimestamp(input.expectedModifiedAt);
  return { kind: 'valid', request: toRequest({ ...cluster, associationId, expectedModifiedAt }), ...metadata };
}
