import { hasActionGroups, hasEnumeratedTypes, indexParts } from '../policies/applicable.ts';
import type { ApplicablePolicies } from '../policies/applicable.ts';
import { processCedar } from '../cedar/cedar.ts';
import type { CedarHost, PolicyJson } from '../cedar/cedar.ts';
import type { Cedar } from '../cedar/instance.ts';
import type { PolicySet } from '../policies/compile.ts';
import { actionsOf, nameOf } from '../policies/policy-head.ts';
import { questionOf, readOfRequest, readsContext, useOf } from '../policies/entity-use.ts';
import { shapeOf } from './request-shape.ts';
import { indexRoleAttributes } from '../policies/role-attribute-use.ts';
import type { RoleAttributeIndex } from '../policies/role-attribute-use.ts';
import type { CedarRequest } from '../cedar/request.ts';
import { combined, evaluate, isInvalid } from './cedar-result.ts';
import type { CedarResult } from './cedar-result.ts';

/** A parsed policy set, ready to evaluate requests. */
export interface Engine {
  readonly policySet: PolicySet;
  /** Throws only on a failure of the engine itself. */
  readonly evaluate: (request: CedarRequest) => CedarResult;
  /**
   * As `evaluate`, with the permits only: it tells which permits apply, also if a forbid overrides
   * them.
   */
  readonly evaluatePermits: (request: CedarRequest) => CedarResult;
  /** Whether a policy that can apply to the request uses whether it is a dry run. */
  readonly usesDryRun: (request: CedarRequest) => boolean;
  /** The policies that can apply to the request and use the session policy of the association. */
  readonly sessionPolicyReaders: (request: CedarRequest) => readonly string[];
  /** Null if no policy uses role attributes. */
  readonly roleAttributes: (Pick<RoleAttributeIndex, 'usedFor'> & { readonly others: Engine }) | null;
}

/** How many shapes of valid requests are kept: those of one fleet are some dozens. */
const maxShapes = 1_000;

/** How many results are kept, and the most characters of the text of their request. */
const [maxResults, maxQuestion] = [1_000, 2_000];

/** The entries of an engine in the cache of a Cedar instance. */
interface Cached {
  readonly cedar: Cedar;
  readonly schema: string;
  readonly policySets: Set<string>;
}

/**
 * Cedar can't remove entries from its cache. When an engine is garbage collected, its policies are
 * replaced by empty ones of the same name, so that Cedar frees their memory. Names are not reused.
 */
const unreachable = new FinalizationRegistry<Cached>(({ cedar, schema, policySets }) => {
  cedar.preparseSchema(schema, {});
  for (const id of policySets) cedar.preparsePolicySet(id, { staticPolicies: {} });
});

/**
 * Parses the policies of a set when requests need them, for many requests. Cedar caches them until
 * the engine is garbage collected; they are parsed again only in an instance that replaces a failed
 * one. A set from compilePolicies is always accepted; evaluating one that Cedar rejects throws.
 *
 * Cedar evaluates requests once that differ only in what no policy reads, if it allows them.
 *
 * @param keepsDenials whether the same is true of denials: not where callers must not find out, by
 *   the time of an answer, whether something like what they may not see was asked about before
 */
export function makeEngine(policySet: PolicySet, host: CedarHost = processCedar, keepsDenials = false): Engine {
  const schema = host.nextEngineName();
  // Both functions refer to it, so that the policies stay in the cache as long as one of the
  // functions does.
  const token: { cached: Cached | null } = { cached: null };
  const parsed = (): Cached => {
    const cedar = host.instance();
    if (token.cached?.cedar === cedar) return token.cached;
    unreachable.unregister(token);
    token.cached = { cedar, schema, policySets: new Set() };
    unreachable.register(token, token.cached, token);
    requireSuccess(cedar.preparseSchema(schema, policySet.schema));
    return token.cached;
  };
  // With groups of actions, only the schema says which actions are in which. Of enumerated types, it
  // lists the ids, which a shape does not have.
  const validatesAlways = hasActionGroups(policySet.schema) || hasEnumeratedTypes(policySet.schema);
  // Cedar parsed and validated them whole.
  const valid = new WeakSet<CedarRequest>();
  const validShapes = new Set<string>();
  const isValid = (request: CedarRequest): boolean => {
    if (validatesAlways || valid.has(request)) return valid.has(request);
    if (validShapes.has(shapeOf(request))) valid.add(request);
    return valid.has(request);
  };
  const keepValid = (request: CedarRequest) => {
    valid.add(request);
    if (validShapes.size === maxShapes) validShapes.clear();
    validShapes.add(shapeOf(request));
  };
  const results = new Map<string, CedarResult>();
  const keep = (question: string, result: CedarResult) => {
    if (result.kind === 'failed' || !(result.allowed || keepsDenials) || question.length > maxQuestion) return;
    if (results.size === maxResults) results.clear();
    results.set(question, result);
  };
  const useOfPart = remembered(({ policies }: ApplicablePolicies) => useOf(Object.values(policies)));
  const evaluatePart = (request: CedarRequest, part: ApplicablePolicies): CedarResult => {
    const { cedar, policySets } = parsed();
    const id = `${schema}-${part.key}`;
    if (!policySets.has(id)) requireSuccess(cedar.preparsePolicySet(id, { staticPolicies: { ...part.policies } }));
    policySets.add(id);
    // Two thirds of an evaluation are the parsing and the validation of entities, which are the
    // same for all parts, and end the same for all requests of a shape.
    if (isValid(request)) {
      const use = useOfPart(part);
      const read = readOfRequest(request, use);
      const question = `${part.key} ${questionOf(read, use)}`;
      const known = results.get(question);
      if (known !== undefined) return known;
      const result = evaluate(cedar, { preparsedPolicySetId: id, ...read });
      keep(question, result);
      return result;
    }
    const result = evaluate(cedar, {
      preparsedPolicySetId: id,
      preparsedSchemaName: schema,
      validateRequest: true,
      ...request,
    });
    if (!validatesAlways && !isInvalid(result)) keepValid(request);
    return result;
  };
  const undeclared = laterAttributes.filter((name) => !declares(policySet, name));
  const evaluateParts = (given: CedarRequest, parts: readonly ApplicablePolicies[]): CedarResult => {
    const request = undeclared.length === 0 ? given : without(undeclared, given);
    const results: CedarResult[] = [];
    for (const part of parts) {
      const result = evaluatePart(request, part);
      if (isInvalid(result)) return result;
      results.push(result);
    }
    return combined(results);
  };
  const partsOf = indexParts(policySet);
  const permitsOf = remembered(permitsIn);
  const roleAttributes = indexRoleAttributes(policySet);
  return {
    policySet,
    evaluate: (request) => evaluateParts(request, partsOf(request)),
    evaluatePermits: (request) => evaluateParts(request, partsOf(request).map(permitsOf)),
    usesDryRun: (request) => partsOf(request).some((part) => readsContext(useOfPart(part), 'isDryRun')),
    sessionPolicyReaders: (request) => {
      // A part about a place has the policies of all actions.
      const isApplicable = (policy: PolicyJson) =>
        validatesAlways || (actionsOf(policy)?.has(nameOf(request.action)) ?? true);
      return partsOf(request).flatMap((part) => readersOf(part, 'sessionPolicy', isApplicable));
    },
    roleAttributes: roleAttributes && {
      usedFor: roleAttributes.usedFor,
      others: makeEngine(roleAttributes.others, host, keepsDenials),
    },
  };
}

/** The attributes of the context that were added after policy versions may have been published. */
const laterAttributes = ['isDryRun', 'requestedBy', 'sessionPolicy'];

/**
 * Whether a schema has an attribute: a policy version that was published before the gateway knew
 * the attribute has it not.
 */
function declares({ schema }: PolicySet, attribute: string): boolean {
  return JSON.stringify(schema).includes(`"${attribute}":`);
}

/** The request without attributes of the context, which Cedar would reject. */
function without(names: readonly string[], { context, ...request }: CedarRequest): CedarRequest {
  return { ...request, context: Object.fromEntries(Object.entries(context).filter(([name]) => !names.includes(name))) };
}

/** Those of some policies of a part that may read an attribute of the context. */
function readersOf(
  { policies }: ApplicablePolicies,
  attribute: string,
  isApplicable: (policy: PolicyJson) => boolean,
): readonly string[] {
  return Object.entries(policies).flatMap(([id, policy]) =>
    isApplicable(policy) && readsContext(useOf([policy]), attribute) ? [id] : [],
  );
}

/** The function, called once for each part. */
function remembered<Value>(make: (part: ApplicablePolicies) => Value): (part: ApplicablePolicies) => Value {
  const values = new Map<ApplicablePolicies, Value>();
  return (part) => {
    const value = values.get(part) ?? make(part);
    values.set(part, value);
    return value;
  };
}

function requireSuccess(result: ReturnType<Cedar['preparsePolicySet']>): void {
  if (result.type === 'failure') throw new Error(`Cedar rejects the policies: ${JSON.stringify(result.errors)}`);
}

/** The permits of a part; the part itself if it has no others, so that Cedar parses them once. */
function permitsIn(part: ApplicablePolicies): ApplicablePolicies {
  const all = Object.entries(part.policies);
  const permits = all.filter(([, { effect }]) => effect === 'permit');
  return permits.length === all.length ? part : { key: `permits-${part.key}`, policies: Object.fromEntries(permits) };
}
