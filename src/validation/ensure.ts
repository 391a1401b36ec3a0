import type { EnsureNoPodIdentityAssociationInput, EnsurePodIdentityAssociationInput } from '../generated/types.ts';
import type { AssociationSettings, AssociationTarget, Tag } from '../model/association.ts';
import { completeSettings } from '../model/setting-fields.ts';
import { validateCreate } from './create.ts';
import { attemptFindings } from './free-texts.ts';
import { describeInvalidInput } from './invalid-input.ts';
import { clusterFindings, namespaceFindings, resolveCluster, serviceAccountFindings } from './names.ts';
import type { ClusterDefaults } from './names.ts';
import { validateMetadata } from './validated.ts';
import type { ValidatedAs } from './validated.ts';

/** A service account that is to have an association, or none: in canonical form. */
export interface DesiredState {
  readonly target: AssociationTarget;
  /** Null: no association is desired. */
  readonly association: DesiredAssociation | null;
  /** Whether an association that is not the declaration's may be changed. */
  readonly takeOver: boolean;
  /** What tells a desired state from an equal one that was rejected; null: nothing. */
  readonly attempt: string | null;
}

/** What an association is desired to be. */
export interface DesiredAssociation extends AssociationSettings {
  /** Sorted by key; null: they are as they are. */
  readonly tags: readonly Tag[] | null;
  /** RFC 3339, UTC; null: it does not end by itself. Absent: its expiry is as it is. */
  readonly expiresAt?: string | null;
}

/** Validates the input of a desired association, by the rules of a create, and converts it. */
export function validateEnsure(
  input: EnsurePodIdentityAssociationInput,
  defaults: ClusterDefaults,
): ValidatedAs<DesiredState> {
  const validated = validateCreate(input, defaults, attemptFindings(input.attempt));
  if (validated.kind === 'invalid') return validated;
  const { accountId, region, clusterName, namespace, serviceAccount, tags, expiresAt = null } = validated.request;
  const association = {
    ...completeSettings(validated.request),
    tags: input.tags ? tags : null,
    ...(input.expiresAt === undefined ? {} : { expiresAt }),
  };
  const target = { accountId, region, clusterName, namespace, serviceAccount };
  return { ...validated, request: { target, association, ...termsOf(input) } };
}

/** Validates the input of an absence, and converts it. */
export function validateEnsureNo(
  input: EnsureNoPodIdentityAssociationInput,
  defaults: ClusterDefaults,
): ValidatedAs<DesiredState> {
  const { namespace, serviceAccount } = input;
  const { metadata, findings: metadataFindings } = validateMetadata(input);
  const findings = [
    ...clusterFindings(input),
    ...namespaceFindings(namespace),
    ...serviceAccountFindings(serviceAccount),
    ...metadataFindings.reason,
    ...metadataFindings.onBehalfOf,
    ...metadataFindings.declaration,
    ...attemptFindings(input.attempt),
  ];
  if (findings.length > 0) return { kind: 'invalid', ...describeInvalidInput(input, findings), ...metadata };
  const target = { ...resolveCluster(input, defaults), namespace, serviceAccount };
  return { kind: 'valid', request: { target, association: null, ...termsOf(input) }, ...metadata };
}

/** The terms on which a state is desired. */
function termsOf({ takeOver, attempt }: EnsureNoPodIdentityAssociationInput) {
  return { takeOver: takeOver === true, attempt: attempt ?? null };
}
