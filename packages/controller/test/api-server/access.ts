import type { Kind } from './store.ts';

/** A rule of a Role or ClusterRole. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** What a request wants. */
export interface Attributes {
  readonly verb: string;
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** A role, for one namespace or for all. */
export interface Role {
  readonly namespace: string | null;
  readonly rules: readonly Rule[];
}

/**
 * Kubernetes' role-based access control for one service account. It remembers which verbs of which rules were used, so that a test can tell what is
 * too much.
 */
export function makeAccess(roles: readonly Role[]) {
  const used = new Set<string>();
  const grants = roles.flatMap(({ namespace, rules }) =>
    rules.flatMap((rule) =>
      rule.verbs.flatMap((verb) => rule.resources.map((resource) => ({ namespace, rule, verb, resource }))),
    ),
  );
  const labelOf = ({ verb, resource }: (typeof grants)[number]) => `${verb} ${resource}`;
  return {
    allows: ({ verb, kind, namespace, name, subresource }: Attributes): boolean => {
      const resource = subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`;
      const grant = grants.find(
        (one) =>
          one.verb === verb &&
          one.resource === resource &&
          one.rule.apiGroups.includes(kind.group) &&
          (one.namespace === null || one.namespace === namespace) &&
          (one.rule.resourceNames === undefined || (name !== undefined && one.rule.resourceNames.includes(name))),
      );
      if (grant) used.add(labelOf(grant));
      return grant !== undefined;
    },
    unused: () => [...new Set(grants.map(labelOf))].filter((label) => !used.has(label)).sort(),
  };
}

export type Access = ReturnType<typeof makeAccess>;
