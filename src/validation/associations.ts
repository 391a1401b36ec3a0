import type { ClusterRef } from '../model/association.ts';
import type { Finding } from '../model/refusal.ts';
import { isAccountId, isClusterName, isRegion } from './names.ts';
import { requiredText } from './text-rules.ts';
import type { Text, TextRule } from './text-rules.ts';

/** The parts of an association ARN. */
export interface AssociationArn extends ClusterRef {
  /** A lower-case letter, `-` and 17 lower-case letters or digits. */
  readonly associationId: string;
}

/**
 * Whether a value can be the ID of an association. Those of EKS Pod Identity begin with `a-`, those
 * of other EKS services with other letters.
 */
export function isAssociationId(value: string): boolean {
  return /^[a-z]-[a-z0-9]{17}$/.test(value);
}

/**
 * Parses the ARN of an association,
 * `arn:<partition>:eks:<region>:<account>:podidentityassociation/<cluster>/<id>` (the service
 * authorization reference of EKS). Null when the value is not such an ARN.
 */
export function parseAssociationArn(value: string): AssociationArn | null {
  const match = /^arn:aws[a-z-]*:eks:([^:]*):([^:]*):podidentityassociation\/([^/]*)\/([^/]*)$/.exec(value);
  if (match === null) return null;
  const [, region = '', accountId = '', clusterName = '', associationId = ''] = match;
  const isValid =
    isRegion(region) && isAccountId(accountId) && isClusterName(clusterName) && isAssociationId(associationId);
  return isValid ? { accountId, region, clusterName, associationId } : null;
}

const associationIdRules: readonly TextRule[] = [
  {
    rule: 'association-id',
    problem: (value) =>
      isAssociationId(value)
        ? null
        : 'is not an association ID: a lower-case letter, "-" and 17 lower-case letters or digits',
    advice: 'Give the ID from EKS, e.g. "a-0123456789abcdefg", not the ARN.',
  },
];

/** Findings on the ID of an association. */
export function associationIdFindings(value: Text): Finding[] {
  return requiredText('associationId', value, associationIdRules, 'a-0123456789abcdefg');
}
