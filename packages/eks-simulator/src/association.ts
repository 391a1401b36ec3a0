import { randomInt } from 'node:crypto';
import type { ClusterRef } from './world-names.ts';

/** An association as the simulator stores it. */
export interface SimulatedAssociation extends ClusterRef {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly associationArn: string;
  /** A lower-case letter, `-` and 17 lower-case letters or digits. */
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
  /** Null exactly when `targetRoleArn` is null. */
  readonly externalId: string | null;
  /** IAM session policy, JSON text. */
  readonly policy: string | null;
  /** When reads begin to return it, milliseconds since the epoch. */
  readonly visibleFrom: number;
}

/** The fields of an association that its creator chooses. */
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

/** Changes to an association. Absent fields are kept; null clears a field. */
export type AssociationChange = Partial<Omit<AssociationChoice, 'namespace' | 'serviceAccount'>>;

/** Length of an association id, including the letter and the hyphen. */
export const associationIdLength = 19;

const idAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Builds an association with a new id. `now` and `visibleFrom` are milliseconds since the epoch.
 */
export function newAssociation(
  cluster: ClusterRef,
  choice: AssociationChoice,
  now: number,
  visibleFrom: number,
): SimulatedAssociation {
  const { accountId, region, clusterName } = cluster;
  const associationId = newAssociationId();
  return {
    accountId,
    region,
    clusterName,
    ...choice,
    associationArn: associationArn(cluster, associationId),
    associationId,
    createdAt: now / 1000,
    modifiedAt: now / 1000,
    externalId: externalIdOf(cluster, choice),
    visibleFrom,
  };
}

/** Returns the association with a change applied. `now` is milliseconds since the epoch. */
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

/** The 14 fields of `PodIdentityAssociation` in the EKS API; those without a value are null. */
export function associationDetails(association: SimulatedAssociation): object {
  const { roleArn, tags, createdAt, modifiedAt, disableSessionTags, targetRoleArn, externalId, policy } = association;
  return {
    ...associationSummary(association),
    roleArn,
    tags,
    createdAt,
    modifiedAt,
    disableSessionTags,
    targetRoleArn,
    externalId,
    policy,
  };
}

/** The six fields of `PodIdentityAssociationSummary` in the EKS API. */
export function associationSummary(association: SimulatedAssociation): object {
  const { clusterName, namespace, serviceAccount, associationArn, associationId, ownerArn } = association;
  return { clusterName, namespace, serviceAccount, associationArn, associationId, ownerArn };
}

/**
 * The format in the EKS user guide, where a target role's trust policy checks it ("Target IAM
 * roles").
 */
function externalIdOf({ region, accountId, clusterName }: ClusterRef, choice: AssociationChoice): string | null {
  const { namespace, serviceAccount, targetRoleArn } = choice;
  return targetRoleArn && [region, accountId, clusterName, namespace, serviceAccount].join('/');
}

function newAssociationId(): string {
  const random = Array.from({ length: associationIdLength - 2 }, () => idAlphabet.charAt(randomInt(idAlphabet.length)));
  return `a-${random.join('')}`;
}
