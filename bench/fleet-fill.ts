import type { ObservationStore } from '../src/ledger/cluster-scan.ts';
import type { Association, ClusterRef } from '../src/model/association.ts';
import { makeSlots } from '../src/runtime/slots.ts';
import { clusters, home, perCluster } from './fleet-world.ts';

/** The role of an association: 25 have the same. */
export const role = (index: number) => `arn:aws:iam::${home}:role/pods/payments/role-${index % 400}`;

/** The association with a number. */
export function associationOf(cluster: ClusterRef, index: number): Association {
  const associationId = `a-${String(index).padStart(17, '0')}`;
  return {
    ...cluster,
    namespace: 'payments',
    serviceAccount: `service-${index}`,
    roleArn: role(index),
    associationId,
    associationArn: `arn:aws:eks:${cluster.region}:${cluster.accountId}:podidentityassociation/${cluster.clusterName}/${associationId}`,
    tags: [],
    createdAt: '2026-11-01T00:00:00.000Z',
    modifiedAt: '2026-11-01T00:00:00.000Z',
    ownerArn: null,
    disableSessionTags: false,
    targetRoleArn: null,
    externalId: null,
    policy: null,
  };
}

/**
 * Stores what a first scan of all clusters sees. `seenAt` in milliseconds since the epoch.
 *
 * @param inEach how many associations a cluster has
 */
export async function fillFleet(store: ObservationStore, seenAt: number, inEach = perCluster): Promise<void> {
  const inSlot = makeSlots(16);
  const observe = async (cluster: ClusterRef, association: Association) => {
    const { namespace, serviceAccount, associationId, modifiedAt } = association;
    const target = { ...cluster, namespace, serviceAccount };
    const version = {
      target,
      association,
      origin: 'OUTSIDE',
      operationId: null,
      declaration: null,
      seenAt,
      seenOtherwiseAt: null,
    } as const;
    const sight = { associationId, modifiedAt, isGone: false };
    const observed = { at: seenAt, revision: 1, sight, origin: 'OUTSIDE', association, driftId: null } as const;
    await store.observeAssociation(0, { target, observed, version, openOperations: [], endedOperationIds: [] }, null);
  };
  const all = clusters.flatMap((cluster, index) =>
    Array.from({ length: inEach }, (_, one) => associationOf(cluster, index * inEach + one)).map(
      (association) => [cluster, association] as const,
    ),
  );
  await Promise.all(all.map(([cluster, association]) => inSlot(() => observe(cluster, association))));
  const times = {
    startedAt: seenAt,
    endedAt: seenAt,
    completedAt: seenAt,
    firstCompletedAt: seenAt,
    incompleteSince: null,
  };
  for (const cluster of clusters) {
    await store.putClusterScan(0, { cluster, fence: 1, leaseUntil: seenAt, ...times, failure: null });
  }
}
