import type { Association, AssociationTarget } from '../../model/association.ts';

/** The fields of an association that are null where its text lacks them. */
const absent = {
  ownerArn: null,
  disableSessionTags: null,
  targetRoleArn: null,
  externalId: null,
  policy: null,
} as const;

/**
 * An association without what its item says already, and without nulls: an item of more than 1 KB
 * costs more units.
 */
export type AssociationDetails = Partial<Association>;

/**
 * The details of an association, also without its id and its version, and without its ARN if that
 * follows from them.
 */
export function detailsOf(association: Association): AssociationDetails {
  const { accountId: _a, region: _r, clusterName: _c, namespace: _n, serviceAccount: _s, ...rest } = association;
  const { associationId, modifiedAt: _m, ...details } = rest;
  const implied = { ...absent, associationArn: arnOf(association, associationId) };
  const isStated = ([name, value]: [string, unknown]) => value !== (implied as Record<string, unknown>)[name];
  return Object.fromEntries(Object.entries(details).filter(isStated));
}

/** The ARN of an association in the partition of most regions. */
function arnOf({ region, accountId, clusterName }: AssociationTarget, associationId: string): string {
  return `arn:aws:eks:${region}:${accountId}:podidentityassociation/${clusterName}/${associationId}`;
}

/** The details of an association as JSON text, which preserves all strings exactly. */
export function detailsText(association: Association): string {
  return JSON.stringify(detailsOf(association));
}

/** The association of a text that {@link detailsText} made. */
export function associationOf(
  target: AssociationTarget,
  seen: Pick<Association, 'associationId' | 'modifiedAt'>,
  text: string,
): Association {
  return associationOfDetails(target, seen, JSON.parse(text) as AssociationDetails);
}

/** The association of details that {@link detailsOf} made. */
export function associationOfDetails(
  target: AssociationTarget,
  { associationId, modifiedAt }: Pick<Association, 'associationId' | 'modifiedAt'>,
  details: AssociationDetails,
): Association {
  // Only `detailsOf` makes them.
  const implied = { ...absent, associationArn: arnOf(target, associationId) };
  return { ...target, ...implied, ...(details as Association), associationId, modifiedAt };
}
