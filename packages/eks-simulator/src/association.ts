import { randomInt } from 'node:crypto';
import type { ClusterRef } from './world.ts';

/** An association as the simulator keeps it. */
export interface SimulatedAssociation extends ClusterRef {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly associationArn: string;
  /** `a-` and 17 lower-case alphanumerics. */
  readonly associationId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Seconds since the epoch, with a fraction. */
  readonly createdAt: number;
  /** Seconds since the epoch, with a fraction. */
  readonly modifiedAt: number;
  /** ARN of the EKS add-on that owns it. */
  readonly ownerArn: string | null;
  readonly disableSessionTags: boolean;
  readonly targetRoleArn: string | null;
  /** Set exactly when there is a target role. */
  readonly externalId: string | null;
  /** IAM session policy, JSON text. */
  readonly policy: string | null;
  /** From when reads show it, milliseconds since the epoch. */
  readonly visibleFrom: number;
}

/** What the maker of an association chooses. */
export interface AssociationChoice {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly disableSessionTags: boolean;
  readonly targetRoleArn: string | null;
  readonly policy: string | null;
  readonly ownerArn: string | null;
}

/** What can be changed of an association; what is left out stays. Null clears. */
export type AssociationChange = Partial<Omit<AssociationChoice, 'namespace' | 'serviceAccount'>>;

/** Characters of an association id, `a-` included. */
export const associationIdLength = 19;

const idAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Makes an association with a new id. `now` and `visibleFrom` are milliseconds since the epoch. */
export function newAssociation(
  cluster: ClusterRef,
  choice: AssociationChoice,
  now: number,
  visibleFrom: number,
): SimulatedAssociation {
  const { accountId, region, clusterName } = cluster;
  const associationId = newAssociationId();
  return {
    ...{ accountId, region, clusterName },
    ...choice,
    associationArn: associationArn(cluster, associationId),
    associationId,
    createdAt: now / 1000,
    modifiedAt: now / 1000,
    externalId: externalIdOf(cluster, choice),
    visibleFrom,
  };
}

/** The association as it is after a change. `now` is milliseconds since the epoch. */
export function changedAssociation(
  association: SimulatedAssociation,
  change: AssociationChange,
  now: number,
): SimulatedAssociation {
  const changed = { ...association, ...change };
  return { ...changed, externalId: externalIdOf(changed, changed), modifiedAt: now / 1000 };
}

/** ARN of an association. */
export function associationArn({ accountId, region, clusterName }: ClusterRef, associationId: string): string {
  return `arn:aws:eks:${region}:${accountId}:podidentityassociation/${clusterName}/${associationId}`;
}

/** The 14 fields of `PodIdentityAssociation` in the EKS API, null where there is nothing. */
export function associationDetails(association: SimulatedAssociation): object {
  const { roleArn, tags, createdAt, modifiedAt, disableSessionTags, targetRoleArn, externalId, policy } = association;
  return {
    ...associationSummary(association),
    ...{ roleArn, tags, createdAt, modifiedAt, disableSessionTags, targetRoleArn, externalId, policy },
  };
}

/** The six fields of `PodIdentityAssociationSummary` in the EKS API. */
export function associationSummary(association: SimulatedAssociation): object {
  const { clusterName, namespace, serviceAccount, associationArn, associationId, ownerArn } = association;
  return { clusterName, namespace, serviceAccount, associationArn, associationId, ownerArn };
}

/** The form that the EKS user guide gives for a target role's trust policy ("Target IAM roles"). */
function externalIdOf({ region, accountId, clusterName }: ClusterRef, choice: AssociationChoice): string | null {
  const { namespace, serviceAccount, targetRoleArn } = choice;
  return targetRoleArn && [region, accountId, clusterName, namespace, serviceAccount].join('/');
}

function newAssociationId(): string {
  const random = Array.from({ length: associationIdLength - 2 }, () => idAlphabet.charAt(randomInt(idAlphabet.length)));
  return `a-${random.join('')}`;
}
