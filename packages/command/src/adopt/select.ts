import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import { itemsOf } from '../../../client/src/client/pages.ts';
import { mapLimited } from '../declaration/check.ts';
import { clusterKeyOf } from '../declaration/declaration.ts';
import type { Target } from '../declaration/declaration.ts';
import { readAssociations } from '../declaration/observe.ts';
import type { Coverage, SeenAssociation } from '../declaration/observe.ts';
import { matches } from '../declaration/template.ts';

/**
 * Names, or patterns in which `*` stands for any text, of which one has to match. Empty: everything
 * does.
 */
export interface Selectors {
  readonly accountId: readonly string[];
  readonly region: readonly string[];
  readonly clusterName: readonly string[];
  readonly namespace: readonly string[];
  /** Of the role or the target role. */
  readonly roleArn: readonly string[];
}

/** What the gateway knows of the associations that are selected. */
export interface Selected {
  /** Made outside, and never recorded by the gateway. */
  readonly outside: readonly SeenAssociation[];
  /** Recorded by the gateway, and changed outside since, or with a tag as if they were. */
  readonly drifted: readonly SeenAssociation[];
  /** Adopted already. */
  readonly adopted: readonly SeenAssociation[];
  /** How many the gateway made. */
  readonly made: number;
  /** How many EKS add-ons own. */
  readonly addOns: number;
  /** Clusters of which it is not known what they have. */
  readonly unknown: readonly Coverage[];
}

/** How many clusters are read at once. */
const concurrency = 8;
const pageSize = 1_000;
const ownTags = 'pod-identity-gateway/';

/** Reads what scans and operations saw: a call for each 1,000 associations, and none to EKS. */
export async function select(client: GatewayClient, selectors: Selectors, options: CallOptions): Promise<Selected> {
  const { associations, coverage } = await readAssociations(client, filterOf(selectors), options);
  const selected = associations.filter((one) => isSelected(selectors, one));
  const of = (origin: string) => selected.filter((one) => one.origin === origin);
  const outside = of('OUTSIDE');
  const unmanaged = await unmanagedIn(client, outside.filter(canBeDrift), options);
  const isDrift = (one: SeenAssociation) => canBeDrift(one) && !unmanaged.has(one.associationId);
  return {
    outside: outside.filter((one) => !isDrift(one)),
    drifted: outside.filter(isDrift),
    adopted: of('ADOPTED'),
    made: of('OPERATION').length,
    addOns: of('ADD_ON').length,
    unknown: coverage.filter((one) => !one.isKnown && isClusterSelected(selectors, one)),
  };
}

/** What the gateway can select itself: one name that is not a pattern. */
function filterOf({ accountId, region, clusterName, namespace, roleArn }: Selectors) {
  const single = ([first, ...others]: readonly string[]) =>
    first === undefined || others.length > 0 || first.includes('*') ? null : first;
  return {
    accountId: single(accountId),
    region: single(region),
    clusterName: single(clusterName),
    namespace: single(namespace),
    roleArn: single(roleArn),
  };
}

function isSelected(selectors: Selectors, one: SeenAssociation): boolean {
  const roles = one.targetRoleArn === null ? [one.roleArn] : [one.roleArn, one.targetRoleArn];
  return (
    isClusterSelected(selectors, one) &&
    matchesAny(selectors.namespace, one.namespace) &&
    roles.some((role) => matchesAny(selectors.roleArn, role))
  );
}

type Cluster = Pick<Target, 'accountId' | 'region' | 'clusterName'>;

function isClusterSelected(selectors: Selectors, cluster: Cluster): boolean {
  const fields = ['accountId', 'region', 'clusterName'] as const;
  return fields.every((field) => matchesAny(selectors[field], cluster[field]));
}

function matchesAny(patterns: readonly string[], text: string): boolean {
  return patterns.length === 0 || patterns.some((pattern) => matches(pattern, text));
}

/**
 * Whether an association from outside can be the change of one that the gateway recorded: what was
 * there before the first scan, without the tag of the gateway, is not.
 */
function canBeDrift({ seenOtherwiseBefore, tags }: SeenAssociation): boolean {
  return seenOtherwiseBefore !== null || Object.keys(tags).some((key) => key.startsWith(ownTags));
}

/** The ids of those that the gateway never recorded, by the drift that scans saw. */
async function unmanagedIn(
  client: GatewayClient,
  associations: readonly SeenAssociation[],
  options: CallOptions,
): Promise<ReadonlySet<string>> {
  const clusters = new Map(associations.map((one) => [clusterKeyOf(one), one]));
  const ids = await mapLimited([...clusters.values()], concurrency, async ({ accountId, region, clusterName }) => {
    const found: string[] = [];
    const variables = { accountId, region, clusterName, source: 'SCAN', first: pageSize } as const;
    for await (const { kind, association } of itemsOf(client.associationDrift, variables, options)) {
      if (kind === 'UNMANAGED' && association) found.push(association.associationId);
    }
    return found;
  });
  return new Set(ids.flat());
}
