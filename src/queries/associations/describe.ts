import type { QueryPodIdentityAssociationArgs } from '../../generated/types.ts';
import type { Association } from '../../model/association.ts';
import { isAssociationId, parseAssociationArn } from '../../validation/associations.ts';
import { resolveCluster } from '../../validation/names.ts';
import type { ClusterDefaults } from '../../validation/names.ts';
import { visibleTo } from '../terms/authorize-read.ts';
import type { RequestContext } from '../terms/request-context.ts';
import type { QueryResult } from '../terms/query-result.ts';

/** Who views associations, and how they are read. */
type Viewer = Pick<RequestContext, 'authorizeRead' | 'mayViewIn' | 'describer' | 'deadline'>;

/**
 * Reads an association from EKS for a principal who may view it. The value is null if it does not
 * exist or may not be viewed; which of the two is not disclosed, and there is no EKS call where the
 * principal may view nothing in the cluster.
 */
export async function describeAssociation(
  { home }: { readonly home: ClusterDefaults },
  { authorizeRead, mayViewIn, describer, deadline }: Viewer,
  input: QueryPodIdentityAssociationArgs,
): Promise<QueryResult<Association | null>> {
  const { associationId } = input;
  const cluster = resolveCluster(input, home);
  const nothing = { kind: 'ok', value: null } as const;
  // A malformed id can't exist at EKS, and no principal may view associations of a cluster that is
  // not registered.
  if (!isAssociationId(associationId) || !mayViewIn(cluster)) return nothing;

  const described = await describer.describe({ ...cluster, associationId }, deadline);
  if (described.kind === 'failed') return { kind: 'eks-failed', error: described.error };
  if (described.kind === 'absent') return nothing;
  return { kind: 'ok', value: visibleTo(authorizeRead, described.association) };
}

/**
 * The association with an ARN, as it is now: see {@link describeAssociation}. Of several fields of
 * one request that ask for the same association, only the first costs an EKS call.
 */
export async function associationByArn(
  { authorizeRead, mayViewIn, describer, deadline }: Viewer,
  associationArn: string,
): Promise<QueryResult<Association | null>> {
  const nothing = { kind: 'ok', value: null } as const;
  const parsed = parseAssociationArn(associationArn);
  if (parsed === null || !mayViewIn(parsed)) return nothing;
  const described = await describer.describe(parsed, deadline);
  if (described.kind === 'failed') return { kind: 'eks-failed', error: described.error };
  // An ARN with another partition names another association.
  if (described.kind === 'absent' || described.association.associationArn !== associationArn) return nothing;
  return { kind: 'ok', value: visibleTo(authorizeRead, described.association) };
}
