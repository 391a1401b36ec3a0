import { createHash } from 'node:crypto';
import type { Principal, RecordedPrincipal, RecordPrincipal } from '../../model/principal.ts';
import type { PolicyJson } from '../cedar/cedar.ts';
import type { PolicySet } from './policy-set.ts';
import type { Inventory } from '../inventory/inventory.ts';

/**
 * Creates the function that reduces principals to what audit entries record. It keeps the groups
 * that can change a decision of these policies with this inventory: Cedar can compare groups only
 * with those that a policy names, also as approvers, and with the owners of a namespace. So a
 * recorded decision can be replayed, and the size of an entry does not grow with the groups of a
 * token.
 */
export function makeRecordPrincipal(policySet: PolicySet, inventory: Pick<Inventory, 'namespaces'>): RecordPrincipal {
  let known: ReadonlySet<string> | null = null;
  const isNamed = (group: string): boolean => (known ??= namedGroups(policySet, inventory)).has(group);
  return (principal) => ({
    ...principal,
    groups: principal.groups.filter(isNamed),
    otherGroups: summaryOf(principal.groups.filter((group) => !isNamed(group))),
  });
}

function namedGroups(policySet: PolicySet, { namespaces }: Pick<Inventory, 'namespaces'>): ReadonlySet<string> {
  const named = new Set(policySet.uses.groups);
  for (const { owners } of namespaces) for (const group of owners) named.add(group);
  return named;
}

/** The groups that policies name, also as approvers: the context of a vote has them. */
export function groupsNamed({ policies }: Pick<PolicySet, 'policies'>): readonly string[] {
  return Object.values(policies).flatMap((policy) => [...groupsIn(policy), ...approversIn(policy)]);
}

function approversIn({ annotations }: PolicyJson): readonly string[] {
  return typeof annotations?.approvers === 'string' ? [annotations.approvers] : [];
}

/**
 * The ids of the groups in a part of a policy's JSON: an object with the type and the id, in the
 * head and in conditions.
 */
function groupsIn(part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  const { type, id } = part as { readonly type?: unknown; readonly id?: unknown };
  if (type === 'PodIdentity::Group' && typeof id === 'string') return [id];
  return Object.values(part).flatMap(groupsIn);
}

function summaryOf(groups: Principal['groups']): RecordedPrincipal['otherGroups'] {
  const sorted = [...new Set(groups)].sort();
  if (sorted.length === 0) return null;
  return { count: sorted.length, sha256: createHash('sha256').update(JSON.stringify(sorted), 'utf8').digest('hex') };
}
