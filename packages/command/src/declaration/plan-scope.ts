import { UsageError } from '../aws/errors.ts';
import type { Declaration, Desired, Target } from './declaration.ts';
import { clusterKeyOf, keyOf } from './declaration.ts';
import { expand } from './expand.ts';
import type { KnownCluster } from './expand.ts';

/** What a plan is about: the whole declaration, or what `--target` names. */
export interface PlanScope {
  /** As given; empty for the whole declaration. */
  readonly targets: readonly string[];
  readonly desired: readonly Desired[];
  /** Whether what the declaration lost in the cluster of an association is part of the plan. */
  readonly hasClusterOf: (target: Target) => boolean;
  /** Whether the declaration has the service account, also outside of the scope. */
  readonly isDeclared: (target: Target) => boolean;
}

const forms = 'binding/NAME, cluster/NAME or cluster/ACCOUNT/REGION/NAME';

/**
 * The scope of a plan.
 *
 * @param targets the values of `--target`; empty without it
 * @param all what the whole declaration wants
 * @throws {@link UsageError} for a target that does not exist
 */
export function scopeOf(
  targets: readonly string[],
  declaration: Declaration,
  clusters: readonly KnownCluster[],
  all: readonly Desired[],
): PlanScope {
  const declared = new Set(all.map(keyOf));
  const isDeclared = (target: Target) => declared.has(keyOf(target));
  if (targets.length === 0) return { targets, desired: all, hasClusterOf: () => true, isDeclared };
  const bindings = new Set(namesOf(targets, 'binding'));
  const selected = new Set(namesOf(targets, 'cluster').flatMap((name) => clusterKeys(name, clusters)));
  const named = declaration.bindings.filter(({ name }) => name !== null && bindings.has(name));
  const unknown = [...bindings].find((name) => !named.some((binding) => binding.name === name));
  if (unknown !== undefined) throw new UsageError(`argument --target: no binding has the name '${unknown}'`);
  const ofBindings = new Set(expand({ ...declaration, bindings: named }, clusters).desired.map(keyOf));
  const hasClusterOf = (target: Target) => selected.has(clusterKeyOf(target));
  const desired = all.filter((one) => hasClusterOf(one) || ofBindings.has(keyOf(one)));
  return { targets, desired, hasClusterOf, isDeclared };
}

function namesOf(targets: readonly string[], kind: 'binding' | 'cluster'): readonly string[] {
  return targets.flatMap((target) => {
    const [, found, name] = /^(binding|cluster)\/(.+)$/.exec(target) ?? [];
    if (name === undefined) throw new UsageError(`argument --target: invalid target '${target}': give ${forms}`);
    return found === kind ? [name] : [];
  });
}

/** The keys of the clusters with a name, or of the one with a key. */
function clusterKeys(name: string, clusters: readonly KnownCluster[]): readonly string[] {
  const keys = clusters
    .filter((cluster) => cluster.clusterName === name || clusterKeyOf(cluster) === name)
    .map(clusterKeyOf);
  if (keys.length === 0) throw new UsageError(`argument --target: you may see no cluster '${name}'`);
  return keys;
}
