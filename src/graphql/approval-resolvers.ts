import type { MutationResolvers, QueryResolvers, Resolvers } from '../generated/resolvers.ts';
import { expiryOf, publicApprovalId } from '../model/approval.ts';
import type { Approval } from '../model/approval.ts';
import { votedNeeds } from '../model/approval-vote.ts';
import { isAskedBy } from '../operations/approvals/asker.ts';
import type { ApproveInput } from '../generated/types.ts';
import { castVote } from '../operations/approvals/cast-vote.ts';
import { withdrawApproval } from '../operations/approvals/withdraw-approval.ts';
import { requireApprovals } from '../operations/terms/dependencies.ts';
import { summarize } from '../operations/kinds/operations.ts';
import { readApproval, readApprovals, viewerMayVote } from '../queries/approvals.ts';
import { environmentOf, existingOf, recentChangesQuery, roleUseOf, warningsOf } from '../queries/approval-view.ts';
import { outcomeOf } from '../queries/trail/outcome.ts';
import { auditTrail } from '../queries/trail/trail.ts';
import { hasTrailPage } from './trail-read-record.ts';
import { visibleTo } from '../queries/terms/authorize-read.ts';
import { currentDecision, currentDeleteDecision } from '../queries/associations/current-decision.ts';
import type { RequestContext } from '../queries/terms/request-context.ts';
import { valueOf } from './errors.ts';
import { connection } from './read-resolvers.ts';
import { reported } from './request-report.ts';

/** The queries about approvals. */
export const approvalQueries = {
  approval: (_, { id }, context) => readApproval(context.reads, context, id),
  approvals: async (_, input, context) => {
    const page = valueOf(await readApprovals(context.reads, context, input, context.deadline));
    context.takeRows(page.edges.length);
    return connection(page);
  },
} satisfies QueryResolvers;

const cast =
  (vote: 'APPROVE' | 'REJECT') =>
  async (_: unknown, { input }: { readonly input: ApproveInput }, context: RequestContext) => {
    const { deps, identity, deadline } = context;
    const load = (id: string) => readApproval(deps, context, id);
    return reported(
      await castVote(
        { ...deps, approvals: requireApprovals(deps.approvals) },
        { vote, input, identity, deadline, load },
      ),
    );
  };

/** The votes, and withdrawals. */
export const approvalMutations = {
  approve: cast('APPROVE'),
  reject: cast('REJECT'),
  withdrawApproval: async (_, { input }, { deps, identity, deadline }) =>
    reported(
      await withdrawApproval({ ...deps, approvals: requireApprovals(deps.approvals) }, { input, identity, deadline }),
    ),
} satisfies MutationResolvers;

/** The approval in the payload of a mutation, which a lock that stops all reads stops too. */
async function unlessLocked(approval: Approval | null, { requireUnlocked }: RequestContext): Promise<Approval | null> {
  if (approval !== null) await requireUnlocked();
  return approval;
}

/** The fields of approvals that need a resolver. */
export const approvalFields = {
  Approval: {
    id: publicApprovalId,
    principal: ({ requested }) => requested.principal,
    actor: ({ requested }) => requested.actor,
    onBehalfOf: ({ requested }) => requested.onBehalfOf,
    reason: ({ requested }) => requested.reason,
    declaration: ({ requested }) => requested.declaration ?? null,
    target: ({ requested }) => requested.target,
    request: ({ requested }) => summarize(requested),
    before: async ({ requested: { before } }, _, { authorizeRead, requireUnlocked }) => {
      if (before === null) return null;
      await requireUnlocked();
      return visibleTo(authorizeRead, before);
    },
    needs: ({ binding, votes }) => votedNeeds(binding.needs, votes),
    currentDecision: (approval, _, { deps }) => currentDecision(deps, approval),
    currentDeleteDecision: async (approval, _, { reads, deadline, requireUnlocked }) => {
      await requireUnlocked();
      return currentDeleteDecision(reads, approval, deadline);
    },
    voidedVotes: ({ voidedVotes = [] }) => voidedVotes,
    rejectedBy: ({ votes }) => votes.find(({ vote }) => vote === 'REJECT') ?? null,
    expiresAt: (approval) => new Date(expiryOf(approval)).toISOString(),
    operationId: ({ usedBy }) => usedBy,
    viewerMayVote: (approval, _, context) => viewerMayVote(context, approval, context.deps.clock()),
    environment: ({ requested: { target } }, _, { deps }) => environmentOf(deps.directory, target),
    existing: async (approval, _, context) => {
      await context.requireUnlocked();
      return valueOf(await existingOf(context, approval));
    },
    warnings: async (approval, _, context) => {
      await context.requireUnlocked();
      return warningsOf(context, approval);
    },
    roleUse: async (approval, _, context) => {
      await context.requireUnlocked();
      return valueOf(await roleUseOf(context, approval));
    },
    recentChanges: async (approval, _, context, info) => {
      await context.requireUnlocked();
      const { reads, deadline, takeRows, once } = context;
      const query = recentChangesQuery(approval);
      const result = await once(`changes ${JSON.stringify(query)}`, () => auditTrail(reads, context, query, deadline));
      if (result.kind === 'denied') return null;
      const { edges } = valueOf(result);
      hasTrailPage(context, info);
      takeRows(edges.length);
      return edges.map(({ node }) => node);
    },
    outcome: async ({ usedBy }, _, { reads, once, requireUnlocked }) => {
      if (usedBy === null) return null;
      await requireUnlocked();
      return outcomeOf(reads, once, usedBy);
    },
    clientRequestToken: async (approval, _, { identity, requireUnlocked }) => {
      if (!isAskedBy(approval, identity)) return null;
      await requireUnlocked();
      return approval.clientRequestToken ?? null;
    },
  },
  ApprovalVote: { ownRequest: ({ isOwnRequest }) => isOwnRequest },
  ApprovalPayload: { approval: ({ approval }, _, context) => unlessLocked(approval, context) },
  ApprovalRequired: {
    approval: ({ approval }, _, context) => unlessLocked(approval, context),
    // The request is refused whatever is known of the locks: then it shows no votes.
    needs: async ({ approval, needs }, _, context) => {
      const shown = await unlessLocked(approval, context).catch(() => null);
      return votedNeeds(approval?.binding.needs ?? needs, shown?.votes ?? []);
    },
  },
  PolicyDecision: {
    needs: ({ needs = [], approval }) => votedNeeds(needs, approval?.votes ?? []),
    approvalId: ({ approval }) => approval?.approvalId ?? null,
    permittedBy: ({ permittedBy, allowed, needs, policyIds }) =>
      permittedBy ?? (allowed && needs === undefined ? policyIds : []),
    onlyAsDryRun: ({ onlyAsDryRun = false }) => onlyAsDryRun,
  },
} satisfies Resolvers;
