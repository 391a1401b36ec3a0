import type { AuditPartition } from '../ledger/ledger.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { Decision, Violation } from '../model/decision.ts';
import type { RequestIdentity, Principal } from '../model/principal.ts';
import type { TrailScope } from '../policy/policy.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import { clusterOfAssociation } from './trail-scope.ts';
import { reader } from '../queries/describe.ts';

/**
 * The question of policy on a section, where the section alone tells it; null where its entries have to be seen first,
 * because an ARN does not tell the namespace, an operation's id nothing, and a principal's id not its kind.
 */
export function scopeOf(section: AuditPartition, identity: RequestIdentity): TrailScope | null {
  switch (section.kind) {
    case 'cluster':
    case 'namespace':
      return section;
    case 'serviceAccount':
      return { ...section, kind: 'namespace' };
    case 'principal':
      return section.principalId === identity.principal.id
        ? { kind: 'principal', principal: identity.principal }
        : null;
    case 'association':
    case 'operation':
      return null;
    case 'all':
      return { kind: 'gateway' };
  }
}

/** Why a caller may not read a scope; empty when they may. */
export function scopeViolations(
  deps: Dependencies,
  identity: RequestIdentity,
  scope: TrailScope,
): readonly Violation[] {
  return deps.authorize(reader(deps, identity), { action: 'ReadAuditTrail', scope }).violations;
}

/**
 * Why a caller may not read entries of a section that had to be seen first; empty when they may. Each must be in a scope
 * that they may read. What is denied is explained by the section alone, so that nobody learns whether it has entries.
 */
export function entriesViolations(
  deps: Dependencies,
  identity: RequestIdentity,
  section: AuditPartition,
  entries: readonly AuditEntry[],
): readonly Violation[] {
  const context = reader(deps, identity);
  const known = new Map<string, Decision>();
  const authorize = (scope: TrailScope): Decision => {
    const key = JSON.stringify(scope);
    const decision = known.get(key) ?? deps.authorize(context, { action: 'ReadAuditTrail', scope });
    known.set(key, decision);
    return decision;
  };
  const mayRead = (scopes: readonly TrailScope[]) => scopes.some((scope) => authorize(scope).allowed);

  const ofSection = sectionScope(section, entries);
  const isAllowed =
    entries.length === 0
      ? mayRead([ofSection, { kind: 'gateway' }])
      : entries.every((entry) => mayRead(entryScopes(section, entry)));
  if (isAllowed) return [];
  const { violations } = authorize(ofSection);
  return violations.length > 0 ? violations : authorize({ kind: 'gateway' }).violations;
}

/** The scopes of an entry. To be allowed any of them is enough, as it is to read the entry by itself. */
function entryScopes(section: AuditPartition, { principal, target }: AuditEntry): TrailScope[] {
  if (section.kind === 'principal') return [{ kind: 'principal', principal }];
  const ofNamespace: TrailScope[] = target === null ? [] : [namespaceScope(target)];
  // Of an association, entries by one principal and by others would make pages readable in turns.
  const ofPrincipal: TrailScope[] = section.kind === 'operation' ? [{ kind: 'principal', principal }] : [];
  return [...ofPrincipal, ...ofNamespace, { kind: 'gateway' }];
}

function namespaceScope({ accountId, region, clusterName, namespace }: NonNullable<AuditEntry['target']>): TrailScope {
  return { kind: 'namespace', accountId, region, clusterName, namespace };
}

/** The question that the section's own name allows. */
function sectionScope(section: AuditPartition, entries: readonly AuditEntry[]): TrailScope {
  if (section.kind === 'principal') return { kind: 'principal', principal: principalOf(section.principalId, entries) };
  const cluster = section.kind === 'association' ? clusterOfAssociation(section.associationArn) : null;
  return cluster === null ? { kind: 'gateway' } : { kind: 'cluster', ...cluster };
}

/** As the trail knows it. Of a principal without entries there is nothing to see, whatever it is taken for. */
function principalOf(id: string, [entry]: readonly AuditEntry[]): Principal {
  return entry?.principal ?? { id, kind: 'USER', groups: [], sessionName: null };
}
