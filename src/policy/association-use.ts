import type { PolicyJson } from './cedar.ts';
import type { PolicySet } from './compile.ts';
import { actionsOf, nameOfHead } from './policy-head.ts';
import type { Constraint } from './policy-head.ts';

/**
 * Whether decisions about viewing associations are the same for all of one namespace: no policy about it reads anything of an association but its
 * namespace and cluster. In doubt, they are not.
 */
export function viewsByNamespace({ schema, policies }: PolicySet): boolean {
  const hasActionGroups = Object.values(schema).some(({ actions }) =>
    Object.values(actions).some(({ memberOf }) => (memberOf ?? []).length > 0),
  );
  return Object.values(policies)
    .filter((policy) => hasActionGroups || (actionsOf(policy)?.has(view) ?? true))
    .every((policy) => !headNamesAssociation(policy) && !readsResource(policy.conditions));
}

const view = 'PodIdentity::Action::"DescribePodIdentityAssociation"';

/** The attributes of an association that all associations of a namespace share. */
const shared: readonly unknown[] = ['namespace', 'cluster'];

function headNamesAssociation({ resource }: PolicyJson): boolean {
  const { entity, in: within } = resource as Constraint;
  return [entity, within?.entity].some(
    (one) => one !== undefined && nameOfHead(one).startsWith('PodIdentity::Association::'),
  );
}

/** Whether a part of a policy's JSON reads the resource, other than attributes that are shared. */
function readsResource(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false;
  const { '.': access, has } = part as { readonly '.'?: unknown; readonly has?: unknown };
  if ([access, has].some(isShared)) return false;
  if ((part as { readonly Var?: unknown }).Var === 'resource') return true;
  return Object.values(part).some(readsResource);
}

function isShared(part: unknown): boolean {
  const { left, attr } = (part ?? {}) as { readonly left?: { readonly Var?: unknown }; readonly attr?: unknown };
  return left?.Var === 'resource' && shared.includes(attr);
}
