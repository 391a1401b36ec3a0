import type { GatewayClient } from '../../../client/src/client/client.ts';
import type { CallOptions } from '../../../client/src/client/call.ts';
import { itemsOf } from '../../../client/src/client/pages.ts';
import { reasonsOf } from '../declaration/check.ts';
import type { Checked } from '../declaration/check.ts';
import type { Target } from '../declaration/declaration.ts';
import { check } from '../declaration/plan-command.ts';
import type { Change } from '../declaration/planner.ts';
import type { Stated } from '../declaration/states.ts';
import { inventoryLines, missingRoles, namespaceOf, readNamespaces, rolesOfViolations } from '../inventory-lines.ts';
import type { InventoryLine, MissingRoles, Namespaces } from '../inventory-lines.ts';
import type { IrsaAccount } from './service-accounts.ts';

/** What the gateway says of the association of a service account. */
export interface Asked {
  /** Null if the gateway has no such cluster, or several. */
  readonly target: Target | null;
  /** The owner of the namespace, as the tag that policy requires. */
  readonly tags: Readonly<Record<string, string>>;
  /** Why it can't be created also with the lines of the inventory; null if it can. */
  readonly reason: string | null;
}

/** What the gateway says of a move. */
export interface Answer {
  readonly asked: ReadonlyMap<IrsaAccount, Asked>;
  readonly inventory: readonly InventoryLine[];
}

/** What the gateway is asked about, beside the service accounts. */
export interface Question {
  /** The name of the declaration. */
  readonly name: string;
  readonly accountId: string | null;
  /** The region of the clusters; null: any. */
  readonly region: string | null;
  /** The key of the tag with the owner. */
  readonly ownerTag: string;
}

/**
 * Asks the gateway for the owners of the namespaces, and what policy says of the associations. A
 * call for each cluster, and for each 100 service accounts; none to EKS.
 */
export async function askGateway(
  client: GatewayClient,
  accounts: readonly IrsaAccount[],
  { name, accountId, region, ownerTag }: Question,
  options: CallOptions,
): Promise<Answer> {
  const findTarget = await targets(client, { accountId, region }, options);
  const found = accounts.map((account) => ({ account, target: findTarget(account) }));
  const known = found.flatMap(({ account, target }) => (typeof target === 'string' ? [] : [{ account, target }]));
  const namespaces = await readNamespaces(
    client,
    known.map(({ target }) => target),
    options,
  );
  const changes = known.map(({ account, target }) => createOf(account, target, tagsOf(namespaces, target, ownerTag)));
  const checks = await check(client, { declaration: name, onBehalfOf: null }, changes, options);
  const judged = changes.map((change, index) => judge(change, checks[index], namespaces));
  const asked = new Map<IrsaAccount, Asked>();
  for (const { account, target } of found)
    if (typeof target === 'string') asked.set(account, { target: null, tags: {}, reason: target });
  for (const [index, { account, target }] of known.entries())
    asked.set(account, { target, tags: changes[index]?.after?.tags ?? {}, reason: judged[index]?.reason ?? null });
  return {
    asked,
    inventory: inventoryLines(
      judged.flatMap(({ missing }) => missing ?? []),
      namespaces,
    ),
  };
}

/** A function that gives the target of a service account, or why it has none. */
async function targets(
  client: GatewayClient,
  { accountId, region }: Pick<Question, 'accountId' | 'region'>,
  options: CallOptions,
) {
  const place = region === null ? '' : ` in ${region}`;
  const clusters = new Map<string, { readonly accountId: string; readonly region: string }[]>();
  for await (const cluster of itemsOf(client.clusters, { first: 1_000 }, options)) {
    if (accountId !== null && cluster.accountId !== accountId) continue;
    if (region !== null && cluster.region !== region) continue;
    const same = clusters.get(cluster.clusterName);
    if (same) same.push(cluster);
    else clusters.set(cluster.clusterName, [cluster]);
  }
  return ({ clusterName, namespace, serviceAccount }: IrsaAccount): Target | string => {
    const [cluster, ...others] = clusters.get(clusterName) ?? [];
    if (cluster === undefined) return `The inventory has no cluster ${clusterName}${place} that you may see: add it.`;
    if (others.length > 0)
      return `Several clusters are named ${clusterName}: give --account-id, --cluster-region, or both.`;
    return { accountId: cluster.accountId, region: cluster.region, clusterName, namespace, serviceAccount };
  };
}

function tagsOf(namespaces: Namespaces, target: Target, ownerTag: string): Stated['tags'] {
  const [owner] = namespaceOf(namespaces, target)?.owners ?? [];
  return owner === undefined ? {} : { [ownerTag]: owner };
}

function createOf({ roleArn }: IrsaAccount, target: Target, tags: Stated['tags']): Change {
  const after = { roleArn, targetRoleArn: null, disableSessionTags: false, policy: null, tags };
  const nothing = { associationId: null, before: null, expectedModifiedAt: null, expectedRevision: null };
  return { action: 'create', target, after, reason: null, ...nothing };
}

interface Judged {
  readonly reason: string | null;
  readonly missing: MissingRoles | null;
}

function judge({ target, after }: Change, checked: Checked | undefined, namespaces: Namespaces): Judged {
  if (after === null || checked === undefined) return { reason: 'The gateway did not answer for it.', missing: null };
  if ((namespaceOf(namespaces, target)?.owners ?? []).length === 0) {
    const reason = `The inventory has no owner for the namespace ${target.namespace} that you may see: add one, and run irsa again.`;
    return { reason, missing: { target, roleArns: rolesOfViolations(checked, after) } };
  }
  const roleArns = missingRoles(checked, after);
  if (roleArns.length > 0) return { reason: null, missing: { target, roleArns } };
  // What exists or is locked is a matter of the plan.
  const refusal = checked.refusal?.code === 'INVALID_INPUT' ? checked.refusal : null;
  const reasons = reasonsOf({ ...checked, refusal });
  return { reason: reasons.length === 0 ? null : reasons.join(' '), missing: null };
}
