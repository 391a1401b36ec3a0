import { indexPolicies } from './applicable.ts';
import { processCedar } from './cedar.ts';
import type { CedarHost, CedarValueJson, EntityJson, TypeAndId } from './cedar.ts';
import type { Cedar } from './cedar-instance.ts';
import type { PolicySet } from './compile.ts';
import { indexRoleAttributes } from './role-attribute-use.ts';
import type { RoleAttributeIndex } from './role-attribute-use.ts';

/** A request in Cedar's JSON format. */
export interface CedarRequest {
  readonly principal: TypeAndId;
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly context: Record<string, CedarValueJson>;
  readonly entities: EntityJson[];
}

/** The result of an evaluation by Cedar. */
type CedarResult =
  | { readonly kind: 'decided'; readonly allowed: boolean; /** Sorted. */ readonly policyIds: readonly string[] }
  | {
      readonly kind: 'failed';
      /** The policies that failed, sorted; empty when the request was invalid. */
      readonly policyIds: readonly string[];
      /** For operators only. */
      readonly detail: string;
    };

/** A parsed policy set, ready to evaluate requests. */
export interface Engine {
  readonly policySet: PolicySet;
  /** Throws only on a failure of the engine itself. */
  readonly evaluate: (request: CedarRequest) => CedarResult;
  /** As `evaluate`, with the permits only: it tells which permits apply, also if a forbid overrides them. */
  readonly evaluatePermits: (request: CedarRequest) => CedarResult;
  /** Null if no policy uses role attributes. */
  readonly roleAttributes: (Pick<RoleAttributeIndex, 'usedFor'> & { readonly others: Engine }) | null;
}

let engines = 0;

/** The entries of an engine in the cache of a Cedar instance. */
interface Cached {
  readonly cedar: Cedar;
  readonly schema: string;
  readonly policySets: Set<string>;
}

/**
 * Cedar can't remove entries from its cache. When an engine is garbage collected, its policies are replaced by empty ones of the
 * same name, so that Cedar frees their memory. Names are not reused.
 */
const unreachable = new FinalizationRegistry<Cached>(({ cedar, schema, policySets }) => {
  cedar.preparseSchema(schema, {});
  for (const id of policySets) cedar.preparsePolicySet(id, { staticPolicies: {} });
});

/**
 * Parses a policy set once, for many requests. Cedar caches it until the engine is garbage collected; it is parsed again only in an
 * instance that replaces a failed one. Throws when Cedar rejects the set; a set from compilePolicies is always accepted.
 */
export function makeEngine(policySet: PolicySet, host: CedarHost = processCedar): Engine {
  engines += 1;
  // Cedar's cache is shared by the whole instance: engines with the same id would evaluate each other's policies.
  const schema = `engine-${engines}`;
  // Both functions refer to it, so that the policies stay in the cache as long as one of the functions does.
  const token: { cached: Cached | null } = { cached: null };
  const parsed = (): Cached => {
    const cedar = host.instance();
    if (token.cached?.cedar === cedar) return token.cached;
    unreachable.unregister(token);
    token.cached = { cedar, schema, policySets: new Set([schema]) };
    unreachable.register(token, token.cached, token);
    requireSuccess(cedar.preparseSchema(schema, policySet.schema));
    return token.cached;
  };
  const prepare = (name: string, policies: PolicySet['policies']) => {
    const applicable = indexPolicies({ ...policySet, policies });
    return (request: CedarRequest): CedarResult => {
      const { cedar, policySets } = parsed();
      const found = applicable(request);
      const id = `${schema}-${name}-${found.key}`;
      // One set for each action, and for each cluster and namespace that policies name.
      if (!policySets.has(id)) requireSuccess(cedar.preparsePolicySet(id, { staticPolicies: { ...found.policies } }));
      policySets.add(id);
      return evaluate(cedar, schema, id, request);
    };
  };
  const permits = Object.entries(policySet.policies).filter(([, { effect }]) => effect === 'permit');
  requireSuccess(parsed().cedar.preparsePolicySet(schema, { staticPolicies: { ...policySet.policies } }));
  const roleAttributes = indexRoleAttributes(policySet);
  return {
    policySet,
    evaluate: prepare('all', policySet.policies),
    evaluatePermits: prepare('permits', Object.fromEntries(permits)),
    roleAttributes: roleAttributes && {
      usedFor: roleAttributes.usedFor,
      others: makeEngine(roleAttributes.others, host),
    },
  };
}

function requireSuccess(result: ReturnType<Cedar['preparsePolicySet']>): void {
  if (result.type === 'failure') throw new Error(`Cedar rejects the policies: ${JSON.stringify(result.errors)}`);
}

function evaluate(cedar: Cedar, schema: string, policySet: string, request: CedarRequest): CedarResult {
  const result = cedar.statefulIsAuthorized({
    ...request,
    preparsedSchemaName: schema,
    validateRequest: true,
    preparsedPolicySetId: policySet,
  });
  if (result.type === 'failure') {
    return { kind: 'failed', policyIds: [], detail: result.errors.map(({ message }) => message).join('; ') };
  }
  const { decision, diagnostics } = result.response;
  // Cedar skips a policy that errors. A skipped forbid has no effect, so any error must be a denial.
  if (diagnostics.errors.length > 0) {
    return {
      kind: 'failed',
      policyIds: diagnostics.errors.map(({ policyId }) => policyId).sort(),
      detail: diagnostics.errors.map(({ error }) => error.message).join('; '),
    };
  }
  return { kind: 'decided', allowed: decision === 'allow', policyIds: [...diagnostics.reason].sort() };
}
