import type { Conclusion, RefusedConclusion } from '../../idempotency/conclusion.ts';
import type { Association, CreateRequest } from '../../model/association.ts';
import type { Decision } from '../../model/decision.ts';
import { completeSettings } from '../../model/setting-fields.ts';
import { effectDeadline } from '../terms/admission.ts';
import type { ValidRequest } from '../terms/admission.ts';
import { authorizeWithRoles } from '../terms/authorize-with-roles.ts';
import type { Authorizer } from '../terms/authorizer.ts';
import { alreadyExists } from '../terms/conflict-conclusions.ts';
import { settingDifferences } from '../terms/differences.ts';
import { hiddenFrom } from '../terms/hidden.ts';
import { judgeExpiry } from '../terms/judge-expiry.ts';
import { adoptedWithNotice } from '../terms/late-adoption.ts';
import type { AdoptionPorts } from '../terms/operation.ts';
import { denialAtExpiry, denialOf } from '../terms/refusals.ts';

/**
 * Whether a create asks for the adoption of an association with these settings. Tags may differ: an
 * adoption does not change them.
 */
export function asksToAdopt(request: CreateRequest, existing: Association): boolean {
  return request.ifExists === 'ADOPT' && settingDifferences(completeSettings(request), existing).length === 0;
}

/**
 * What follows for a create from the association of its service account that others made. It is
 * adopted only under a decision about the adoption itself, as `adoptPodIdentityAssociation` would
 * be: the one about the create does not permit it. An expiry that it sets must be permitted too,
 * without an approval. Throws `LedgerUnavailable`.
 */
export async function adoptOrRefuse(
  ports: AdoptionPorts,
  valid: ValidRequest<'CREATE_POD_IDENTITY_ASSOCIATION'>,
  existing: Association,
  eksRequestId: string | null,
): Promise<Conclusion> {
  const refused = alreadyExists(existing, valid.request, eksRequestId);
  if (!asksToAdopt(valid.request, existing)) return refused;
  const decision = await authorizeAdoption(ports, valid, existing);
  if (!decision.allowed) return notAdopted(refused, denialOf(decision));
  const expiry = await judgeExpiry(ports, valid, existing);
  const judged = expiry === null ? {} : { expiry };
  const { deleteDecision } = expiry ?? {};
  if (deleteDecision?.allowed === false) return { ...notAdopted(refused, denialAtExpiry(deleteDecision)), ...judged };
  const message =
    'The service account already had an equal association, which was adopted; nothing was changed at EKS. ' +
    `Policy permits the adoption: ${decision.policyIds.join(', ')}.`;
  const adopted = await adoptedWithNotice(ports, existing, message, { deadline: effectDeadline(valid), eksRequestId });
  return { ...adopted, ...judged };
}

/**
 * The refusal of a create whose principal may not adopt the equal association that exists, or not
 * with this expiry.
 */
function notAdopted(refused: RefusedConclusion, { refusal: denial }: ReturnType<typeof denialOf>): RefusedConclusion {
  const message = `${refused.message} It was not adopted, because policy denies that: ${denial.message}`;
  const advice = [refused.refusal.advice, denial.advice].join(' ');
  return { ...refused, message, refusal: { ...refused.refusal, message, advice } };
}

async function authorizeAdoption(
  authorizer: Authorizer,
  valid: ValidRequest,
  association: Association,
): Promise<Decision> {
  const hidden = hiddenFrom(authorizer, valid.authorization, association);
  if (hidden) return hidden.decision;
  const action = 'AdoptPodIdentityAssociation';
  // The dry run of a create that policy allows tells whether the adoption itself is allowed.
  const isDryRun = valid.audit.decision?.onlyAsDryRun === true;
  const authorization = { ...valid.authorization, isDryRun };
  const denial = () => authorizer.preauthorize(authorization, action, association);
  return authorizeWithRoles(authorizer, { ...valid, authorization, denial }, { action, association });
}
