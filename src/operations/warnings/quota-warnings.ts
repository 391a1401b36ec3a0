import type { CallBounds, Eks } from '../../eks/eks.ts';
import type { ClusterRef } from '../../model/association.ts';
import type { Warning } from '../../model/warning.ts';
import type { AssociationCounts } from '../terms/association-counts.ts';
import { reasonOf } from './role-warnings.ts';

/**
 * The quota of EKS for associations of a cluster. It is not adjustable (EKS user guide, "Service
 * quotas").
 */
const quota = 5_000;

/** From this number on, 90 % of the quota, there is a warning. */
const warnFrom = 4_500;

/**
 * Whether the cluster is near its quota. EKS returns no count, so its associations are listed, at
 * one call for each 100 of them.
 */
export async function quotaWarnings(
  eks: Pick<Eks, 'page'>,
  cluster: ClusterRef,
  counts: AssociationCounts,
  bounds: CallBounds,
): Promise<Warning[]> {
  const known = counts.find(cluster);
  const counted = known === null ? await count(eks, bounds) : { count: known, problem: null };
  if (counted.problem === null) counts.remember(cluster, counted.count);
  if (counted.count >= warnFrom) return [quotaNear(cluster, counted.count)];
  return counted.problem === null ? [] : [notCounted(cluster, counted.problem)];
}

/** The number of associations; with a problem, of those that were listed until then. */
async function count(eks: Pick<Eks, 'page'>, bounds: CallBounds) {
  let total = 0;
  let nextToken: string | null = null;
  // One page more than the quota fills, so that a list which does not end is not followed.
  for (let pages = 0; pages <= quota / 100; pages += 1) {
    const read = await eks.page({ namespace: null, serviceAccount: null, nextToken }, { ...bounds, isOptional: true });
    if (read.kind !== 'page') return { count: total, problem: reasonOf(read.error) };
    total += read.summaries.length;
    if (read.nextToken === null) return { count: total, problem: null };
    ({ nextToken } = read);
  }
  return { count: total, problem: 'The list of associations does not end.' };
}

function quotaNear({ clusterName }: ClusterRef, total: number): Warning {
  const isFull = total >= quota;
  return {
    code: 'QUOTA_NEAR',
    message: `Cluster ${clusterName} has ${total} associations; EKS allows ${quota}${isFull ? ', so it would refuse another one' : ''}.`,
    advice: 'Delete associations that are no longer needed, or use another cluster: the quota is not adjustable.',
  };
}

function notCounted({ clusterName }: ClusterRef, reason: string): Warning {
  return {
    code: 'NOT_CHECKED',
    message: `It is not known how many associations cluster ${clusterName} has. ${reason}`,
    advice: 'Run the dry run again, or send the create: EKS refuses it if the quota is reached.',
  };
}
