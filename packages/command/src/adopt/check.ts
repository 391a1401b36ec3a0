import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import { judged, mapLimited } from '../declaration/check.ts';
import type { Checked } from '../declaration/check.ts';
import { clusterKeyOf, keyOf } from '../declaration/declaration.ts';
import type { SeenAssociation } from '../declaration/observe.ts';
import { statedOf } from '../declaration/planner.ts';
import type { Change } from '../declaration/planner.ts';

/** What an adoption records beside the association. */
export interface Recorded {
  readonly reason: string | null;
  readonly onBehalfOf: string | null;
}

/** What policy says of an association. */
export interface Verdict {
  readonly association: SeenAssociation;
  /** Its adoption; null if policy or a lock denies it, or it is adopted already. */
  readonly change: Change | null;
  /** Why it is not adopted, a sentence each. */
  readonly reasons: readonly string[];
  /** Of an update that changes nothing: what policy says of the next one. */
  readonly update: Checked;
}

/** The limits of one check. */
const limits = { changes: 100, clusters: 10 } as const;
/** How many checks are under way at once. */
const concurrency = 4;

/** The input of an adoption, without its token. */
export function adoptionInput(
  change: Pick<Change, 'target' | 'associationId' | 'expectedModifiedAt'>,
  recorded: Recorded,
) {
  const { accountId, region, clusterName } = change.target;
  const { associationId, expectedModifiedAt } = change;
  return { accountId, region, clusterName, associationId: associationId ?? '', expectedModifiedAt, ...recorded };
}

/**
 * Asks of each association outside whether it would be adopted, and of each, also of those that
 * are adopted, whether policy would permit an update. Makes no EKS or IAM call.
 */
export async function checkAll(
  client: GatewayClient,
  { outside, adopted }: { readonly outside: readonly SeenAssociation[]; readonly adopted: readonly SeenAssociation[] },
  recorded: Recorded,
  options: CallOptions,
): Promise<readonly Verdict[]> {
  const isOutside = new Set(outside);
  const all = [...outside, ...adopted].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  const verdicts = await mapLimited(batchesOf(all, limits.changes / 2), concurrency, async (batch) => {
    const adopting = batch.filter((one) => isOutside.has(one)).map((one) => adoptionOf(one, recorded));
    const inputs = [
      ...adopting.map((change) => ({ adopt: adoptionInput(change, recorded) })),
      ...batch.map((one) => ({ update: updateInput(one, recorded) })),
    ];
    const { results } = await client.checkPodIdentityAssociations({ input: { changes: inputs } }, options);
    const updates = results.slice(adopting.length);
    const { changes, denied } = judged(adopting, results.slice(0, adopting.length));
    const changeOf = new Map(changes.map((one) => [keyOf(one.target), one]));
    const reasonsOf = new Map(denied.map((one) => [keyOf(one.target), one.reasons]));
    return batch.flatMap((association, index): readonly Verdict[] => {
      const [key, update] = [keyOf(association), updates[index]];
      const [change, reasons] = [changeOf.get(key) ?? null, reasonsOf.get(key) ?? []];
      return update === undefined ? [] : [{ association, change, reasons, update }];
    });
  });
  return verdicts.flat();
}

/** Associations in the order of their clusters, as one check takes them. */
function batchesOf(associations: readonly SeenAssociation[], size: number): readonly (readonly SeenAssociation[])[] {
  const batches: SeenAssociation[][] = [];
  const clusters = new Set<string>();
  for (const one of associations) {
    const batch = batches.at(-1);
    clusters.add(clusterKeyOf(one));
    if (batch !== undefined && batch.length < size && clusters.size <= limits.clusters) {
      batch.push(one);
    } else {
      clusters.clear();
      clusters.add(clusterKeyOf(one));
      batches.push([one]);
    }
  }
  return batches;
}

function adoptionOf(association: SeenAssociation, { reason }: Recorded): Change {
  const { accountId, region, clusterName, namespace, serviceAccount, associationId, modifiedAt } = association;
  const state = statedOf(association);
  return {
    action: 'adopt',
    target: { accountId, region, clusterName, namespace, serviceAccount },
    associationId,
    before: state,
    after: state,
    expectedModifiedAt: modifiedAt,
    expectedRevision: null,
    reason,
  };
}

function updateInput({ accountId, region, clusterName, associationId, roleArn }: SeenAssociation, recorded: Recorded) {
  return { accountId, region, clusterName, associationId, roleArn, onBehalfOf: recorded.onBehalfOf };
}
