import type { Value, ValueMap } from '../aws/value.ts';
import type { Approval } from '../../../client/src/client/approval.ts';
import type {
  AuditEntryDetailsFragment,
  CheckFragment,
  RequestDetailsFragment,
} from '../../../client/src/generated/operations.ts';
import { shortApprovalId } from '../../../client/src/client/short-ids.ts';
import type { Association, Refusal } from '../../../client/src/client/result.ts';

/** Tags as in the EKS API. */
export function tagMap(tags: readonly { readonly key: string; readonly value: string }[]): ValueMap {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}

/** An association as in the EKS API. */
export function associationAnswer(association: Association): ValueMap {
  return { ...association, tags: tagMap(association.tags) };
}

/** A refusal with the details that its type has, of which the shape of the answer selects some. */
function refusalAnswer(refusal: Refusal): ValueMap {
  return { ...refusal };
}

/** The answer of a dry run. */
export function checkAnswer({ refusal, existing, auditEntry, ...others }: CheckFragment): ValueMap {
  return {
    ...others,
    refusal: refusal && refusalAnswer(refusal),
    existing: existing && associationAnswer(existing),
    auditEntryId: auditEntry.id,
  };
}

/** An entry of the audit trail. */
export function entryAnswer({ request, ...others }: AuditEntryDetailsFragment): ValueMap {
  return { ...others, request: request && requestAnswer(request) };
}

function requestAnswer({ tags, expectedTags, ...others }: RequestDetailsFragment): ValueMap {
  return { ...others, tags: tagMap(tags), expectedTags: expectedTags && tagMap(expectedTags) };
}

/**
 * An approval, with the request that it is about.
 *
 * @param link on the page; null without one
 */
export function approvalAnswer({ request, before, ...others }: Approval, link: string | null = null): ValueMap {
  return {
    ...others,
    shortId: shortApprovalId(others.id),
    link,
    request: requestAnswer(request),
    before: before && associationAnswer(before),
  };
}

/** A page of a list, with the names of the EKS API. */
export function pageAnswer(
  field: string,
  items: readonly Value[],
  { hasNextPage, endCursor }: { readonly hasNextPage: boolean; readonly endCursor: string | null },
): ValueMap {
  return { [field]: items, nextToken: hasNextPage ? endCursor : null };
}
