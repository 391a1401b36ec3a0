import { isTrailPosition } from '../ledger/trail-position.ts';
import type { AuditPartition } from '../ledger/ledger.ts';
import type { ClusterRef } from '../model/association.ts';
import type { Finding } from '../model/refusal.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import {
  accountIdFindings,
  clusterNameFindings,
  namespaceFindings,
  regionFindings,
  serviceAccountFindings,
} from '../validation/names.ts';
import { maxLength, requiredText, wellFormed } from '../validation/text-rules.ts';
import type { Text, TextRule } from '../validation/text-rules.ts';

/** `ClusterScope` as GraphQL hands it over. */
export interface ClusterScopeInput {
  readonly clusterName: string;
  readonly accountId?: Text;
  readonly region?: Text;
  readonly namespace?: Text;
  readonly serviceAccount?: Text;
}

/** `AuditScope` as GraphQL hands it over: exactly one field is there, and not null. */
export interface ScopeInput {
  readonly cluster?: ClusterScopeInput | undefined;
  readonly principalId?: string | undefined;
  readonly associationArn?: string | undefined;
  readonly operationId?: string | undefined;
  readonly all?: boolean | undefined;
}

/** What a scope comes to. */
export type ReadScope =
  | { readonly kind: 'valid'; readonly section: AuditPartition }
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] };

/** Holds a scope to the rules of names, and puts it into the ledger's words. */
export function readScope(scope: ScopeInput, home: Dependencies['home']): ReadScope {
  const { cluster, principalId, associationArn, operationId } = scope;
  if (cluster !== undefined) return clusterSection(cluster, home);
  if (principalId !== undefined) {
    const findings = requiredText('scope.principalId', principalId, principalRules, 'https://issuer.example#alice');
    return sectionOr(findings, { kind: 'principal', principalId });
  }
  if (associationArn !== undefined) {
    const findings = requiredText('scope.associationArn', associationArn, associationArnRules, exampleArn);
    return sectionOr(findings, { kind: 'association', associationArn });
  }
  if (operationId !== undefined) {
    const findings = requiredText('scope.operationId', operationId, operationRules, '01KAV5D2F8Q4T7W0Y3Z6B9E1HJ');
    return sectionOr(findings, { kind: 'operation', operationId });
  }
  return sectionOr(scope.all === true ? [] : [notAll], { kind: 'all' });
}

/** Where the cluster of an association is, by its ARN; null when the text is no such ARN. */
export function clusterOfAssociation(arn: string): ClusterRef | null {
  const [, region = '', accountId = '', clusterName = ''] = arnPattern.exec(arn) ?? [];
  return region === '' ? null : { accountId, region, clusterName };
}

function clusterSection(scope: ClusterScopeInput, home: Dependencies['home']): ReadScope {
  const { clusterName, accountId, region, namespace = null, serviceAccount = null } = scope;
  const findings = [
    ...clusterNameFindings(clusterName),
    ...accountIdFindings(accountId),
    ...regionFindings(region),
    ...(namespace === null ? [] : namespaceFindings(namespace)),
    ...(serviceAccount === null ? [] : serviceAccountFindings(serviceAccount)),
    ...(serviceAccount !== null && namespace === null ? [noNamespace] : []),
  ].map((finding) => ({ ...finding, path: `scope.cluster.${finding.path}` }));
  const cluster = { accountId: accountId ?? home.accountId, region: region ?? home.region, clusterName };
  if (namespace === null) return sectionOr(findings, { kind: 'cluster', ...cluster });
  if (serviceAccount === null) return sectionOr(findings, { kind: 'namespace', ...cluster, namespace });
  return sectionOr(findings, { kind: 'serviceAccount', ...cluster, namespace, serviceAccount });
}

/** The section, unless something is wrong with it. */
function sectionOr(findings: readonly Finding[], section: AuditPartition): ReadScope {
  return findings.length > 0 ? { kind: 'invalid', findings } : { kind: 'valid', section };
}

const exampleArn = 'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/a-0123456789abcdefg';

/** By the service authorization reference of EKS, with the id and the names of the EKS API reference. */
const arnPattern =
  /^arn:aws[a-z-]*:eks:([a-z0-9-]{1,32}):([0-9]{12}):podidentityassociation\/([0-9A-Za-z][A-Za-z0-9_-]{0,99})\/a-[a-z0-9]{17}$/;

const associationArnRules: readonly TextRule[] = [
  {
    rule: 'association-arn',
    problem: (value) => (clusterOfAssociation(value) === null ? 'is no ARN of an association' : null),
    advice: `Give associationArn as the association tells it, e.g. "${exampleArn}".`,
  },
];

const operationRules: readonly TextRule[] = [
  {
    rule: 'operation-id',
    problem: (value) => (isTrailPosition(value) ? null : 'is no id of an operation'),
    advice: 'Give operationId as an audit entry or an association tells it: 26 capital letters and digits.',
  },
];

const principalRules: readonly TextRule[] = [
  maxLength(2_048, 'Give id as viewer, or principal of an audit entry, tells it.'),
  wellFormed,
];

const noNamespace: Finding = {
  path: 'namespace',
  rule: 'required',
  message: 'serviceAccount is given, and namespace is not.',
  advice: 'Give the namespace of the service account too.',
};

const notAll: Finding = {
  path: 'scope.all',
  rule: 'true',
  message: 'scope.all can be nothing but true.',
  advice: 'Give true for the whole trail, or another scope for a part of it.',
};
