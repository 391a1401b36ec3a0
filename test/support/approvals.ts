import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Approval } from '../../src/model/approval.ts';
import type { ApprovalNeed } from '../../src/model/approval-vote.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import type { ApprovalSubject, AuthorizationContext } from '../../src/policy/policy.ts';
import { vote } from '../../src/operations/approvals/vote.ts';
import type { Vote, VoteResult } from '../../src/operations/approvals/vote.ts';
import { issuer } from '../../packages/local-gateway/src/principals.ts';
import type { Gateway } from './gateway.ts';
import { approvalNeed } from './ledger-samples.ts';

/** What policy asks of changes that it would permit otherwise: a test sets it. */
export interface Asked {
  needs: readonly ApprovalNeed[];
  /** Part of the inventory that the decision uses. */
  timeZone?: string;
  /** Names of those whose votes policy does not permit; default: none. */
  deniedVoters?: readonly string[];
  /** Groups for whose approval policy permits no votes; default: none. */
  deniedGroups?: readonly string[];
  /** Whether the policies of the gateway decide about votes, instead of permitting all others. */
  votesByPolicy?: true;
  /** The contexts in which policy was asked about votes, and about what. */
  votes?: AuthorizationContext[];
  subjects?: ApprovalSubject[];
}

const changes: ReadonlySet<string> = new Set(
  ['Create', 'Update', 'Delete', 'Adopt'].map((name) => `${name}PodIdentityAssociation`),
);

/** Dependencies whose policy asks for approvals of changes that it would permit, and permits votes. */
export function askingFor(asked: Asked): (deps: Dependencies) => Dependencies {
  return (deps) => ({
    ...deps,
    authorize: (context, request) => {
      const decision = deps.authorize(context, request);
      const { needs, timeZone = decision.slice.timeZone, deniedVoters = [], deniedGroups = [] } = asked;
      if (request.action === 'ApproveRequest') {
        asked.votes?.push(context);
        asked.subjects?.push(request.approval);
        if (asked.votesByPolicy) return decision;
        const isDenied = deniedVoters.some((name) => context.identity.principal.id === `${issuer}#${name}`);
        return { ...decision, allowed: !isDenied && !deniedGroups.includes(request.approval.group) };
      }
      if (!decision.allowed || needs.length === 0 || !changes.has(request.action)) return decision;
      const violations = needs.map(({ policyId, message, advice }) => ({ policyId, message, advice }));
      const policyIds = needs.map(({ policyId }) => policyId);
      return { ...decision, allowed: false, needs, violations, policyIds, slice: { ...decision.slice, timeZone } };
    },
  });
}

export const security = approvalNeed();

/** The approval that was asked for last in any cluster. */
export async function lastApproval(ledger: ApprovalStore, gateway: Gateway): Promise<Approval> {
  const { accountId, region } = gateway.deps.home;
  const cluster = { kind: 'cluster', accountId, region, clusterName: 'apps-dev', namespace: null } as const;
  const { approvals } = await ledger.listApprovals(cluster, 1, null);
  const approval = approvals[0] && (await ledger.getApproval(approvals[0].key));
  if (!approval) throw new Error('No approval was asked for.');
  return approval;
}

/** Votes on an approval, by default bob's approval of all needs. */
export function voteOn(
  gateway: Gateway,
  ledger: Ledger & ApprovalStore,
  approval: Approval,
  fields: Partial<Vote> & { readonly by?: string } = {},
): Promise<VoteResult> {
  const { by = 'bob', ...more } = fields;
  const principal = { id: `${issuer}#${by}`, kind: 'USER', groups: ['security'], sessionName: null } as const;
  const circumstances = { sourceAddress: '192.0.2.9', userAgent: 'browser', apiRequestId: 'vote' };
  return vote({ ...gateway.deps, approvals: ledger }, approval, {
    identity: { principal, actor: null, ...circumstances },
    vote: 'APPROVE',
    policyIds: approval.binding.needs.map(({ policyId }) => policyId),
    comment: null,
    isOwnRequest: false,
    locksRevision: 0,
    comparedGroups: [],
    deadline: gateway.deps.clock() + 20_000,
    ...more,
  });
}
