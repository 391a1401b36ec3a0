import { ledgerTimeout } from '../ledger/ledger.ts';
import type { QueryPoliciesArgs, QueryPolicyArgs } from '../generated/types.ts';
import { requirePolicyTexts } from '../operations/terms/dependencies.ts';
import type { About } from '../operations/terms/dependencies.ts';
import { isForEveryone } from '../policy/policies/policy-texts.ts';
import type { PolicyText, PolicyTextSet, PolicyTexts } from '../policy/policies/policy-texts.ts';
import type { Clock } from '../runtime/clock.ts';
import { withDeadline } from '../runtime/deadline.ts';
import type { Connection } from '../validation/paging.ts';
import type { AuthorizeRead } from './terms/authorize-read.ts';
import { pageOf } from './terms/page-of.ts';
import type { QueryResult } from './terms/query-result.ts';
import type { RequestContext } from './terms/request-context.ts';
import { scopeViolations } from './trail/authorization.ts';

/** A policy in force, or one that was before, and how the two differ. */
export interface ComparedPolicy {
  readonly policyId: string;
  /** Null if the policies are compared with nothing. */
  readonly change: 'ADDED' | 'CHANGED' | 'REMOVED' | 'UNCHANGED' | null;
  /** Null if it was removed. */
  readonly inForce: PolicyText | null;
  /** Null if it was added, and if the policies are compared with nothing. */
  readonly before: PolicyText | null;
}

/** A page of policies, and which sets they are of. */
interface PolicyConnection extends Connection<ComparedPolicy> {
  readonly inForce: PolicyTextSet;
  readonly comparedWith: PolicyTextSet | null;
}

/**
 * The policies in force, compared with others; for principals that may read the whole trail. Reads
 * the table of versions at most once for each version in force. Throws `LedgerUnavailable` if it
 * does not answer before `deadline` (milliseconds since the epoch).
 */
export async function policiesInForce(
  reads: { readonly policyTexts: PolicyTexts | null; readonly clock: Clock },
  { authorizeRead, cursors }: Pick<RequestContext, 'authorizeRead' | 'cursors'>,
  input: QueryPoliciesArgs,
  deadline: number,
): Promise<QueryResult<PolicyConnection>> {
  const violations = scopeViolations(authorizeRead, { kind: 'gateway' });
  if (violations.length > 0) return { kind: 'denied', violations };
  const baseline = input.comparedWith ?? 'PREVIOUS_VERSION';
  const policyTexts = requirePolicyTexts(reads.policyTexts);
  const inForce = policyTexts.inForce();
  const comparedWith = await withDeadline(deadline - reads.clock(), policyTexts.baseline(baseline), ledgerTimeout);
  const query = JSON.stringify(['policies', inForce.policySetHash, comparedWith?.policySetHash ?? null]);
  const compared = compare(inForce.policies, comparedWith?.policies ?? null);
  const nameOf = ({ policyId }: ComparedPolicy) => policyId;
  const page = await pageOf(cursors, query, compared, nameOf, (policy) => policy, input);
  return page.kind === 'ok' ? { kind: 'ok', value: { ...page.value, inForce, comparedWith } } : page;
}

/** The policies in force in their order, then those that were removed. */
function compare(inForce: readonly PolicyText[], before: readonly PolicyText[] | null): readonly ComparedPolicy[] {
  if (before === null) {
    return inForce.map((one) => ({ policyId: one.policyId, change: null, inForce: one, before: null }));
  }
  const earlier = new Map(before.map((one) => [one.policyId, one]));
  const now = new Set(inForce.map(({ policyId }) => policyId));
  const kept = inForce.map((one): ComparedPolicy => {
    const { policyId, text } = one;
    const other = earlier.get(policyId) ?? null;
    const change = other === null ? 'ADDED' : other.text === text ? 'UNCHANGED' : 'CHANGED';
    return { policyId, change, inForce: one, before: other };
  });
  const removed = before
    .filter(({ policyId }) => !now.has(policyId))
    .map((one): ComparedPolicy => ({ policyId: one.policyId, change: 'REMOVED', inForce: null, before: one }));
  return [...kept, ...removed];
}

/**
 * A policy in force, for those who may read the whole trail, and for everyone if its author says
 * so. Null otherwise, if there is none, and if other policies than those of the hash are in force.
 */
export function policyInForce(
  reads: { readonly policyTexts: PolicyTexts | null; readonly about: About },
  authorizeRead: AuthorizeRead,
  { policyId, policySetHash }: QueryPolicyArgs,
): PolicyText | null {
  const inForce = reads.about.policySetHash;
  if ((policySetHash ?? inForce) !== inForce) return null;
  const found = requirePolicyTexts(reads.policyTexts)
    .inForce()
    .policies.find((one) => one.policyId === policyId);
  if (found === undefined) return null;
  return isForEveryone(found) || scopeViolations(authorizeRead, { kind: 'gateway' }).length === 0 ? found : null;
}
