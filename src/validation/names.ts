import type { Finding } from '../model/refusal.ts';
import { maxLength, noWildcard, optionalText, requiredText, withoutWildcards } from './text-rules.ts';
import type { Text, TextRule } from './text-rules.ts';

/** Limit of `ClusterName` in the EKS service model. */
const maxClusterNameLength = 100;

/** Limit of an RFC 1123 label in Kubernetes, `IsDNS1123Label`. */
const maxLabelLength = 63;

/** Limit of an RFC 1123 subdomain in Kubernetes, `IsDNS1123Subdomain`. Its parts have no limit of their own there. */
const maxSubdomainLength = 253;

/** A rule that holds the value, its wildcards aside, to a test. */
function format(rule: string, test: (value: string) => boolean, problem: string, advice: string): TextRule {
  return { rule, problem: (value) => (test(withoutWildcards(value)) ? null : problem), advice };
}

// Each test below looks for a few characters side by side, so its time grows with the length of the value and no faster.

function isLabel(value: string): boolean {
  return /^[a-z0-9-]*$/.test(value) && !/^-|-$/.test(value);
}

function isSubdomain(value: string): boolean {
  return /^[a-z0-9.-]*$/.test(value) && !/^[-.]|[-.]$|\.[-.]|-\./.test(value);
}

const clusterNameRules = [
  maxLength(maxClusterNameLength, 'Give the name as EKS shows it, e.g. "payments-prod".'),
  noWildcard('Send one request for each cluster, e.g. "payments-prod".'),
  format(
    'cluster-name',
    (value) => /^[0-9A-Za-z][A-Za-z0-9_-]*$/.test(value),
    'is no name of an EKS cluster: letters, digits, "-" and "_", the first a letter or a digit',
    'Give the name as EKS shows it, e.g. "payments-prod"; not its ARN.',
  ),
];

const accountIdRules = [
  format(
    'account-id',
    (value) => /^[0-9]{12}$/.test(value),
    'is no AWS account id: 12 digits',
    'Give the account of the cluster with its leading zeros and without hyphens, e.g. "111122223333".',
  ),
];

const regionRules = [
  format(
    'region',
    // `us-east-1`, `us-gov-west-1`, `us-isob-east-1`, `eusc-de-east-1`: the regions of all partitions in botocore's endpoints.
    (value) => /^[a-z]{2,4}(?:-[a-z]{2,12}){1,2}-[0-9]{1,2}$/.test(value),
    'is no AWS region',
    'Give the code of the region, e.g. "eu-central-1"; not its name, and no availability zone.',
  ),
];

const namespaceRules = [
  maxLength(maxLabelLength, 'Give the name as kubectl get namespaces shows it, e.g. "payments".'),
  noWildcard('Send one request for each namespace, e.g. "payments".'),
  format(
    'rfc1123-label',
    isLabel,
    'is no RFC 1123 label: lower-case letters, digits and "-", the first and the last a letter or a digit',
    'Give the name as kubectl get namespaces shows it, e.g. "payments".',
  ),
];

const serviceAccountRules = [
  maxLength(maxSubdomainLength, 'Give the name as kubectl get serviceaccounts shows it, e.g. "checkout".'),
  noWildcard('Send one request for each service account, e.g. "checkout".'),
  format(
    'rfc1123-subdomain',
    isSubdomain,
    'is no RFC 1123 subdomain: lower-case letters, digits, "-" and ".", each part between dots beginning and ending with a letter or a digit',
    'Give the name as kubectl get serviceaccounts shows it, e.g. "checkout"; without the namespace.',
  ),
];

/** Rules of the cluster's name: `ClusterName` in the EKS service model. */
export function clusterNameFindings(value: Text): Finding[] {
  return requiredText('clusterName', value, clusterNameRules, 'payments-prod');
}

/** Rules of the cluster's account; the deployment's stands in for an absent one. */
export function accountIdFindings(value: Text): Finding[] {
  return optionalText('accountId', value, accountIdRules);
}

/** Rules of the cluster's region; the deployment's stands in for an absent one. Whether it exists, the inventory says. */
export function regionFindings(value: Text): Finding[] {
  return optionalText('region', value, regionRules);
}

/** Rules of a namespace's name in Kubernetes. */
export function namespaceFindings(value: Text): Finding[] {
  return requiredText('namespace', value, namespaceRules, 'payments');
}

/** Rules of a service account's name in Kubernetes. */
export function serviceAccountFindings(value: Text): Finding[] {
  return requiredText('serviceAccount', value, serviceAccountRules, 'checkout');
}
