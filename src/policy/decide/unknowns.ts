import type { CedarValueJson, PolicyJson } from '../cedar/cedar.ts';

/** A value that partial evaluation does not know. */
export function unknown(name: string): CedarValueJson {
  return { __extn: { fn: 'unknown', arg: name } };
}

/**
 * A permit for partial evaluation. What a request can't state as unknown is so in the policy
 * instead: the context with its optional attributes, tags, and which namespace or association it
 * names. Of the context, only whether it is a dry run is known.
 */
export function withUnknowns(policy: PolicyJson, isDryRun: boolean): PolicyJson {
  const { resource } = policy;
  const conditions = rewrite(policy.conditions, isDryRun);
  return { ...policy, resource: namesOne(resource) ? { op: 'All' } : resource, conditions };
}

/** Whether a part of a policy names a namespace or an association. */
function namesOne(part: unknown): boolean {
  return /"type":"PodIdentity::(Namespace|Association)"/.test(JSON.stringify(part));
}

let unknowns = 0;

/** An expression, or a part of one, with unknowns. */
function rewrite<Part>(part: Part, isDryRun: boolean): Part {
  if (Array.isArray(part)) return part.map((one: unknown) => rewrite(one, isDryRun)) as Part;
  if (typeof part !== 'object' || part === null) return part;
  if (readsDryRun(part)) return { Value: isDryRun } as Part;
  if (isUnknown(part)) {
    unknowns += 1;
    return { unknown: [{ Value: `policy-${unknowns}` }] } as Part;
  }
  return Object.fromEntries(
    Object.entries(part).map(([name, value]: [string, unknown]) => [name, rewrite(value, isDryRun)]),
  ) as Part;
}

function readsDryRun(expression: object): boolean {
  const { '.': access } = expression as {
    readonly '.'?: { readonly attr: unknown; readonly left: { readonly Var?: string } };
  };
  return access?.left.Var === 'context' && access.attr === 'isDryRun';
}

function isUnknown(expression: object): boolean {
  const { hasTag, getTag, Var: variable, Value: value } = expression as Readonly<Record<string, unknown>>;
  if (hasTag !== undefined || getTag !== undefined || variable === 'context') return true;
  return value !== undefined && namesOne(value);
}
