import type { InventorySlice } from '../../model/decision.ts';
import { isPersonWithToken } from '../../model/principal.ts';
import type { Principal, RequestIdentity } from '../../model/principal.ts';
import type { CedarValueJson } from '../cedar/cedar.ts';
import { principalUid, ref, uid } from '../cedar/values.ts';
import type { ApprovalSubject } from '../policy.ts';

/** What the context of a vote has besides that of other actions. */
export function approvalContext(
  { principal }: Pick<RequestIdentity, 'principal'>,
  approval: ApprovalSubject,
  slice: InventorySlice,
): Record<string, CedarValueJson> {
  const { target, operation, group, requested } = approval;
  return {
    group: ref(uid('Group', group)),
    operation,
    serviceAccount: target.serviceAccount,
    isPerson: isPersonWithToken(principal),
    isOwnRequest: isOwnRequest(principal.id, approval, slice),
    requestedByPerson: isPersonWithToken(requested.principal),
    requestedBy: requestedByContext(requested, slice),
  };
}

/** Who asked, and through whom. */
function requestedByContext(
  { principal, actor, onBehalfOf }: ApprovalSubject['requested'],
  { requestedFor }: Pick<InventorySlice, 'requestedFor'>,
): CedarValueJson {
  return {
    [principal.kind === 'SERVICE' ? 'service' : 'user']: ref(principalUid(principal)),
    ...(actor?.kind === 'SERVICE' ? { actor: ref(principalUid(actor)) } : {}),
    ...(onBehalfOf === null ? {} : { onBehalfOf }),
    ...(requestedFor === undefined ? {} : { onBehalfOfPerson: ref(uid('User', requestedFor)) }),
  };
}

/** The principals that a vote is about, for whose entities policies can ask. */
export function requestingPrincipals(
  { principal, actor }: ApprovalSubject['requested'],
  { requestedFor, requestedForGroups = [] }: InventorySlice,
): readonly Principal[] {
  const person = { id: requestedFor ?? '', kind: 'USER', groups: requestedForGroups, sessionName: null } as const;
  return [principal, ...(actor ? [actor] : []), ...(requestedFor === undefined ? [] : [person])];
}

/** Whether the request of an approval is by the principal with this id, through it, or for it. */
export function isOwnRequest(
  principalId: string,
  { requested }: Pick<ApprovalSubject, 'requested'>,
  { requestedFor }: Pick<InventorySlice, 'requestedFor'>,
): boolean {
  const { principal, actor, onBehalfOf } = requested;
  return [principal.id, actor?.id, onBehalfOf, requestedFor].includes(principalId);
}
