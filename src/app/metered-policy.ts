import type { Authorize, Preauthorize } from '../policy/policy.ts';
import { count, measured } from '../runtime/meter.ts';

/** The decision points of a policy. */
interface DecisionPoints {
  readonly authorize: Authorize;
  readonly preauthorize: Preauthorize;
}

/** Measures how long decisions take, and counts those that failed. */
export function meteredPolicy({ authorize, preauthorize }: DecisionPoints): DecisionPoints {
  return {
    authorize: (...request) => {
      const decision = measured('policy', () => authorize(...request));
      if (decision.failed) count('policyFailures');
      return decision;
    },
    preauthorize: (...request) => measured('policy', () => preauthorize(...request)),
  };
}
