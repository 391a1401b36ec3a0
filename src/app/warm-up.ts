import type { ClusterRef } from '../model/association.ts';
import type { Dependencies } from '../operations/terms/dependencies.ts';
import { readLocks } from '../operations/terms/locks.ts';

/**
 * How long the start of a function may wait for AWS, in milliseconds. Lambda allows 10 seconds for
 * all of it.
 */
const limitMs = 1_500;

/** What a start uses. */
type Used = Pick<Dependencies, 'authorize' | 'clock' | 'directory' | 'eksFor' | 'ledger' | 'lockMemory'>;

/**
 * Does once, while the function starts, what otherwise the first request would wait for: a read of
 * the policies in force, a decision, two reads of DynamoDB, and a list of EKS that finds nothing,
 * so that connections are open. Changes nothing and never rejects: the first request reports what
 * fails.
 */
export async function warmUp(deps: Used, current: () => Promise<Used> = () => Promise.resolve(deps)): Promise<void> {
  const [cluster] = deps.directory.clusters;
  // Two reads of DynamoDB at the same time, as those of a create, open the connections for both.
  const reads: Promise<unknown>[] = [current(), readLocks(deps), deps.ledger.getRecord('warm-up')];
  if (cluster !== undefined) {
    const query = { namespace: 'default', serviceAccount: 'warm-up', nextToken: null };
    reads.push(deps.eksFor(cluster).page(query, { deadline: deps.clock() + limitMs }));
    decide(deps, cluster);
  }
  // The timer keeps no process alive.
  const timeout = new Promise((resolve) => void setTimeout(resolve, limitMs).unref());
  await Promise.race([Promise.allSettled(reads), timeout]);
}

/**
 * Decides on the usual request: a create by an owner of a namespace, with a role by convention. A
 * denial would run more of Cedar than most requests do.
 */
function decide({ authorize, clock, directory }: Used, cluster: ClusterRef): void {
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
