import {
  accountId,
  association,
  associationId,
  binding,
  clusterName,
  newRoleArn,
  onBehalfOf,
  paging,
  settings,
  tags,
} from './commands.ts';
import type { Command, Parameter, Shape } from './commands.ts';

const namespace: Parameter = { name: 'namespace', type: 'string', help: 'Only this Kubernetes namespace.' };
const account: Parameter = { name: accountId.name, type: accountId.type, help: accountId.help };
const person: Parameter = { name: onBehalfOf.name, type: onBehalfOf.type, help: onBehalfOf.help };

const decision = {
  allowed: 'boolean',
  policyIds: ['string'],
  violations: [{ policyId: 'string', message: 'string', advice: 'string' }],
} as const satisfies Shape;

const difference = { field: 'string', requested: 'string', existing: 'string' } as const satisfies Shape;

const check = {
  wouldBeAttempted: 'boolean',
  refusal: {
    code: 'string',
    message: 'string',
    advice: 'string',
    retryable: 'boolean',
    findings: [{ path: 'string', rule: 'string', message: 'string', advice: 'string' }],
    violations: [{ policyId: 'string', message: 'string', advice: 'string' }],
    owners: ['string'],
    differences: [difference],
  },
  decision,
  existing: association,
  differences: [difference],
  warnings: [{ code: 'string', message: 'string', advice: 'string' }],
  auditEntryId: 'string',
} as const satisfies Shape;

const principal = { principalId: 'string', kind: 'string' } as const satisfies Shape;

const auditEntry = {
  id: 'string',
  time: 'timestamp',
  event: 'string',
  operationId: 'string',
  operationKind: 'string',
  principal,
  actor: principal,
  onBehalfOf: 'string',
  reason: 'string',
  target: {
    accountId: 'string',
    region: 'string',
    clusterName: 'string',
    namespace: 'string',
    serviceAccount: 'string',
  },
  request: {
    roleArn: 'string',
    targetRoleArn: 'string',
    disableSessionTags: 'boolean',
    policy: 'string',
    tags: 'map',
    changes: ['string'],
  },
  decision,
  refusalCode: 'string',
  message: 'string',
  associationArn: 'string',
  eksRequestId: 'string',
} as const satisfies Shape;

/** The commands that the AWS CLI does not have. */
export const ownCommands: readonly Command[] = [
  {
    name: 'check-create-pod-identity-association',
    operation: 'CheckCreatePodIdentityAssociation',
    summary: 'Show whether a create would be allowed, and what it conflicts with. Nothing is created.',
    parameters: [clusterName, ...binding, tags, ...settings, person, account],
    answer: check,
  },
  {
    name: 'check-delete-pod-identity-association',
    operation: 'CheckDeletePodIdentityAssociation',
    summary: 'Show whether a delete would be allowed. Nothing is deleted.',
    parameters: [clusterName, associationId, person, account],
    answer: check,
  },
  {
    name: 'check-update-pod-identity-association',
    operation: 'CheckUpdatePodIdentityAssociation',
    summary: 'Show whether an update would be allowed, and what it would change. Nothing is changed.',
    parameters: [clusterName, associationId, newRoleArn, ...settings, person, account],
    answer: check,
  },
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
    parameters: [clusterName, namespace, account, ...paging],
    answer: {
      associations: [
        {
          kind: 'string',
          associationArn: 'string',
          association,
          differences: [difference],
          lastEntry: { id: 'string', time: 'timestamp', event: 'string', operationId: 'string' },
        },
      ],
      nextToken: 'string',
    },
    listField: 'associations',
  },
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
