import { sharedPolicies } from '../policy/policies/applicable.ts';
import { makeCedarHost } from '../policy/cedar/cedar.ts';
import { recordCedar } from '../policy/cedar/recording.ts';
import type { CedarSnapshot } from '../policy/cedar/snapshot.ts';
import { makeEngine } from '../policy/decide/engine.ts';
import type { PolicySet } from '../policy/policies/policy-set.ts';
import { runCase } from './cases.ts';
import type { PolicyCase } from './case-files.ts';

/**
 * The memory of a new instance of Cedar after it has parsed what decisions about all places share,
 * and decided the cases, whatever their results: decisions create what Cedar computes once, and
 * without them, the first decision of each start would. Policies about single places are parsed
 * when a request is about them, so that they don't grow every start. Throws an Error if Cedar
 * fails.
 *
 * @param inventoryText the inventory of the cases
 */
export function recordSnapshot(
  policySet: PolicySet,
  inventoryText: string,
  cases: readonly PolicyCase[],
): CedarSnapshot {
  const recording = recordCedar();
  let instances = 0;
  const host = makeCedarHost(() => {
    instances += 1;
    if (instances > 1) throw new Error('Cedar failed while its memory was recorded.');
    return recording.cedar;
  });
  const engine = makeEngine(sharedPolicies(policySet), host);
  for (const one of cases) runCase(engine, inventoryText, one);
  return recording.takeSnapshot();
}
