import type { Association } from '../model/association.ts';
import { parseAuditEntryId } from '../model/audit.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { Caller } from '../model/principal.ts';
import type { EksError } from '../eks/eks.ts';
import type { Asker, TrailScope } from '../policy/policy.ts';
import type { Parts } from '../operations/dependencies.ts';

/** Which association; account and region are the deployment's where they are left out. */
export interface AssociationKey {
  readonly clusterName: string;
  readonly associationId: string;
  readonly accountId?: string | null | undefined;
  readonly region?: string | null | undefined;
}

/** What a read of an association comes to. */
export type Viewed =
  /** Null: there is none, or this caller may not view it; which of the two is not told. */
  | { readonly kind: 'viewed'; readonly association: Association | null }
  | { readonly kind: 'eks-failed'; readonly error: EksError };

/** Reads an association from EKS, for a caller who may view it. `deadline` is in milliseconds since the epoch. */
export async function viewAssociation(
  parts: Parts,
  caller: Caller,
  key: AssociationKey,
  deadline: number,
): Promise<Viewed> {
  const { clusterName, associationId } = key;
  const cluster = {
    accountId: key.accountId ?? parts.home.accountId,
    region: key.region ?? parts.home.region,
    clusterName,
  };
  const nothing = { kind: 'viewed', association: null } as const;
  // What can't be the name of anything needs no call; what isn't served gets no client.
  if (!clusterNamePattern.test(clusterName) || !associationIdPattern.test(associationId) || !parts.serves(cluster))
    return nothing;

  const described = await parts.eksFor(cluster).describe(associationId, { deadline });
  if (described.kind === 'failed') return { kind: 'eks-failed', error: described.error };
  if (described.kind === 'absent') return nothing;
  const question = { action: 'DescribePodIdentityAssociation', association: described.association } as const;
  return parts.decide(reader(parts, caller), question).allowed
    ? { kind: 'viewed', association: described.association }
    : nothing;
}

/** By the EKS API reference. */
const clusterNamePattern = /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/;
const associationIdPattern = /^a-[a-z0-9]{17}$/;

/** Reads an entry of the trail, for a caller who may read any of the scopes in which it stands. Null otherwise. */
export async function viewAuditEntry(parts: Parts, caller: Caller, id: string): Promise<AuditEntry | null> {
  const key = parseAuditEntryId(id);
  const entry = key && (await parts.ledger.entry(key));
  if (!entry) return null;
  const asker = reader(parts, caller);
  const mayRead = (scope: TrailScope) => parts.decide(asker, { action: 'ReadAuditTrail', scope }).allowed;
  return scopesOf(entry).some(mayRead) ? entry : null;
}

function scopesOf({ target, principal }: AuditEntry): TrailScope[] {
  const ofNamespace = target ? [{ kind: 'namespace' as const, ...target }] : [];
  return [{ kind: 'principal', principal }, ...ofNamespace, { kind: 'gateway' }];
}

/** Who asks, for policy, where nothing is to be changed. */
export function reader(parts: Parts, caller: Caller): Asker {
  return { caller, onBehalfOf: null, hasReason: false, now: parts.clock() };
}
