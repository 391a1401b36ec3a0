import type { Decision } from '../../model/decision.ts';
import { outcomes } from '../../model/outcome.ts';
import { refusalFields } from '../../model/refusal.ts';
import type { Finding, Refusal } from '../../model/refusal.ts';
import { deniedSubjectOf } from '../../policy/decide/on-behalf-of.ts';
import type { AuthorizationContext } from '../../policy/policy.ts';
import type { DescribedInvalidInput } from '../../validation/invalid-input.ts';
import type { Dependencies } from './dependencies.ts';

/** The refusal of an input that breaks rules. */
export function invalidRefusal({ findings, recorded }: DescribedInvalidInput): Refusal {
  const message = summaryOf(findings, recorded.invalidInput.findingCount);
  return { ...refusalFields('INVALID_INPUT', message), kind: 'InvalidInput', findings };
}

/** How many findings the message of a refusal repeats. */
const summarizedFindings = 4;

/** The first findings in a few sentences, for readers of the message alone. */
function summaryOf(findings: readonly Finding[], findingCount: number): string {
  const messages = findings.slice(0, summarizedFindings).map(({ message }) => message);
  const more = findingCount - messages.length;
  return [...messages, ...(more > 0 ? [`And ${more} more.`] : [])].join(' ');
}

/** Outcome and refusal of a request that policy denies, or for which it could not be evaluated. */
export function denialOf({ failed, violations, slice }: Decision) {
  const isRoleMissing = violations.some(({ policyId }) => policyId === 'role-not-found');
  const denial = isRoleMissing ? 'ROLE_NOT_FOUND_FOR_POLICY' : 'POLICY_DENIED';
  const outcome = failed ? 'POLICY_EVALUATION_FAILED' : denial;
  const message = violations.map((violation) => violation.message).join(' ');
  const given = violations.flatMap(({ advice }) => advice ?? []).join(' ');
  const advice = given === '' ? outcomes[outcome].advice : given;
  const owners = slice.namespace?.owners ?? [];
  const refusal: Refusal = { ...refusalFields(outcome, message), advice, kind: 'PolicyDenied', violations, owners };
  return { outcome, refusal } as const;
}

/**
 * {@link denialOf} a delete, for a request that sets an expiry: at that time the association would
 * be deleted.
 */
export function denialAtExpiry(decision: Decision): ReturnType<typeof denialOf> {
  const { outcome, refusal } = denialOf(decision);
  const message = `At expiresAt the association is deleted, and policy does not permit that: ${refusal.message}`;
  return { outcome, refusal: { ...refusal, message } };
}

/**
 * A result as far as the principal may see it: an existing association is shown only to those who
 * may view it.
 */
export function redactFor<Result extends { readonly refusal: Refusal | null }>(
  deps: Pick<Dependencies, 'authorize'>,
  authorization: AuthorizationContext,
  result: Result,
): Result {
  const { refusal } = result;
  if (refusal?.kind !== 'AssociationAlreadyExists' && refusal?.kind !== 'AssociationChanged') return result;
  if (refusal.existing === null) return result;
  const request = { action: 'DescribePodIdentityAssociation', association: refusal.existing } as const;
  const { allowed, violations } = deps.authorize(authorization, request);
  if (allowed) return result;
  const existingDeniedTo = deniedSubjectOf(violations);
  return { ...result, refusal: { ...refusal, existing: null, differences: null, existingDeniedTo } };
}
