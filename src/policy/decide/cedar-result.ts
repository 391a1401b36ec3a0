import type { Cedar } from '../cedar/instance.ts';

/** The result of an evaluation by Cedar. */
export type CedarResult =
  | { readonly kind: 'decided'; readonly allowed: boolean; /** Sorted. */ readonly policyIds: readonly string[] }
  | {
      readonly kind: 'failed';
      /** The policies that failed, sorted; empty when the request was invalid. */
      readonly policyIds: readonly string[];
      /** For operators only. */
      readonly detail: string;
    };

/**
 * The result of all policies from those of their parts, as Cedar combines policies: any forbid
 * denies, else any permit allows.
 */
export function combined(results: readonly CedarResult[]): CedarResult {
  const [first] = results;
  if (first !== undefined && results.length === 1) return first;
  const idsOf = (of: readonly CedarResult[]) => [...new Set(of.flatMap(({ policyIds }) => policyIds))].sort();
  const failures = results.filter((result) => result.kind === 'failed');
  if (failures.length > 0) {
    return { kind: 'failed', policyIds: idsOf(failures), detail: failures.map(({ detail }) => detail).join('; ') };
  }
  const decided = results.filter((result) => result.kind === 'decided');
  // Cedar names the forbids of a denied request, and nothing if no policy applies.
  const forbids = idsOf(decided.filter(({ allowed }) => !allowed));
  if (forbids.length > 0) return { kind: 'decided', allowed: false, policyIds: forbids };
  const permits = idsOf(decided);
  return { kind: 'decided', allowed: permits.length > 0, policyIds: permits };
}

/** Whether Cedar rejected the request, whatever the policies. */
export function isInvalid(result: CedarResult): boolean {
  return result.kind === 'failed' && result.policyIds.length === 0;
}

/** One evaluation by Cedar. */
export function evaluate(cedar: Cedar, call: Parameters<Cedar['statefulIsAuthorized']>[0]): CedarResult {
  const result = cedar.statefulIsAuthorized(call);
  if (result.type === 'failure') {
    return { kind: 'failed', policyIds: [], detail: result.errors.map(({ message }) => message).join('; ') };
  }
  const { decision, diagnostics } = result.response;
  // Cedar skips a policy that errors. A skipped forbid has no effect, so any error must be a
  // denial.
  if (diagnostics.errors.length > 0) {
    return {
      kind: 'failed',
      policyIds: diagnostics.errors.map(({ policyId }) => policyId).sort(),
      detail: diagnostics.errors.map(({ error }) => error.message).join('; '),
    };
  }
  return { kind: 'decided', allowed: decision === 'allow', policyIds: [...diagnostics.reason].sort() };
}
