import type { ViewerRights } from '../../generated/types.ts';
import type { Association } from '../../model/association.ts';
import type { Decision } from '../../model/decision.ts';
import type { RequestIdentity } from '../../model/principal.ts';
import { settingsOf } from '../../model/setting-fields.ts';
import type { Authorize } from '../../policy/policy.ts';
import type { Clock } from '../../runtime/clock.ts';

/** Of how many associations of one request the rights are judged: each takes two evaluations. */
const maxJudged = 50;

/**
 * Which changes of an association a principal may make; null for more than {@link maxJudged}
 * associations. Never throws.
 */
export type ViewerMay = (association: Association) => ViewerRights | null;

/** Violations of who has no permit at all, and of requests that policy could not judge. */
const notPermitted: readonly string[] = ['default-deny', 'cluster-not-registered', 'evaluation-failed'];

/** Whether policy depends on role attributes, which only the change itself reads. */
function isUnknown({ unknownRoles }: Decision): boolean {
  return unknownRoles !== undefined;
}

/**
 * Creates the {@link ViewerMay} of one GraphQL request. A short document can select the same
 * association many times: it is judged once.
 */
export function makeViewerMay(
  { authorize, clock }: { readonly authorize: Authorize; readonly clock: Clock },
  identity: RequestIdentity,
): ViewerMay {
  // A reason can be given with the change.
  const context = { identity, onBehalfOf: null, hasReason: true, now: clock() };
  const judged = new Map<string, ViewerRights>();
  const judge = (association: Association): ViewerRights => {
    const becomes = settingsOf(association);
    const update = authorize(context, { action: 'UpdatePodIdentityAssociation', association, becomes });
    const remove = authorize(context, { action: 'DeletePodIdentityAssociation', association });
    return {
      // A forbid can be about the settings that it has now: an update can give it others.
      update: isUnknown(update) || !update.violations.some(({ policyId }) => notPermitted.includes(policyId)),
      delete: isUnknown(remove) || remove.allowed || remove.needs !== undefined,
    };
  };
  return (association) => {
    const key = JSON.stringify(association);
    const known = judged.get(key);
    if (known !== undefined) return known;
    if (judged.size === maxJudged) return null;
    const rights = judge(association);
    judged.set(key, rights);
    return rights;
  };
}
