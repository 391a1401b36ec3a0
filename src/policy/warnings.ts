import type { PolicySet } from './compile.ts';
import type { Inventory } from './inventory.ts';

/**
 * What is valid in policies and inventory but probably not meant: an environment of a rule that no cluster has, and namespace
 * patterns of which one overrides the other for some names.
 */
export function warningsOf(policySet: PolicySet, inventory: Inventory): readonly string[] {
  return [...unknownEnvironments(policySet, inventory), ...overlappingPatterns(inventory)];
}

function unknownEnvironments({ policies }: PolicySet, { clusters }: Inventory): readonly string[] {
  const known = [...new Set(clusters.map(({ environment }) => environment))];
  return Object.entries(policies).flatMap(([id, policy]) =>
    [...new Set(environmentsIn(policy))]
      .filter((name) => !known.includes(name))
      .map(
        (name) => `${id}: no cluster has the environment "${name}"; the inventory has ${known.join(', ') || 'none'}.`,
      ),
  );
}

/** The texts that a part of a policy's JSON compares with the attribute `environment`. */
function environmentsIn(part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  const { left, right } = part as { readonly left?: unknown; readonly right?: unknown };
  const compared = isEnvironment(left) ? textsIn(right) : isEnvironment(right) ? textsIn(left) : [];
  return [...compared, ...Object.values(part).flatMap(environmentsIn)];
}

function isEnvironment(part: unknown): boolean {
  const { '.': access } = (part ?? {}) as { readonly '.'?: { readonly attr?: unknown } };
  return access?.attr === 'environment';
}

function textsIn(part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  const { Value: value } = part as { readonly Value?: unknown };
  return typeof value === 'string' ? [value] : Object.values(part).flatMap(textsIn);
}

function overlappingPatterns({ namespaces }: Inventory): readonly string[] {
  // "*" alone is meant for all other names.
  const patterns = namespaces.flatMap(({ name }) => (name.endsWith('*') && name !== '*' ? [name] : []));
  return patterns.flatMap((general) =>
    patterns
      .filter((special) => special !== general && special.startsWith(general.slice(0, -1)))
      .map((special) => `namespaces: "${special}" overrides "${general}" for the names that both match.`),
  );
}
