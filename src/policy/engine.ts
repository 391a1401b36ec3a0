import { preparsePolicySet, preparseSchema, statefulIsAuthorized } from './cedar.ts';
import type { CedarValueJson, EntityJson, TypeAndId } from './cedar.ts';
import type { PolicySet } from './compile.ts';

/** A request in Cedar's words. */
export interface CedarRequest {
  readonly principal: TypeAndId;
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly context: Record<string, CedarValueJson>;
  readonly entities: EntityJson[];
}

/** What Cedar says to a request. */
export type CedarAnswer =
  | { readonly kind: 'decided'; readonly allowed: boolean; /** Sorted. */ readonly policyIds: readonly string[] }
  | {
      readonly kind: 'failed';
      /** The policies that failed, sorted; empty when it was the request. */
      readonly policyIds: readonly string[];
      /** For operators only. */
      readonly detail: string;
    };

/** A policy set that is ready to answer. */
export interface Engine {
  readonly policySet: PolicySet;
  /** May throw when the engine itself breaks. */
  readonly ask: (request: CedarRequest) => CedarAnswer;
}

let engines = 0;

/**
 * Parses a policy set once, for many requests. Cedar keeps it until the process ends, so make few engines. Throws when
 * Cedar does not take the set, which compilePolicies rules out.
 */
export function createEngine(policySet: PolicySet): Engine {
  engines += 1;
  // Cedar's cache is shared by the whole process: engines of the same id would authorize by each other's policies.
  const id = `engine-${engines}`;
  for (const answer of [
    preparseSchema(id, policySet.schema),
    preparsePolicySet(id, { staticPolicies: { ...policySet.policies } }),
  ]) {
    if (answer.type === 'failure') throw new Error(`Cedar refuses the policies: ${JSON.stringify(answer.errors)}`);
  }
  return { policySet, ask: (request) => ask(id, request) };
}

function ask(id: string, request: CedarRequest): CedarAnswer {
  const answer = statefulIsAuthorized({
    ...request,
    preparsedSchemaName: id,
    validateRequest: true,
    preparsedPolicySetId: id,
  });
  if (answer.type === 'failure') {
    return { kind: 'failed', policyIds: [], detail: answer.errors.map(({ message }) => message).join('; ') };
  }
  const { decision, diagnostics } = answer.response;
  // Cedar skips a policy that errors. A forbid that is skipped forbids nothing, so any error must be a denial.
  if (diagnostics.errors.length > 0) {
    return {
      kind: 'failed',
      policyIds: diagnostics.errors.map(({ policyId }) => policyId).sort(),
      detail: diagnostics.errors.map(({ error }) => error.message).join('; '),
    };
  }
  return { kind: 'decided', allowed: decision === 'allow', policyIds: [...diagnostics.reason].sort() };
}
