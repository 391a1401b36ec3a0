import type { Association } from '../model/association.ts';
import { parseAuditEntryId } from '../model/audit.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { EksError } from '../eks/eks.ts';
import type { AuthorizationContext, TrailScope } from '../policy/policy.ts';
import type { Dependencies } from '../operations/dependencies.ts';

/** Which association; account and region are the deployment's where they are left out. */
export interface AssociationKey {
  readonly clusterName: string;
  readonly associationId: string;
  readonly accountId?: string | null | undefined;
  readonly region?: string | null | undefined;
}

/** What a read of an association comes to. */
export type DescribedAssociation =
  /** Null: there is none, or this caller may not view it; which of the two is not told. */
  | { readonly kind: 'viewed'; readonly association: Association | null }
  | { readonly kind: 'eks-failed'; readonly error: EksError };

/** Reads an association from EKS, for a caller who may view it. `deadline` is in milliseconds since the epoch. */
export async function describeAssociation(
  deps: Dependencies,
  identity: RequestIdentity,
  key: AssociationKey,
  deadline: number,
): Promise<DescribedAssociation> {
  const { clusterName, associationId } = key;
  const cluster = {
    accountId: key.accountId ?? deps.home.accountId,
    region: key.region ?? deps.home.region,
    clusterName,
  };
  const nothing = { kind: 'viewed', association: null } as const;
  // What can't be the name of anything needs no call; what isn't served gets no client.
  if (!clusterNamePattern.test(clusterName) || !associationIdPattern.test(associationId) || !deps.serves(cluster))
    return nothing;

  const described = await deps.eksFor(cluster).describe(associationId, { deadline });
  if (described.kind === 'failed') return { kind: 'eks-failed', error: described.error };
  if (described.kind === 'absent') return nothing;
  const request = { action: 'DescribePodIdentityAssociation', association: described.association } as const;
  return deps.authorize(reader(deps, identity), request).allowed
    ? { kind: 'viewed', association: described.association }
    : nothing;
}

/** By the EKS API reference. */
const clusterNamePattern = /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/;
const associationIdPattern = /^a-[a-z0-9]{17}$/;

/** Reads an entry of the trail, for a caller who may read any of the scopes in which it stands. Null otherwise. */
export async function readAuditEntry(
  deps: Dependencies,
  identity: RequestIdentity,
  id: string,
): Promise<AuditEntry | null> {
  const key = parseAuditEntryId(id);
  const entry = key && (await deps.ledger.getEntry(key));
  if (!entry) return null;
  const context = reader(deps, identity);
  const mayRead = (scope: TrailScope) => deps.authorize(context, { action: 'ReadAuditTrail', scope }).allowed;
  return scopesOf(entry).some(mayRead) ? entry : null;
}

function scopesOf({ target, principal }: AuditEntry): TrailScope[] {
  const ofNamespace = target ? [{ kind: 'namespace' as const, ...target }] : [];
  return [{ kind: 'principal', principal }, ...ofNamespace, { kind: 'gateway' }];
}

/** Who asks, for policy, where nothing is to be changed. */
export function reader(deps: Dependencies, identity: RequestIdentity): AuthorizationContext {
  return { identity, onBehalfOf: null, hasReason: false, now: deps.clock() };
}
