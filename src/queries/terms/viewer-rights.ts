import type { ViewerRights } from '../../generated/types.ts';
import type { Association } from '../../model/association.ts';
import type { Decision } from '../../model/decision.ts';
import type { RequestIdentity } from '../../model/principal.ts';
import { settingsOf } from '../../model/setting-fields.ts';
import { makeDeniesEveryUpdate } from '../../policy/decide/every-update.ts';
import type { DeniesEveryUpdateOf } from '../../policy/decide/every-update.ts';
import type { Authorize } from '../../policy/policy.ts';
import type { Clock } from '../../runtime/clock.ts';

/** Of how many associations of one request the rights are judged: each takes two evaluations. */
const maxJudged = 50;

/**
 * Which changes of an association a principal may make; null for more than {@link maxJudged}
 * associations. Never throws.
 */
export type ViewerMay = (association: Association) => ViewerRights | null;

/**
 * Whether policy permits a change, if only after approvals, or may permit it with role attributes,
 * which only the change itself reads.
 */
function mayBePermitted({ allowed, needs, unknownRoles }: Decision): boolean {
  return allowed || needs !== undefined || unknownRoles !== undefined;
}

/** What policy says of changes. */
interface ChangePolicy {
  readonly authorize: Authorize;
  readonly deniesEveryUpdateOf: DeniesEveryUpdateOf;
  readonly clock: Clock;
}

/**
 * Creates the {@link ViewerMay} of one GraphQL request. A short document can select the same
 * association many times: it is judged once.
 */
export function makeViewerMay(
  { authorize, deniesEveryUpdateOf, clock }: ChangePolicy,
  identity: RequestIdentity,
): ViewerMay {
  // A reason can be given with the change.
  const context = { identity, onBehalfOf: null, hasReason: true, now: clock() };
  const deniesEveryUpdate = deniesEveryUpdateOf(makeDeniesEveryUpdate);
  const judged = new Map<string, ViewerRights>();
  const judge = (association: Association): ViewerRights => {
    // A forbid can be about the settings that it has now: an update can give it others.
    const asItIs = { action: 'UpdatePodIdentityAssociation', association, becomes: settingsOf(association) } as const;
    const update = authorize(context, asItIs);
    return {
      update: mayBePermitted(update) || !deniesEveryUpdate(context, asItIs, update),
      delete: mayBePermitted(authorize(context, { action: 'DeletePodIdentityAssociation', association })),
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
