import type { EksFor } from '../eks/eks.ts';
import type { LocksReader, RecordReader } from '../ledger/ledger.ts';
import type { ClusterRef } from '../model/association.ts';
import { readLocks } from '../operations/terms/locks.ts';
import type { LockSource } from '../operations/terms/locks.ts';
import type { Directory } from '../policy/inventory/directory.ts';
import type { Authorize } from '../policy/policy.ts';

/**
 * How long the start of a function may wait for AWS, in milliseconds. Lambda allows 10 seconds for
 * all of it.
 */
const limitMs = 1_500;

/** What a start uses. */
interface WarmUpPorts extends LockSource {
  readonly authorize: Authorize;
  readonly directory: Directory;
  readonly eksFor: EksFor;
  readonly ledger: LocksReader & RecordReader;
}

/**
 * Does once, while the function starts, what otherwise the first request would wait for: a read of
 * the policies in force, a decision, two reads of DynamoDB, and a list of EKS that finds nothing,
 * so that connections are open. Changes nothing and never rejects: the first request reports what
 * fails.
 */
export async function warmUp(
  ports: WarmUpPorts,
  current: () => Promise<WarmUpPorts> = () => Promise.resolve(ports),
): Promise<void> {
  const [cluster] = ports.directory.clusters;
  // Two reads of DynamoDB at the same time, as those of a create, open the connections for both.
  const reads: Promise<unknown>[] = [current(), readLocks(ports), ports.ledger.getRecord('warm-up')];
  if (cluster !== undefined) {
    const query = { namespace: 'default', serviceAccount: 'warm-up', nextToken: null };
    reads.push(ports.eksFor(cluster).page(query, { deadline: ports.clock() + limitMs }));
    decide(ports, cluster);
  }
  // The timer keeps no process alive.
  const timeout = new Promise((resolve) => void setTimeout(resolve, limitMs).unref());
  await Promise.race([Promise.allSettled(reads), timeout]);
}

/**
 * Decides on the usual request: a create by an owner of a namespace, with a role by convention. A
 * denial would run more of Cedar than most requests do.
 */
function decide({ authorize, clock, directory }: WarmUpPorts, cluster: ClusterRef): void {
  const { name: namespace, owners } = directory.ownedNamespaceIn(cluster) ?? {
    name: 'default',
    owners: [],
  };
  const principal = { id: 'warm-up', kind: 'USER', groups: owners, sessionName: null } as const;
  const { accountId, region, clusterName } = cluster;
  const path = (directory.rolePaths[0] ?? '/').replaceAll('{namespace}', namespace);
  authorize(
    {
      identity: { principal, actor: null, sourceAddress: null, userAgent: null, apiRequestId: 'warm-up' },
      onBehalfOf: null,
      hasReason: false,
      now: clock(),
    },
    {
      action: 'CreatePodIdentityAssociation',
      association: {
        accountId,
        region,
        clusterName,
        namespace,
        serviceAccount: 'warm-up',
        roleArn: `arn:aws:iam::${accountId}:role${path}${namespace}-warm-up`.replaceAll('*', 'x'),
        targetRoleArn: null,
        disableSessionTags: false,
        policy: null,
        tags: [{ key: 'team', value: namespace }],
      },
    },
  );
}
