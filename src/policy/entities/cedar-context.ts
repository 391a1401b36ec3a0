import type { InventorySlice } from '../../model/decision.ts';
import { settingsOf } from '../../model/setting-fields.ts';
import type { Tag } from '../../model/association.ts';
import { approvalContext } from './approval-context.ts';
import { calendarTime } from '../inventory/calendar.ts';
import type { CedarValueJson } from '../cedar/cedar.ts';
import { addressOf, principalUid, ref, settings, uid } from '../cedar/values.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../policy.ts';
import { lifetime } from './lifetime.ts';
import { sessionPolicyContext } from './session-policy.ts';
import { personPrincipal } from './slice.ts';

/** The entity that has the tags of an association before they are changed. */
export const currentTags = uid('Tags', 'current');

/** The context of a request in Cedar's format, without the roles of an association. */
export function contextOf(
  context: AuthorizationContext,
  request: AuthorizationRequest,
  slice: InventorySlice,
): Record<string, CedarValueJson> {
  const { identity, onBehalfOf, hasReason, now } = context;
  const { timeZone, person } = slice;
  const sourceAddress = addressOf(identity.sourceAddress);
  return {
    now: { __extn: { fn: 'datetime', arg: new Date(now).toISOString() } },
    ...calendarTime(now, timeZone),
    ...(sourceAddress === null ? {} : { sourceAddress: { __extn: { fn: 'ip', arg: sourceAddress } } }),
    ...(identity.actor === null ? {} : { actor: ref(principalUid(identity.actor)) }),
    ...(onBehalfOf === null ? {} : { onBehalfOf }),
    ...(onBehalfOf === null || person === undefined
      ? {}
      : { onBehalfOfPerson: ref(principalUid(personPrincipal(person))) }),
    hasReason,
    ...ofRequest(request, context, slice),
  };
}

/** What the context has of the request itself. */
function ofRequest(
  request: AuthorizationRequest,
  { now, identity, isDryRun = false }: AuthorizationContext,
  slice: InventorySlice,
): Record<string, CedarValueJson> {
  switch (request.action) {
    case 'CreatePodIdentityAssociation':
      return { ...lifetime(request.association.expiresAt, now), ...sessionPolicyContext(request), isDryRun };
    case 'UpdatePodIdentityAssociation':
      return {
        ...lifetime(request.expiresAt, now),
        ...sessionPolicyContext(request),
        isDryRun,
        clearsExpiresAt: request.expiresAt === null,
        current: settings(settingsOf(request.association)),
      };
    case 'TagPodIdentityAssociation':
    case 'UntagPodIdentityAssociation':
      return { isDryRun, currentTags: ref(currentTags), changedTagKeys: changedKeys(request) };
    case 'ApproveRequest':
      return approvalContext(identity, request.approval, slice);
    case 'DeletePodIdentityAssociation':
    case 'AdoptPodIdentityAssociation':
      return { isDryRun };
    case 'DescribePodIdentityAssociation':
    case 'ListPodIdentityAssociations':
    case 'ReadAuditTrail':
      return {};
  }
}

/** The keys of the tags that a change adds, removes or gives another value. */
function changedKeys({
  association,
  tagsAfter,
}: {
  readonly association: { readonly tags: readonly Tag[] };
  readonly tagsAfter: readonly Tag[];
}): string[] {
  const [before, after] = [association.tags, tagsAfter].map(
    (tags) => new Map(tags.map(({ key, value }) => [key, value])),
  );
  const keys = new Set([...association.tags, ...tagsAfter].map(({ key }) => key));
  return [...keys].filter((key) => before?.get(key) !== after?.get(key));
}
