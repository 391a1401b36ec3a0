import type { Facts } from './facts.ts';

/** Associations created by this gateway that have no SUCCEEDED entry in the audit trail. */
export function unrecorded({ associations, entries, reconciled }: Facts): string[] {
  if (!reconciled) return [];
  return associations
    .filter(({ operationId }) => operationId !== null)
    .filter(
      ({ associationArn }) =>
        !entries.some(
          ({ event, kind, isAdopted, ...entry }) =>
            event === 'SUCCEEDED' && kind === 'create' && !isAdopted && entry.associationArn === associationArn,
        ),
    )
    .map(
      ({ associationArn, operationId }) =>
        `${associationArn} exists, created by ${operationId}, but the audit trail has no SUCCEEDED entry for it`,
    );
}

/** SUCCEEDED entries that don't match what exists at EKS. */
export function unmatchedSuccesses({ associations, changes, entries, outside }: Facts): string[] {
  return entries
    .filter(({ event }) => event === 'SUCCEEDED')
    .flatMap((entry) => {
      const { associationArn, kind, operationId, roleArn } = entry;
      const existing = associations.find((association) => association.associationArn === associationArn);
      const isOfIt = (id: string | null) => associationArn?.endsWith(`/${id}`) ?? false;
      const changedLater =
        outside.some((change) => change.kind !== 'create' && isOfIt(change.associationId)) ||
        changes.some(
          (change) =>
            change.kind !== 'create' &&
            change.effect !== null &&
            change.operationId !== operationId &&
            isOfIt(change.associationId),
        );
      if (kind === 'delete')
        return existing ? [`${associationArn} exists, but per the audit trail ${operationId} deleted it`] : [];
      if (!existing)
        return changedLater
          ? []
          : [`per the audit trail ${operationId} created ${associationArn}, but it does not exist`];
      const differs = roleArn !== null && existing.roleArn !== roleArn && !changedLater;
      return differs
        ? [`${associationArn} has ${existing.roleArn}, but per the audit trail ${operationId} set ${roleArn}`]
        : [];
    });
}
