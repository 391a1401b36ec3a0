import { heldBy, isDeleting } from './binding.ts';
import type { Binding, BindingSpec } from './binding.ts';

/** What a resource is responsible for. */
export interface Selection {
  /** The service accounts that it binds. */
  readonly chosen: readonly string[];
  /** Those that an older resource binds, with its name. */
  readonly overlapped: ReadonlyMap<string, string>;
  /** Those that a younger resource has to release first, with its name. */
  readonly unreleased: ReadonlyMap<string, string>;
  /** How many match beyond `maxServiceAccounts`. */
  readonly beyondLimit: number;
}

/** As many service accounts as a pattern binds where the resource names no number. */
const defaultMax = 10;

/**
 * What each resource of a namespace is responsible for, by its name: the oldest one wins. It
 * follows from the objects alone, so that every controller comes to the same result.
 */
export function selections(
  bindings: readonly Binding[],
  serviceAccounts: readonly string[],
): ReadonlyMap<string, Selection> {
  const owners = new Map<string, string>();
  const holders = new Map(bindings.flatMap((one) => heldBy(one).map((account) => [account, one.name] as const)));
  const found = new Map<string, Selection>();
  for (const binding of bindings.toSorted(byAge)) {
    const { name } = binding;
    const held = new Set(heldBy(binding));
    const wanted = isDeleting(binding) ? [] : matches(binding.spec, serviceAccounts);
    const free = wanted.filter((account) => !owners.has(account));
    // Those that are bound stay so when another one matches.
    const ordered = [...free.filter((one) => held.has(one)), ...free.filter((one) => !held.has(one))];
    const mine = ordered.slice(0, binding.spec.maxServiceAccounts ?? defaultMax);
    const isHeldElsewhere = (account: string) => (holders.get(account) ?? name) !== name;
    found.set(name, {
      chosen: mine.filter((account) => !isHeldElsewhere(account)),
      overlapped: pick(wanted, owners),
      unreleased: pick(mine.filter(isHeldElsewhere), holders),
      beyondLimit: free.length - mine.length,
    });
    for (const account of [...mine, ...(isDeleting(binding) ? held : [])])
      if (!owners.has(account)) owners.set(account, name);
  }
  return found;
}

/** The service accounts of a specification: one by its name, whether it exists or not, or all that exist and match. */
function matches(spec: BindingSpec, serviceAccounts: readonly string[]): readonly string[] {
  const { serviceAccount, serviceAccountPattern = '' } = spec;
  if (serviceAccount !== undefined) return [serviceAccount];
  if (!serviceAccountPattern.endsWith('*')) return [];
  return serviceAccounts.filter((name) => name.startsWith(serviceAccountPattern.slice(0, -1))).sort();
}

/** The API server gives times in seconds. */
function byAge({ metadata: one }: Binding, { metadata: other }: Binding): number {
  const key = ({ creationTimestamp, name }: typeof one) => `${creationTimestamp} ${name}`;
  return key(one) < key(other) ? -1 : 1;
}

function pick(names: readonly string[], from: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(names.flatMap((name) => (from.has(name) ? [[name, from.get(name) ?? '']] : [])));
}
