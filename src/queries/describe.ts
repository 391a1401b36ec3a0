import type { QueryPodIdentityAssociationArgs } from '../generated/types.ts';
import { parseAuditEntryId } from '../model/audit.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { Association } from '../model/association.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import type { AuthorizationContext, TrailScope } from '../policy/policy.ts';
import { isAssociationId } from '../validation/associations.ts';
import { isClusterName, resolveCluster } from '../validation/names.ts';
import type { QueryResult } from './query-result.ts';

/**
 * Reads an association from EKS for a principal who may view it. The value is null if it does not exist or may not be
 * viewed; which of the two is not disclosed. `deadline` is in milliseconds since the epoch.
 */
export async function describeAssociation(
  deps: Dependencies,
  identity: RequestIdentity,
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
  const { association } = described;
  const request = { action: 'DescribePodIdentityAssociation', association } as const;
  return deps.authorize(readContext(deps, identity), request).allowed ? { kind: 'ok', value: association } : nothing;
}

/** Reads an entry of the trail for a principal who may read any of the scopes that contain it. Null otherwise. */
export async function readAuditEntry(
  deps: Dependencies,
  identity: RequestIdentity,
  id: string,
): Promise<AuditEntry | null> {
  const key = parseAuditEntryId(id);
  const entry = key && (await deps.ledger.getEntry(key));
  if (!entry) return null;
  const context = readContext(deps, identity);
  const mayRead = (scope: TrailScope) => deps.authorize(context, { action: 'ReadAuditTrail', scope }).allowed;
  return scopesOf(entry).some(mayRead) ? entry : null;
}

function scopesOf({ target, principal }: AuditEntry): TrailScope[] {
  const ofNamespace = target ? [{ kind: 'namespace' as const, ...target }] : [];
  return [{ kind: 'principal', principal }, ...ofNamespace, { kind: 'gateway' }];
}

/** The authorization context of a request that changes nothing. */
export function readContext(deps: Pick<Dependencies, 'clock'>, identity: RequestIdentity): AuthorizationContext {
  return { identity, onBehalfOf: null, hasReason: false, now: deps.clock() };
}
