import { accountId, association, binding, clusterName, onBehalfOf, paging, tags } from './commands.ts';
import type { Command, Parameter, Shape } from './commands.ts';

export const decision = {
  allowed: 'boolean',
  policyIds: ['string'],
  violations: [{ policyId: 'string', message: 'string', advice: 'string' }],
} as const satisfies Shape;

export const principal = { principalId: 'string', kind: 'string' } as const satisfies Shape;

export const auditEntry = {
  id: 'string',
  time: 'timestamp',
  event: 'string',
  operationId: 'string',
  operationKind: 'string',
  principal,
  actor: principal,
  onBehalfOf: 'string',
  reason: 'string',
  declaration: 'string',
  target: {
    accountId: 'string',
    region: 'string',
    clusterName: 'string',
    namespace: 'string',
    serviceAccount: 'string',
  },
  request: {
    associationId: 'string',
    roleArn: 'string',
    targetRoleArn: 'string',
    disableSessionTags: 'boolean',
    policy: 'string',
    tags: 'map',
    changes: ['string'],
    expiresAt: 'timestamp',
    ifExists: 'string',
    expectedRevision: 'integer',
    expectedModifiedAt: 'timestamp',
  },
  decision: { ...decision, approvalId: 'string' },
  deleteDecision: { ...decision, approvalId: 'string' },
  refusalCode: 'string',
  message: 'string',
  associationArn: 'string',
  eksRequestId: 'string',
  approvalId: 'string',
} as const satisfies Shape;

const [namespace, serviceAccount] = binding as readonly [Parameter, Parameter, ...Parameter[]];

/** A parameter that belongs to no command of the AWS CLI, so that its option can be shortened. */
function plain({ name, type, help }: Parameter): Parameter {
  return { name, type, help };
}

export const coverage = {
  accountId: 'string',
  region: 'string',
  clusterName: 'string',
  isKnown: 'boolean',
  firstScannedAt: 'timestamp',
  scannedAt: 'timestamp',
  failure: 'string',
  goneSince: 'timestamp',
} as const satisfies Shape;

const optionalCluster: Parameter = { name: 'clusterName', type: 'string', help: 'Only clusters with this name.' };

/**
 * The commands that read what the gateway knows: its clusters and namespaces, and its operations.
 */
export const readCommands: readonly Command[] = [
  {
    name: 'associations',
    operation: 'Associations',
    summary:
      'List the associations of all clusters, as they were seen last or as of a time, as far as you may view them.',
    parameters: [
      { name: 'roleArn', type: 'string', help: 'Only associations with this IAM role, as role or target role.' },
      {
        name: 'roleName',
        type: 'string',
        help: 'Only associations with a role or target role of this name in any account: a name, or path and name as in pods/payments/payments-api.',
      },
      optionalCluster,
      { name: 'accountId', type: 'string', help: 'Only clusters of this AWS account; by default all accounts.' },
      {
        name: 'clusterRegion',
        type: 'string',
        help: 'Only clusters of this AWS region; --region does not select any.',
      },
      { name: 'namespace', type: 'string', help: 'Only this Kubernetes namespace.' },
      { name: 'serviceAccount', type: 'string', help: 'Only this Kubernetes service account.' },
      { name: 'origin', type: 'string', help: 'Only what these made: OPERATION, ADOPTED, ADD_ON or OUTSIDE.' },
      { name: 'declaration', type: 'string', help: 'Only what requests of this declaration made last.' },
      { name: 'asOf', type: 'string', help: 'As of this time, as RFC 3339 text, or of the begin of this day (UTC).' },
      ...paging,
    ],
    answer: {
      associations: [
        {
          accountId: 'string',
          region: 'string',
          ...association,
          origin: 'string',
          operationId: 'string',
          declaration: 'string',
          seenOtherwiseBefore: 'timestamp',
          firstSeenAt: 'timestamp',
          observedAt: 'timestamp',
          seenOtherwiseAfter: 'timestamp',
          expiresAt: 'timestamp',
        },
      ],
      coverage: [coverage],
      nextToken: 'string',
    },
    listField: 'associations',
    sharedField: 'coverage',
  },
  {
    name: 'clusters',
    operation: 'Clusters',
    summary: 'List the clusters that the gateway serves, as far as you may see them.',
    parameters: [...paging],
    answer: {
      clusters: [
        {
          accountId: 'string',
          region: 'string',
          clusterName: 'string',
          environment: 'string',
          mayList: 'boolean',
          mayReadAuditTrail: 'boolean',
        },
      ],
      nextToken: 'string',
    },
    listField: 'clusters',
  },
  {
    name: 'namespaces',
    operation: 'Namespaces',
    summary: 'List the namespaces of a cluster and their owners, as far as you may see them.',
    parameters: [clusterName, plain(accountId), ...paging],
    answer: {
      namespaces: [
        { name: 'string', owners: ['string'], system: 'boolean', mayList: 'boolean', mayReadAuditTrail: 'boolean' },
      ],
      nextToken: 'string',
    },
    listField: 'namespaces',
  },
  {
    name: 'bindable-roles',
    operation: 'BindableRoles',
    summary:
      'List the roles that policy would let you bind to a service account, as far as they are known in advance. Give the tags of the association: ' +
      'without one that policy requires, there are none.',
    parameters: [clusterName, namespace, serviceAccount, tags, plain(onBehalfOf), plain(accountId)],
    answer: { roles: [{ roleArn: 'string', source: 'string' }] },
  },
  {
    name: 'operation',
    operation: 'Operation',
    summary: 'Show an operation: its status and its audit entries.',
    parameters: [{ name: 'operationId', type: 'string', required: true, help: 'The ID of the operation.' }],
    answer: {
      operation: {
        id: 'string',
        kind: 'string',
        status: 'string',
        target: auditEntry.target,
        startedAt: 'timestamp',
        completedAt: 'timestamp',
        associationArn: 'string',
        approvalId: 'string',
        refusalCode: 'string',
        message: 'string',
        retryAfterSeconds: 'integer',
        entries: [auditEntry],
      },
    },
  },
  {
    name: 'open-operations',
    operation: 'OpenOperations',
    summary: 'List operations that are not completed yet, the one that was examined the longest time ago first.',
    parameters: [
      { name: 'maxResults', type: 'integer', minimum: 1, help: 'How many to list, from 1 to 1,000; 100 by default.' },
    ],
    answer: {
      operations: [
        {
          operationId: 'string',
          kind: 'string',
          startedAt: 'timestamp',
          attempts: 'integer',
          nextAttemptAt: 'timestamp',
          parked: 'string',
          message: 'string',
        },
      ],
    },
    finds: ({ operations }) => Array.isArray(operations) && operations.length > 0,
  },
];
