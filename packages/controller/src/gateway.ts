import { createHash } from 'node:crypto';
import { bearer } from '../../client/src/client/auth.ts';
import { makeGatewayClient } from '../../client/src/client/client.ts';
import type { GatewayClient } from '../../client/src/client/client.ts';
import { pageLink } from '../../client/src/client/page-links.ts';
import { kind, retryOf } from './binding.ts';
import type { Binding } from './binding.ts';
import { failureOf, outcomeOf } from './outcome.ts';
import type { Outcome } from './outcome.ts';

/** The cluster of the controller, as the gateway knows it; null: account and region of the gateway. */
export interface Cluster {
  readonly clusterName: string;
  readonly accountId: string | null;
  readonly region: string | null;
}

/** What the controller asks the gateway. */
export interface Gateway {
  /** Makes an association as a resource declares it. */
  readonly ensure: (binding: Binding, serviceAccount: string) => Promise<Outcome>;
  /** Deletes an association, if it is that of the resource. */
  readonly ensureNo: (binding: Binding, serviceAccount: string) => Promise<Outcome>;
  /** What became of an approval; null: send its request again. Without an answer, it is taken to be pending. */
  readonly approval: (
    namespace: string,
    id: string,
  ) => Promise<'Pending' | 'Rejected' | 'Expired' | 'Withdrawn' | null>;
}

/** Where the gateway is, and whose tokens it gets. */
export interface GatewaySettings {
  readonly url: string;
  readonly cluster: Cluster;
  readonly tokenOf: (namespace: string) => Promise<string>;
  /** Once aborted, no retry follows an answer that says that nothing was done. */
  readonly finish: AbortSignal;
  /** Ends all requests. */
  readonly signal: AbortSignal;
}

/** The client repeats for a short time; the queue of the controller waits longer. */
const retries = { maxAttempts: 5, maxElapsedMs: 10_000 };

/** The gateway, asked with the token of the namespace that a request is about. */
export function makeGateway({ url, cluster, tokenOf, finish, signal }: GatewaySettings): Gateway {
  const clients = new Map<string, GatewayClient>();
  const options = { signal, finish };
  let pageUrl: string | null = null;

  const clientOf = (namespace: string) => {
    const client =
      clients.get(namespace) ??
      makeGatewayClient({ url, authentication: bearer(() => tokenOf(namespace)), retries, timeoutMs: 35_000 });
    clients.set(namespace, client);
    return client;
  };
  const common = (binding: Binding, serviceAccount: string) => ({
    ...cluster,
    namespace: binding.namespace,
    serviceAccount,
    declaration: declarationOf(cluster.clusterName, binding.namespace, binding.name),
    takeOver: binding.spec.takeOver ?? false,
    attempt: retryOf(binding) || null,
    reason: `${kind} ${binding.namespace}/${binding.name}`,
  });
  type Ensure = GatewayClient['ensurePodIdentityAssociation'] | GatewayClient['ensureNoPodIdentityAssociation'];
  const send = async (namespace: string, request: (client: GatewayClient) => ReturnType<Ensure>) => {
    try {
      const client = clientOf(namespace);
      const result = await request(client);
      // Only a link depends on it.
      if (result.kind === 'refused') pageUrl ??= await client.pageUrl(options).catch(() => null);
      return outcomeOf(result, (id) => pageUrl && pageLink(pageUrl, 'approval', id));
    } catch (error) {
      signal.throwIfAborted();
      return failureOf(error);
    }
  };
  return {
    ensure: (binding, serviceAccount) => {
      const { roleArn, targetRoleArn, tags, disableSessionTags, policy, expiresAt } = binding.spec;
      return send(binding.namespace, (client) =>
        client.ensurePodIdentityAssociation(
          {
            ...common(binding, serviceAccount),
            roleArn,
            targetRoleArn: targetRoleArn ?? null,
            tags: tags ? Object.entries(tags).map(([key, value]) => ({ key, value })) : null,
            disableSessionTags: disableSessionTags ?? false,
            policy: policy ?? null,
            expiresAt: expiresAt ?? null,
          },
          options,
        ),
      );
    },
    ensureNo: (binding, serviceAccount) =>
      send(binding.namespace, (client) =>
        client.ensureNoPodIdentityAssociation(common(binding, serviceAccount), options),
      ),
    approval: async (namespace, id) => {
      try {
        const found = await clientOf(namespace).approval({ id }, options);
        if (found === null) return null;
        const { state, expiresAt } = found;
        // Its end is recorded later.
        const isOver = Date.parse(expiresAt) <= Date.now();
        if (state === 'PENDING') return isOver ? 'Expired' : 'Pending';
        if (state === 'APPROVED') return isOver ? 'Expired' : null;
        return endings.get(state) ?? null;
      } catch {
        signal.throwIfAborted();
        return 'Pending';
      }
    },
  };
}

const endings: ReadonlyMap<string, 'Rejected' | 'Expired' | 'Withdrawn'> = new Map([
  ['REJECTED', 'Rejected'],
  ['EXPIRED', 'Expired'],
  ['WITHDRAWN', 'Withdrawn'],
]);

/** As long as a declaration's name can be. */
const maxLength = 128;

/** Who owns the associations of a resource. A resource that is made again under its name owns them too. */
function declarationOf(clusterName: string, namespace: string, name: string): string {
  const text = `kubernetes:${clusterName}/${namespace}/${name}`;
  if (text.length <= maxLength) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return `${text.slice(0, maxLength - hash.length - 1)}#${hash}`;
}
