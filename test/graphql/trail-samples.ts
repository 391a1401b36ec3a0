import type { AuditEntry } from '../../src/model/audit.ts';
import { home } from '../support/gateway.ts';
import type { Answered } from '../support/gateway.ts';
import { auditEntryAt } from '../support/ledger-samples.ts';

/** A page of the audit trail, as `document` selects it. */
export interface Trail {
  readonly edges: readonly {
    readonly cursor: string;
    readonly node: { readonly id: string; readonly event: string };
  }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const page = 'edges { cursor node { id event } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

/** Reads a page of `auditTrail`. */
export const document = `query ($scope: AuditScope!, $first: Int, $after: String, $since: DateTime, $until: DateTime,
  $events: [AuditEvent!], $operationKinds: [OperationKind!],
  $roleArn: String, $refusalCodes: [RefusalCode!], $policyId: String) {
  auditTrail(scope: $scope, first: $first, after: $after, since: $since, until: $until, events: $events, operationKinds: $operationKinds,
    roleArn: $roleArn, refusalCodes: $refusalCodes, policyId: $policyId) { ${page} }
}`;

/** Reads a page of the `auditTrail` of an association. */
export const associationDocument = `query ($id: String!, $first: Int, $after: String) {
  podIdentityAssociation(clusterName: "apps-dev", associationId: $id) { associationId auditTrail(first: $first, after: $after) { ${page} } }
}`;

/** The time of the first entry of `entryAt`, milliseconds since the epoch. */
export const begin = Date.UTC(2026, 10, 20);

/** The service account of `entryAt`. */
export const target = { ...home, clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' };

/** The association of `entryAt`, by id and ARN. */
export const associationId = 'a-0123456789abcdefg';
export const associationArn = `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/${associationId}`;

/** An example user. */
export const user = (name: string) => ({
  id: `https://issuer.example#${name}`,
  kind: 'USER' as const,
  groups: [],
  sessionName: null,
  otherGroups: null,
});

/** An audit entry `index` minutes after `begin`. */
export const entryAt = (index: number, fields: Partial<AuditEntry> = {}) =>
  auditEntryAt(begin + index * 60_000, { target, principal: user('alice'), associationArn, ...fields });

/** The scope of the namespace of `entryAt`. */
export const namespace = { cluster: { clusterName: 'apps-dev', namespace: 'payments' } };

/** The ids of entries, newest first. `entries` has the newest last. */
export const newestFirst = (entries: readonly AuditEntry[]) =>
  entries.map(({ operationId, entryId }) => `${operationId}.${entryId}`).reverse();

/** The entry ids of a page. */
export const idsOf = ({ edges }: Trail) => edges.map(({ node }) => node.id);

/** The code of the first error of a response; null if it has none. */
export const codeOf = ({ errors }: Answered<unknown>) => errors?.[0]?.extensions.code ?? null;
