import * as z from 'zod';
import { cluster, fields, page } from './inputs.ts';
import { longestInList, plain } from './plain.ts';
import { one, pageOf } from './read-tools.ts';
import { readsOthers, tool } from './tool.ts';
import type { Tool } from './tool.ts';

const { namespace, serviceAccount, roleArn, time, id } = fields;

/** What a list shows of an entry: enough to choose an operation to read. */
const summaryDocument = `
  query Trail(
    $scope: AuditScope! $since: DateTime $until: DateTime $events: [AuditEvent!] $operationKinds: [OperationKind!]
    $roleArn: String $refusalCodes: [RefusalCode!] $policyId: String $first: Int $after: String
  ) {
    auditTrail(
      scope: $scope since: $since until: $until events: $events operationKinds: $operationKinds
      roleArn: $roleArn refusalCodes: $refusalCodes policyId: $policyId first: $first after: $after
    ) {
      nodes {
        id time event operationId operationKind reason refusalCode message approvalId
        principal { principalId } target { clusterName namespace serviceAccount } request { roleArn }
      }
      omittedEvents
      pageInfo { hasNextPage endCursor }
    }
  }`;

interface Trail extends Record<string, unknown> {
  readonly auditTrail: Parameters<typeof pageOf>[1] & { readonly omittedEvents: readonly string[] };
}

const names = z.array(z.string().regex(/^[A-Z_]{1,60}$/, 'must be a name in capitals')).max(30);
const scope = z
  .strictObject({
    cluster: z
      .strictObject({ ...cluster, namespace: namespace.optional(), serviceAccount: serviceAccount.optional() })
      .optional()
      .describe('Changes in a cluster, in a namespace or to a service account.'),
    principalId: id.optional().describe('All requests of a principal: whoami has the id of the person.'),
    associationArn: id.optional().describe('Changes to an association.'),
    operationId: id.optional().describe('An operation, or the approval with this id.'),
    gateway: z.literal('ALL_ENTRIES').optional().describe('All entries, for auditors.'),
  })
  .refine((given) => Object.values(given).filter((value) => value !== undefined).length === 1, {
    message: 'must have exactly one field',
  })
  .describe('Which entries to read: set exactly one field.');

/** How many entries of an operation are shown: only a token that is sent very often has more. */
const shownEntries = 20;

export const trailTools: readonly Tool[] = [
  tool({
    name: 'read_trail',
    title: 'Read the audit trail',
    description:
      'Summaries of audit entries, newest first: who asked for what, and what became of it. get_operation has the decision and all entries of an operation. A page can be empty although more follow. omittedEvents are not in this scope: an empty page does not mean that there were none.',
    input: z.strictObject({
      scope,
      since: time.optional(),
      until: time.optional(),
      events: names.optional().describe('E.g. SUCCEEDED, REFUSED, DENIED, CHECKED, APPROVAL_REQUESTED, DRIFT_FOUND.'),
      operationKinds: names.optional().describe('E.g. CREATE_POD_IDENTITY_ASSOCIATION.'),
      roleArn: roleArn.optional(),
      refusalCodes: names.optional().describe('E.g. POLICY_DENIED.'),
      policyId: z.string().max(200).optional().describe('The policy that decided.'),
      ...page,
    }),
    data: ['entries', 'omittedEvents', 'nextCursor'],
    annotations: readsOthers,
    run: async ({ limit, cursor, ...filter }, { client, options }) => {
      const asked = { ...filter, first: limit, after: cursor };
      const { auditTrail } = await client.request<Trail>(summaryDocument, asked, options);
      return pageOf('entries', auditTrail, { omittedEvents: auditTrail.omittedEvents });
    },
  }),
  tool({
    name: 'get_operation',
    title: 'Read an operation',
    description:
      'An operation with its status and its audit entries: the decision and the policies behind it, the request, the EKS request id. Use it to follow an operation that is IN_PROGRESS.',
    input: z.strictObject({ operationId: id }),
    data: ['operation'],
    annotations: readsOthers,
    run: async ({ operationId }, { client, options }) => {
      const operation = await client.operation({ id: operationId }, options);
      if (operation === null) return one('operation', null);
      const { entries, ...others } = operation;
      const shown = plain(entries.slice(0, shownEntries), longestInList);
      return one('operation', { ...others, entries: shown, otherEntries: entries.length - shown.length });
    },
  }),
];
