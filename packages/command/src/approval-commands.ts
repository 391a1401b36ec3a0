import { accountId, association, paging } from './commands.ts';
import type { Command, Parameter, Shape } from './commands.ts';
import { auditEntry, principal } from './read-commands.ts';

const vote = {
  principal,
  actor: principal,
  comment: 'string',
  ownRequest: 'boolean',
  time: 'timestamp',
} as const satisfies Shape;

const approval = {
  id: 'string',
  shortId: 'string',
  state: 'string',
  operation: 'string',
  principal,
  actor: principal,
  onBehalfOf: 'string',
  reason: 'string',
  declaration: 'string',
  target: auditEntry.target,
  request: auditEntry.request,
  before: association,
  needs: [
    {
      policyId: 'string',
      message: 'string',
      advice: 'string',
      group: 'string',
      count: 'integer',
      operation: 'string',
      approvedBy: [vote],
    },
  ],
  rejectedBy: vote,
  voidedVotes: [{ principal, actor: principal, time: 'timestamp', reason: 'string', voidedAt: 'timestamp' }],
  requestedAt: 'timestamp',
  expiresAt: 'timestamp',
  operationId: 'string',
  link: 'string',
} as const satisfies Shape;

const approvalId: Parameter = {
  name: 'approvalId',
  type: 'string',
  required: true,
  help: 'The ID of the approval, or its last eight characters.',
};
const positional = { name: approvalId.name, help: approvalId.help };

const yes: Parameter = {
  name: 'yes',
  type: 'boolean',
  own: true,
  help: 'Vote by a short ID without asking. A short ID is the last eight characters of the ID.',
};

const comment: Parameter = {
  name: 'comment',
  type: 'string',
  help: 'A comment, which the approval shows and the audit trail records.',
};

/** The commands of approvals: to find and read them, to vote, and for who asked. */
export const approvalCommands: readonly Command[] = [
  {
    name: 'approvals',
    operation: 'Approvals',
    summary:
      'List approvals that you may see: the pending ones of all clusters, or all of a cluster, the newest first.',
    parameters: [
      { name: 'clusterName', type: 'string', help: 'Approvals in this cluster, in any state.' },
      { name: 'namespace', type: 'string', help: 'Only this Kubernetes namespace of the cluster.' },
      { name: 'serviceAccount', type: 'string', help: 'Only this Kubernetes service account of the namespace.' },
      {
        name: 'state',
        type: 'string',
        help: 'Only this state: PENDING, APPROVED, REJECTED, EXPIRED, USED or WITHDRAWN.',
      },
      { name: 'own', type: 'boolean', help: 'Your own that can still be approved or used.' },
      { name: accountId.name, type: 'string', help: accountId.help },
      ...paging,
    ],
    answer: { approvals: [approval], nextToken: 'string' },
    listField: 'approvals',
  },
  {
    name: 'approval',
    operation: 'Approval',
    summary: 'Show an approval: what exactly is asked for, who has to approve it, and who has.',
    positional,
    parameters: [approvalId],
    answer: { approval },
  },
  {
    name: 'approve',
    operation: 'Approve',
    summary: 'Approve a request that is held. Its client makes the change by sending it again.',
    positional,
    parameters: [approvalId, comment, yes],
    answer: { approval },
  },
  {
    name: 'reject',
    operation: 'Reject',
    summary: 'Reject a request that is held, for good.',
    positional,
    parameters: [approvalId, comment, yes],
    answer: { approval },
  },
  {
    name: 'withdraw-approval',
    operation: 'WithdrawApproval',
    summary: 'Withdraw a request of yours that is held, or approved and not used yet.',
    positional,
    parameters: [approvalId],
    answer: { approval },
  },
  {
    name: 'resume',
    operation: 'ResumeRequest',
    summary: 'Send a request of yours that was held again, from any machine: it takes effect once.',
    positional,
    parameters: [approvalId],
    answer: { association },
    isMutation: true,
  },
];
