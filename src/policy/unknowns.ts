import type { CedarValueJson, PolicyJson } from './cedar.ts';

/** A value that partial evaluation does not know. */
export function unknown(name: string): CedarValueJson {
  return { __extn: { fn: 'unknown', arg: name } };
}

/**
 * A permit for partial evaluation. What a request can't state as unknown is so in the policy instead: the context with its optional
 * attributes, tags, and which namespace or association it names.
 */
export function withUnknowns(policy: PolicyJson): PolicyJson {
  const { resource, conditions } = policy;
  return { ...policy, resource: namesOne(resource) ? { op: 'All' } : resource, conditions: rewrite(conditions) };
}

/** Whether a part of a policy names a namespace or an association. */
function namesOne(part: unknown): boolean {
  return /"type":"PodIdentity::(Namespace|Association)"/.test(JSON.stringify(part));
}

let unknowns = 0;

/** An expression, or a part of one, with unknowns. */
function rewrite<Part>(part: Part): Part {
  if (Array.isArray(part)) return part.map((one: unknown) => rewrite(one)) as Part;
  if (typeof part !== 'object' || part === null) return part;
  if (isUnknown(part)) {
    unknowns += 1;
    return { unknown: [{ Value: `policy-${unknowns}` }] } as Part;
  }
  return Object.fromEntries(
    Object.entries(part).map(([name, value]: [string, unknown]) => [name, rewrite(value)]),
  ) as Part;
}

function isUnknown(expression: object): boolean {
  const { hasTag, getTag, Var: variable, Value: value } = expression as Readonly<Record<string, unknown>>;
  if (hasTag !== undefined || getTag !== undefined || variable === 'context') return true;
  return value !== undefined && namesOne(value);
}
