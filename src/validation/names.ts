import type { DeletePodIdentityAssociationInput } from '../generated/types.ts';
import type { ClusterRef } from '../model/association.ts';
import type { Finding } from '../model/refusal.ts';
import { maxLength, noWildcard, optionalText, requiredText, withoutWildcards } from './text-rules.ts';
import type { Text, TextRule } from './text-rules.ts';

/** The deployment's own account and region: the defaults of an input that leaves them out. */
export interface ClusterDefaults {
  /** AWS account, 12 digits. */
  readonly accountId: string;
  /** AWS region, e.g. `eu-central-1`. */
  readonly region: string;
}

/** The fields of an input that identify a cluster. Absent and null mean the same. */
export type ClusterInput = Pick<DeletePodIdentityAssociationInput, 'clusterName' | 'accountId' | 'region'>;

/** Limit of `ClusterName` in the EKS service model. */
const maxClusterNameLength = 100;

/** Limit of an RFC 1123 label in Kubernetes, `IsDNS1123Label`. */
const maxLabelLength = 63;

/**
 * Limit of an RFC 1123 subdomain in Kubernetes, `IsDNS1123Subdomain`. Its parts have no limit of
 * their own there.
 */
const maxSubdomainLength = 253;

/** A rule about the format of a value. Wildcards are left to the rule `no-wildcard`. */
function format(rule: string, isValid: (value: string) => boolean, problem: string, advice: string): TextRule {
  return { rule, problem: (value) => (isValid(withoutWildcards(value)) ? null : problem), advice };
}

// Each expression below compares a few adjacent characters only, so its time is linear in the
// length of the value.

function hasClusterNameCharacters(value: string): boolean {
  return /^[0-9A-Za-z][A-Za-z0-9_-]*$/.test(value);
}

function isLabel(value: string): boolean {
  return /^[a-z0-9-]*$/.test(value) && !/^-|-$/.test(value);
}

function isSubdomain(value: string): boolean {
  return /^[a-z0-9.-]*$/.test(value) && !/^[-.]|[-.]$|\.[-.]|-\./.test(value);
}

/** Whether a value can be the name of an EKS cluster: `ClusterName` in the EKS service model. */
export function isClusterName(value: string): boolean {
  return value.length <= maxClusterNameLength && hasClusterNameCharacters(value);
}

/** Whether a value can be an AWS account ID: 12 digits. */
export function isAccountId(value: string): boolean {
  return /^[0-9]{12}$/.test(value);
}

/**
 * Whether a value has the format of a region code in any partition of botocore's endpoints:
 * `us-east-1`, `us-gov-west-1`, `us-isob-east-1`, `eusc-de-east-1`.
 */
export function isRegion(value: string): boolean {
  return /^[a-z]{2,4}(?:-[a-z]{2,12}){1,2}-[0-9]{1,2}$/.test(value);
}

/** Whether a value can be the name of a Kubernetes namespace: an RFC 1123 label. */
export function isNamespace(value: string): boolean {
  return value !== '' && value.length <= maxLabelLength && isLabel(value);
}

const clusterNameRules = [
  maxLength(maxClusterNameLength, 'Give the name from EKS, e.g. "payments-prod".'),
  noWildcard('Send one request for each cluster, e.g. "payments-prod".'),
  format(
    'cluster-name',
    hasClusterNameCharacters,
    'is not an EKS cluster name: letters, digits, "-" and "_", starting with a letter or a digit',
    'Give the name from EKS, e.g. "payments-prod", not its ARN.',
  ),
];

const accountIdRules = [
  format(
    'account-id',
    isAccountId,
    'is not an AWS account ID: 12 digits',
    'Give the account ID of the cluster with leading zeros and without hyphens, e.g. "111122223333".',
  ),
];

const regionRules = [
  format(
    'region',
    isRegion,
    'is not an AWS region code',
    'Give the region code, e.g. "eu-central-1", not the name of the region or an availability zone.',
  ),
];

const namespaceRules = [
  maxLength(maxLabelLength, 'Give the name as kubectl get namespaces shows it, e.g. "payments".'),
  noWildcard('Send one request for each namespace, e.g. "payments".'),
  format(
    'rfc1123-label',
    isLabel,
    'is not an RFC 1123 label: lower-case letters, digits and "-", starting and ending with a letter or a digit',
    'Give the name as kubectl get namespaces shows it, e.g. "payments".',
  ),
];

const serviceAccountRules = [
  maxLength(maxSubdomainLength, 'Give the name as kubectl get serviceaccounts shows it, e.g. "checkout".'),
  noWildcard('Send one request for each service account, e.g. "checkout".'),
  format(
    'rfc1123-subdomain',
    isSubdomain,
    'is not an RFC 1123 subdomain: lower-case letters, digits, "-" and ".", each part between dots starting and ending with a letter or a digit',
    'Give the name as kubectl get serviceaccounts shows it, e.g. "checkout", without the namespace.',
  ),
];

/** Findings on a cluster name. */
export function clusterNameFindings(value: Text): Finding[] {
  return requiredText('clusterName', value, clusterNameRules, 'payments-prod');
}

/** Findings on an account ID, which is optional. */
export function accountIdFindings(value: Text): Finding[] {
  return optionalText('accountId', value, accountIdRules);
}

/**
 * Findings on a region, which is optional. Only the format is checked: the inventory says which
 * regions are served.
 */
export function regionFindings(value: Text): Finding[] {
  return optionalText('region', value, regionRules);
}

/** Findings on the fields that identify a cluster. */
export function clusterFindings({ clusterName, accountId, region }: ClusterInput): Finding[] {
  return [...clusterNameFindings(clusterName), ...accountIdFindings(accountId), ...regionFindings(region)];
}

/**
 * The cluster that an input identifies. The deployment's own account and region are the defaults.
 */
export function resolveCluster(
  { clusterName, accountId, region }: ClusterInput & { readonly clusterName: string },
  home: ClusterDefaults,
): ClusterRef {
  return { accountId: accountId ?? home.accountId, region: region ?? home.region, clusterName };
}

/** Findings on the name of a Kubernetes namespace. */
export function namespaceFindings(value: Text): Finding[] {
  return requiredText('namespace', value, namespaceRules, 'payments');
}

/** Findings on the name of a Kubernetes service account. */
export function serviceAccountFindings(value: Text): Finding[] {
  return requiredText('serviceAccount', value, serviceAccountRules, 'checkout');
}
