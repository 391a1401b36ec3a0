import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import { checkBatches } from '../declaration/batches.ts';
import { judged, mapLimited } from '../declaration/check.ts';
import type { Checked } from '../declaration/check.ts';
import { keyOf } from '../declaration/declaration.ts';
import type { SeenAssociation } from '../declaration/observe.ts';
import { statedOf } from '../declaration/states.ts';
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

/** What one check asks. */
interface Question {
  readonly action: 'adopt' | 'update';
  readonly target: SeenAssociation;
  readonly change: Change;
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
  const questions = all.flatMap((target): readonly Question[] => {
    const change = adoptionOf(target, recorded);
    const update = { action: 'update', target, change } as const;
    return isOutside.has(target) ? [{ action: 'adopt', target, change }, update] : [update];
  });
  const checks = { adopt: new Map<SeenAssociation, Checked>(), update: new Map<SeenAssociation, Checked>() };
  await mapLimited(checkBatches(questions), concurrency, async (batch) => {
    const changes = batch.map((one) => inputOf(one, recorded));
    const { results } = await client.checkPodIdentityAssociations({ input: { changes } }, options);
    for (const [index, { action, target }] of batch.entries()) {
      const result = results[index];
      if (result) checks[action].set(target, result);
    }
  });
  return all.flatMap((association): readonly Verdict[] => {
    const [adopt, update] = [checks.adopt.get(association), checks.update.get(association)];
    if (update === undefined) return [];
    const { changes, denied } = judged(isOutside.has(association) ? [adoptionOf(association, recorded)] : [], [
      ...(adopt ? [adopt] : []),
    ]);
    return [{ association, change: changes[0] ?? null, reasons: denied[0]?.reasons ?? [], update }];
  });
}

function inputOf({ action, target, change }: Question, recorded: Recorded) {
  if (action === 'adopt') return { adopt: adoptionInput(change, recorded) };
  const { accountId, region, clusterName, associationId, roleArn } = target;
  return { update: { accountId, region, clusterName, associationId, roleArn, onBehalfOf: recorded.onBehalfOf } };
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
