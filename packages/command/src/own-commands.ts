import { approvalCommands } from './approval-commands.ts';
import { isList } from './aws/value.ts';
import type { ValueMap } from './aws/value.ts';
import {
  accountId,
  association,
  associationId,
  binding,
  clientRequestToken,
  clusterName,
  expectedModifiedAt,
  expiresAt,
  ifExists,
  newRoleArn,
  onBehalfOf,
  paging,
  plain,
  record,
  roleArnFilter,
  settings,
  tagged,
  tags,
} from './commands.ts';
import type { Command, Parameter, Shape } from './commands.ts';
import { declarationCommands } from './declaration-commands.ts';
import { ensureCommands } from './ensure-commands.ts';
import { loginCommands } from './login-commands.ts';
import { auditEntry, coverage, decision, principal, readCommands } from './read-commands.ts';

const namespace: Parameter = { name: 'namespace', type: 'string', help: 'Only this Kubernetes namespace.' };
const account = plain(accountId);
const person = plain(onBehalfOf);

const difference = { field: 'string', requested: 'string', existing: 'string' } as const satisfies Shape;

const check = {
  wouldBeAttempted: 'boolean',
  onlyAsDryRun: 'boolean',
  refusal: {
    code: 'string',
    message: 'string',
    advice: 'string',
    retryable: 'boolean',
    findings: [{ path: 'string', rule: 'string', message: 'string', advice: 'string' }],
    violations: [{ policyId: 'string', message: 'string', advice: 'string' }],
    owners: ['string'],
    needs: [{ policyId: 'string', message: 'string', advice: 'string', group: 'string', count: 'integer' }],
    differences: [difference],
  },
  decision,
  existing: association,
  differences: [difference],
  warnings: [{ code: 'string', message: 'string', advice: 'string' }],
  auditEntryId: 'string',
} as const satisfies Shape;

/** Whether a dry run says that the change would be refused. */
function isRefused({ wouldBeAttempted }: ValueMap): boolean {
  return wouldBeAttempted !== true;
}

/** The commands that the AWS CLI does not have. */
export const ownCommands: readonly Command[] = [
  {
    name: 'adopt-pod-identity-association',
    operation: 'AdoptPodIdentityAssociation',
    summary: 'Record an association that another tool made as it is. Nothing is changed at EKS.',
    parameters: [clusterName, associationId, ...[clientRequestToken, expectedModifiedAt, ...record].map(plain)],
    answer: { association },
    isMutation: true,
  },
  {
    name: 'check-adopt-pod-identity-association',
    operation: 'CheckAdoptPodIdentityAssociation',
    summary: 'Show whether an adoption would be allowed. Nothing is adopted.',
    parameters: [clusterName, associationId, person, account],
    answer: check,
    finds: isRefused,
  },
  {
    name: 'check-create-pod-identity-association',
    operation: 'CheckCreatePodIdentityAssociation',
    summary: 'Show whether a create would be allowed, and what it conflicts with. Nothing is created.',
    parameters: [clusterName, ...binding, tags, ...settings, plain(expiresAt), plain(ifExists), person, account],
    answer: check,
    finds: isRefused,
  },
  {
    name: 'check-delete-pod-identity-association',
    operation: 'CheckDeletePodIdentityAssociation',
    summary: 'Show whether a delete would be allowed. Nothing is deleted.',
    parameters: [clusterName, associationId, person, account],
    answer: check,
    finds: isRefused,
  },
  {
    name: 'check-tag-resource',
    operation: 'CheckTagResource',
    summary: 'Show whether tags would be added, and which differ. Nothing is changed.',
    parameters: [...tagged.tag, person],
    answer: check,
    finds: isRefused,
  },
  {
    name: 'check-untag-resource',
    operation: 'CheckUntagResource',
    summary: 'Show whether tags would be removed. Nothing is changed.',
    parameters: [...tagged.untag, person],
    answer: check,
    finds: isRefused,
  },
  {
    name: 'check-update-pod-identity-association',
    operation: 'CheckUpdatePodIdentityAssociation',
    summary: 'Show whether an update would be allowed, and what it would change. Nothing is changed.',
    parameters: [clusterName, associationId, newRoleArn, ...settings, plain(expiresAt), person, account],
    answer: check,
    finds: isRefused,
  },
  ...ensureCommands(check, difference),
  {
    name: 'audit-trail',
    operation: 'AuditTrail',
    summary: 'List audit entries, newest first: of a cluster, a principal, an association, an operation, or all.',
    parameters: [
      { name: 'clusterName', type: 'string', help: 'Entries of changes in this cluster.' },
      namespace,
      { name: 'serviceAccount', type: 'string', help: 'Only this Kubernetes service account of the namespace.' },
      { name: 'principalId', type: 'string', help: 'Entries of the requests of this principal, as whoami shows it.' },
      { name: 'associationArn', type: 'string', help: 'Entries of changes to this association.' },
      { name: 'operationId', type: 'string', help: 'Entries of this operation.' },
      { name: 'all', type: 'boolean', help: 'All entries of the gateway.' },
      {
        name: 'since',
        type: 'string',
        help: 'Only entries at or after this time, as RFC 3339 text, or from this day on (UTC).',
      },
      { name: 'until', type: 'string', help: 'Only entries before this time or day.' },
      {
        name: 'events',
        type: 'string',
        help: 'Only entries with these events, separated by commas: SUCCEEDED,DENIED.',
      },
      roleArnFilter,
      account,
      ...paging,
    ],
    answer: { entries: [auditEntry], nextToken: 'string' },
    listField: 'entries',
  },
  {
    name: 'drift',
    operation: 'AssociationDrift',
    summary: 'List the associations of a cluster that were created, changed or deleted outside the gateway.',
    parameters: [
      clusterName,
      namespace,
      {
        name: 'source',
        type: 'string',
        help: 'EKS: compare with EKS now, the default. SCAN: what scans of the gateway saw, fast and as old as observedAt.',
      },
      account,
      ...paging,
    ],
    answer: {
      associations: [
        {
          kind: 'string',
          associationArn: 'string',
          association,
          differences: [difference],
          lastEntry: { id: 'string', time: 'timestamp', event: 'string', operationId: 'string' },
          observedAt: 'timestamp',
          driftId: 'string',
        },
      ],
      coverage: [coverage],
      nextToken: 'string',
    },
    listField: 'associations',
    sharedField: 'coverage',
    finds: ({ associations }) => isList(associations) && associations.length > 0,
  },
  ...declarationCommands,
  ...readCommands,
  ...approvalCommands,
  ...loginCommands,
  {
    name: 'whoami',
    operation: 'Viewer',
    summary: 'Show the principal that the gateway authenticates.',
    parameters: [],
    answer: {
      principal: {
        id: 'string',
        kind: 'string',
        groups: ['string'],
        sessionName: 'string',
        actor: { ...principal, groups: ['string'] },
      },
    },
  },
];
