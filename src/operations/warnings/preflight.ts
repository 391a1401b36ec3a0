import type { AddonResult, CallBounds, ClusterResult, Eks } from '../../eks/eks.ts';
import type { ClusterScanReads } from '../../ledger/cluster-scan.ts';
import type { ClusterRef } from '../../model/association.ts';
import type { Warning } from '../../model/warning.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Preflight } from '../terms/dependencies.ts';
import { warningsAfterAdoption, warningsOfExpiry } from '../terms/advice.ts';
import type { Operation } from '../terms/operation.ts';
import type { RoleReader } from '../terms/read-role.ts';
import { expirySetBy } from '../terms/result.ts';
import type { MutationResult } from '../terms/result.ts';
import type { DryRunSubject, PreflightSubject } from './subject.ts';
import { quotaWarnings } from './quota-warnings.ts';
import { reasonOf, roleWarnings } from './role-warnings.ts';
import { targetRoleWarnings } from './target-role-warnings.ts';
import type { OperationKind, RequestOf } from '../../model/operation.ts';

/**
 * The add-on with which the agent of EKS Pod Identity is installed. EKS Auto Mode has the agent
 * built in.
 */
const agentAddon = 'eks-pod-identity-agent';

/**
 * The most time that the reads take, so that a slow EKS does not delay the answer of a change.
 * Milliseconds.
 */
const readMs = 3_000;

/**
 * What the readiness of cluster and roles is read with: the budget of one request, and EKS at the
 * pace of reads.
 */
interface ReadinessReads extends RoleReader {
  readonly clock: Clock;
  readonly preflightRoles: boolean;
}

/** What warnings are found with: what readiness is read with, and when that is done. */
export interface WarningReads extends ReadinessReads {
  readonly preflight: Preflight;
  readonly ledger: ClusterScanReads;
}

/**
 * The warnings of a dry run, from up to two EKS calls and two IAM calls, and for a create one read
 * of the ledger. `deadline` is in milliseconds since the epoch.
 */
export async function checkWarnings(
  reads: WarningReads,
  { subject }: { readonly subject: DryRunSubject | null },
  deadline: number,
): Promise<Warning[]> {
  if (subject === null) return [];
  const isRead = reads.preflight !== 'off';
  const leftMs = Math.min(deadline - reads.clock(), readMs);
  const warnings = [
    readinessOf(reads, subject, deadline, isRead),
    ...(isRead && subject.isNew ? [quotaWarnings(reads.ledger, subject, leftMs)] : []),
  ];
  return (await Promise.all(warnings)).flat();
}

/**
 * The warnings of a change that is done: what pods need now and, where the setting says so, those
 * of a dry run. Read after the change and not before: it does not depend on them, and must not wait
 * for them.
 */
export async function changeWarnings<Kind extends OperationKind>(
  reads: WarningReads,
  { needsAgent, warningsAfter }: Pick<Operation<Kind>, 'needsAgent' | 'warningsAfter'>,
  result: Pick<MutationResult, 'association' | 'adopted' | 'differences' | 'auditEntry'>,
  deadline: number,
): Promise<Warning[]> {
  const { association, adopted, differences, auditEntry } = result;
  if (association === null) return [];
  const readiness = needsAgent ? readinessOf(reads, association, deadline, reads.preflight === 'changes') : [];
  const after = adopted
    ? warningsAfterAdoption(differences)
    : warningsAfter(association, auditEntry.request as RequestOf[Kind]);
  return [...(await readiness), ...after, ...warningsOfExpiry(association, expirySetBy(result))];
}

/**
 * Whether pods can get credentials: their cluster is active and has the agent, their role trusts
 * EKS Pod Identity, and a target role trusts their role.
 *
 * @param isRead whether it is read; without, only what the association itself says
 */
async function readinessOf(
  reads: ReadinessReads,
  subject: PreflightSubject,
  deadline: number,
  isRead: boolean,
): Promise<Warning[]> {
  if (!isRead) return targetRoleWarnings(reads, subject, null);
  const bounds = { deadline: Math.min(deadline, reads.clock() + readMs) };
  const warnings = [
    clusterWarnings(reads.eksFor(subject), subject, bounds),
    ...(reads.preflightRoles ? [roleWarnings(reads, subject, bounds)] : []),
    targetRoleWarnings(reads, subject, reads.preflightRoles ? bounds : null),
  ];
  return (await Promise.all(warnings)).flat();
}

async function clusterWarnings(eks: Eks, cluster: ClusterRef, bounds: CallBounds): Promise<Warning[]> {
  const described = await eks.describeCluster(bounds);
  if (described.kind === 'absent') return [notChecked(cluster, 'EKS does not find the cluster.')];
  if (described.kind === 'failed') return [notChecked(cluster, reasonOf(described.error))];
  const agent = described.hasAutoMode ? null : await eks.describeAddon(agentAddon, bounds);
  return [...statusWarnings(cluster, described), ...(agent === null ? [] : agentWarnings(cluster, agent))];
}

function statusWarnings({ clusterName }: ClusterRef, { status }: Extract<ClusterResult, { kind: 'found' }>): Warning[] {
  if (status === 'ACTIVE') return [];
  return [
    {
      code: 'CLUSTER_NOT_ACTIVE',
      message: `The status of cluster ${clusterName} is ${status}, not ACTIVE.`,
      advice: 'Wait until the cluster is ACTIVE, or ask its operators: until then, EKS or the pods can fail.',
    },
  ];
}

function agentWarnings(cluster: ClusterRef, agent: AddonResult): Warning[] {
  const { clusterName } = cluster;
  if (agent.kind === 'failed') return [notChecked(cluster, reasonOf(agent.error))];
  if (agent.kind === 'absent') {
    return [
      {
        code: 'AGENT_MISSING',
        message: `Cluster ${clusterName} has neither EKS Auto Mode nor the add-on ${agentAddon}: pods get no credentials.`,
        advice: `Have the add-on ${agentAddon} installed, unless the nodes have the agent from another source.`,
      },
    ];
  }
  if (agent.status === 'ACTIVE') return [];
  return [
    {
      code: 'AGENT_NOT_ACTIVE',
      message: `The status of the add-on ${agentAddon} of cluster ${clusterName} is ${agent.status}, not ACTIVE.`,
      advice: 'Wait until the add-on is ACTIVE, or have its health issues fixed: pods can fail to get credentials.',
    },
  ];
}

function notChecked({ clusterName }: ClusterRef, reason: string): Warning {
  return {
    code: 'NOT_CHECKED',
    message: `It is not known whether cluster ${clusterName} is ready for EKS Pod Identity. ${reason}`,
    advice:
      'Check the cluster and its agent yourself, or run the dry run again. If the reason is an access error, ask the operators of the ' +
      'gateway to allow its IAM role eks:DescribeCluster and eks:DescribeAddon.',
  };
}
