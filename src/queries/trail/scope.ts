import type { AuditScope, ClusterScope } from '../../generated/types.ts';
import type { AuditPartition } from '../../ledger/ledger.ts';
import { isTrailPosition } from '../../ledger/trail-position.ts';
import { parseApprovalId } from '../../model/approval.ts';
import { ulidOf } from '../../model/audit.ts';
import type { Finding } from '../../model/refusal.ts';
import { parseAssociationArn } from '../../validation/associations.ts';
import { clusterFindings, namespaceFindings, resolveCluster, serviceAccountFindings } from '../../validation/names.ts';
import type { ClusterDefaults } from '../../validation/names.ts';
import { maxLength, requiredText, wellFormed } from '../../validation/text-rules.ts';
import type { TextRule } from '../../validation/text-rules.ts';

/** The partition of the trail that a scope names, or what is wrong with the scope. */
export type ParsedScope =
  | { readonly kind: 'valid'; readonly partition: AuditPartition }
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] };

/**
 * Validates a scope and converts it into a partition of the ledger. GraphQL guarantees that exactly
 * one field is set.
 */
export function parseScope(scope: AuditScope, home: ClusterDefaults): ParsedScope {
  const { cluster, principalId, associationArn, operationId } = scope;
  if (cluster) return clusterPartition(cluster, home);
  if (typeof principalId === 'string') {
    const findings = requiredText('scope.principalId', principalId, principalRules, 'https://issuer.example#alice');
    return partitionUnless(findings, { kind: 'principal', principalId });
  }
  if (typeof associationArn === 'string') {
    const findings = requiredText('scope.associationArn', associationArn, associationArnRules, exampleArn);
    return partitionUnless(findings, { kind: 'association', associationArn });
  }
  if (typeof operationId === 'string') {
    const findings = requiredText('scope.operationId', operationId, operationRules, '01KAV5D2F8Q4T7W0Y3Z6B9E1HJ');
    // The entries of an approval are found by its public id too.
    const id = parseApprovalId(operationId)?.id ?? operationId;
    return partitionUnless(findings, { kind: 'operation', operationId: id });
  }
  return { kind: 'valid', partition: { kind: 'all' } };
}

function clusterPartition(scope: ClusterScope, home: ClusterDefaults): ParsedScope {
  const { namespace = null, serviceAccount = null } = scope;
  const findings = [
    ...clusterFindings(scope),
    ...(namespace === null ? [] : namespaceFindings(namespace)),
    ...(serviceAccount === null ? [] : serviceAccountFindings(serviceAccount)),
    ...(serviceAccount !== null && namespace === null ? [noNamespace] : []),
  ].map((finding) => ({ ...finding, path: `scope.cluster.${finding.path}` }));
  const cluster = resolveCluster(scope, home);
  if (namespace === null) return partitionUnless(findings, { kind: 'cluster', ...cluster });
  if (serviceAccount === null) return partitionUnless(findings, { kind: 'namespace', ...cluster, namespace });
  return partitionUnless(findings, { kind: 'serviceAccount', ...cluster, namespace, serviceAccount });
}

function partitionUnless(findings: readonly Finding[], partition: AuditPartition): ParsedScope {
  return findings.length > 0 ? { kind: 'invalid', findings } : { kind: 'valid', partition };
}

const exampleArn = 'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/a-0123456789abcdefg';

const associationArnRules: readonly TextRule[] = [
  {
    rule: 'association-arn',
    problem: (value) => (parseAssociationArn(value) === null ? 'is not the ARN of an association' : null),
    advice: `Give associationArn of an association or audit entry, e.g. "${exampleArn}".`,
  },
];

const operationRules: readonly TextRule[] = [
  {
    rule: 'operation-id',
    problem: (value) =>
      isTrailPosition(ulidOf(value)) || parseApprovalId(value) ? null : 'is not the ID of an operation',
    advice:
      'Give operationId of an audit entry or association: 26 capital letters and digits, after "lock-" for a lock; or the id of an approval.',
  },
];

const principalRules: readonly TextRule[] = [
  maxLength(2_048, 'Give id of viewer, or principalId of the principal of an audit entry.'),
  wellFormed,
];

const noNamespace: Finding = {
  path: 'namespace',
  rule: 'required',
  message: 'serviceAccount is given without namespace.',
  advice: 'Give the namespace of the service account too.',
};
