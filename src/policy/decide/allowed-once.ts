import type { Decision } from '../../model/decision.ts';
import type { Authorize } from '../policy.ts';
import type { DecisionKey } from './same-decision.ts';

/**
 * As `authorize`, but what policy allows is decided once for all requests about which it decides the
 * same. Their decisions have the slice of the first one, so they can't be recorded. What is not
 * allowed is always evaluated: its reasons name the request, and the number of evaluations must not
 * tell what else there is.
 */
export function allowedOnce({
  authorize,
  decisionKey,
}: {
  readonly authorize: Authorize;
  readonly decisionKey: DecisionKey;
}): Authorize {
  const allowed = new Map<string, Decision>();
  return (context, request) => {
    const shared = decisionKey(context, request);
    if (shared === null) return authorize(context, request);
    // Without policies on it, the key does not have whether a request is a dry run.
    const key = `${context.isDryRun === true} ${shared}`;
    const known = allowed.get(key);
    if (known !== undefined) return known;
    const decision = authorize(context, request);
    if (decision.allowed) allowed.set(key, decision);
    return decision;
  };
}
