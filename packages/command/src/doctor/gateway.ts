import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import { UsageError } from '../aws/errors.ts';
import { textOf } from '../declaration/compound.ts';
import type { Compound } from '../declaration/compound.ts';
import type { ClusterObjects } from '../kubernetes/objects.ts';
import type { Pod } from '../kubernetes/pod.ts';
import { readAssociations, withTimes } from './associations.ts';
import type { Associations, Cluster } from './associations.ts';

/** The cluster that the gateway is asked about; null if it is not asked. */
export async function sourceOf({ values, connection, host }: Compound): Promise<Cluster | null> {
  const clusterName = textOf(values, 'clusterName');
  if (textOf(values, 'associations') !== null) {
    if (clusterName !== null) throw new UsageError('Give --associations or --cluster-name, not both.');
    return null;
  }
  if (clusterName !== null && connection.endpointUrl === null)
    throw new UsageError('--cluster-name needs the gateway: give --endpoint-url or POD_IDENTITY_ENDPOINT_URL.');
  if (connection.endpointUrl === null) return null;
  if (clusterName === null) return (await host.contextCluster?.()) ?? null;
  return { clusterName, accountId: textOf(values, 'accountId'), region: textOf(values, 'clusterRegion') };
}

/** The associations for some objects, with the times of those whose service accounts have pods. */
export async function readFor(
  client: GatewayClient,
  cluster: Cluster,
  { pods, serviceAccounts }: Pick<ClusterObjects, 'pods' | 'serviceAccounts'>,
  options: CallOptions,
): Promise<Associations> {
  const ofAccounts = [...serviceAccounts].map((key) => key.slice(0, key.indexOf('/')));
  const namespaces = [...new Set([...pods.map(({ namespace }) => namespace), ...ofAccounts])].sort();
  const associations = await readAssociations(client, cluster, namespaces, options);
  return withTimes(client, cluster, associations, used(pods, associations), options);
}

function used(pods: readonly Pod[], { known }: Associations) {
  const keys = new Set(pods.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`));
  return [...known].filter(([key]) => keys.has(key)).map(([, association]) => association);
}
