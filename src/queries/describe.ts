import type { QueryPodIdentityAssociationArgs } from '../generated/types.ts';
import type { Association } from '../model/association.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import { isAssociationId } from '../validation/associations.ts';
import { isClusterName, resolveCluster } from '../validation/names.ts';
import { visibleTo } from './authorize-read.ts';
import type { AuthorizeRead } from './authorize-read.ts';
import type { QueryResult } from './query-result.ts';

/**
 * Reads an association from EKS for a principal who may view it. The value is null if it does not exist or may not be
 * viewed; which of the two is not disclosed. `deadline` is in milliseconds since the epoch.
 */
export async function describeAssociation(
  deps: Dependencies,
  authorizeRead: AuthorizeRead,
  input: QueryPodIdentityAssociationArgs,
  deadline: number,
): Promise<QueryResult<Association | null>> {
  const { associationId } = input;
  const cluster = resolveCluster(input, deps.home);
  const nothing = { kind: 'ok', value: null } as const;
  // A malformed name can't exist at EKS, and a cluster that is not served has no client.
  const canExist = isClusterName(cluster.clusterName) && isAssociationId(associationId) && deps.serves(cluster);
  if (!canExist) return nothing;

  const described = await deps.eksFor(cluster).describe(associationId, { deadline });
  if (described.kind === 'failed') return { kind: 'eks-failed', error: described.error };
  if (described.kind === 'absent') return nothing;
  return { kind: 'ok', value: visibleTo(authorizeRead, described.association) };
}
