import type { EntityJson, PolicyJson, TypeAndId } from '../cedar/cedar.ts';

/**
 * Finds the sets of owners that can make a difference: one of each kind, of all those in an
 * inventory.
 */
export type DifferentOwners = (
  entities: readonly EntityJson[],
  sets: readonly (readonly string[])[],
) => readonly (readonly string[])[];

/**
 * Creates a {@link DifferentOwners} for some policies. Two sets differ for them only by the groups
 * that an entity of the request is in, by those that a policy names, and by whether there are
 * others: Cedar can't tell the others apart, nor count them. So the number of evaluations does not
 * grow with the namespaces of an inventory.
 */
export function makeDifferentOwners(policies: Readonly<Record<string, PolicyJson>>): DifferentOwners {
  const named = groupsIn(Object.values(policies));
  return (entities, sets) => {
    const known = new Set([...named, ...entities.flatMap(({ uid, parents }) => groupsIn([uid, parents]))]);
    const kindOf = (owners: readonly string[]) => {
      const relevant = owners.filter((group) => known.has(group));
      return JSON.stringify([[...new Set(relevant)].sort(), relevant.length < owners.length]);
    };
    return [...new Map(sets.map((owners) => [kindOf(owners), owners])).values()];
  };
}

/** The ids of all groups that are named somewhere in a value. */
function groupsIn(part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  const { type, id } = part as Partial<TypeAndId>;
  const own = type === 'PodIdentity::Group' && typeof id === 'string' ? [id] : [];
  return [...own, ...Object.values(part).flatMap(groupsIn)];
}
