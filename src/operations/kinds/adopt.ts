import type { Conclusion } from '../../idempotency/conclusion.ts';
import type { Association } from '../../model/association.ts';
import type { AuthorizationContext, Authorize } from '../../policy/policy.ts';
import { validateAdopt } from '../../validation/change.ts';
import { effectDeadline } from '../terms/admission.ts';
import type { AdmittedMutation } from '../terms/admission.ts';
import { adoptedState, createRequestOf } from '../terms/differences.ts';
import { adoptedWithNotice } from '../terms/late-adoption.ts';
import { summaryOfExisting } from '../terms/operation.ts';
import type { AdoptionPorts, Operation } from '../terms/operation.ts';
import { checkExpectedModifiedAt, existingBefore, loadExisting } from './target.ts';

/**
 * `adoptPodIdentityAssociation`: records an association as EKS returned it, so that drift is found
 * against this state. It changes nothing at EKS, and no tag, so that another tool that declares the
 * association plans no change.
 */
export const adoptOperation: Operation<'ADOPT_POD_IDENTITY_ASSOCIATION'> = {
  kind: 'ADOPT_POD_IDENTITY_ASSOCIATION',
  field: 'adoptPodIdentityAssociation',
  action: 'AdoptPodIdentityAssociation',
  activity: 'Adopt',
  validate: validateAdopt,
  loadTarget: loadExisting,
  authorizationRequest: (_, loaded) => ({ action: 'AdoptPodIdentityAssociation', association: existingBefore(loaded) }),
  checkPrecondition: (request, association) => checkExpectedModifiedAt(request, association, null),
  foresee: adopted,
  effect: { kind: 'none', adopt: adopted },
  differences: () => null,
  expectedState: (_, before) => before && adoptedState(before),
  needsAgent: false,
  warningsAfter: () => [],
  summarize: summaryOfExisting,
};

function adopted(
  ports: AdoptionPorts,
  mutation: AdmittedMutation<'ADOPT_POD_IDENTITY_ASSOCIATION'>,
): Promise<Conclusion> {
  const association = existingBefore(mutation);
  const verdict = createVerdict(ports.authorize, mutation.authorization, association);
  const message = `The association was adopted as EKS returned it; nothing was changed at EKS. ${verdict}`;
  return adoptedWithNotice(ports, association, message, { deadline: effectDeadline(mutation) });
}

/**
 * What policy would say of a create of the association by the same principal: a rule that the
 * association would not pass is known from its adoption on. For people only; the adoption does not
 * depend on it.
 */
function createVerdict(authorize: Authorize, authorization: AuthorizationContext, association: Association): string {
  const created = createRequestOf(association);
  const context = { ...authorization, isDryRun: false };
  const decision = authorize(context, { action: 'CreatePodIdentityAssociation', association: created });
  if (decision.allowed) return 'Policy would permit a create of it.';
  if (decision.unknownRoles) {
    return 'Whether policy would permit a create of it depends on role attributes, which were not read.';
  }
  const policyIds = new Set(decision.violations.map(({ policyId }) => policyId));
  const ids = [...policyIds].join(', ');
  return decision.needs
    ? `A create of it would need an approval: ${ids}.`
    : `Policy would deny a create of it: ${ids}.`;
}
