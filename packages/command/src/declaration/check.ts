import type { Change, Denied } from './planner.ts';
import { predecessorsOf, rowsOf } from './rows.ts';
import type { Row } from './rows.ts';

/** What the gateway says of a change that it does not make. */
export interface Checked {
  readonly refusal: { readonly code: string; readonly message: string; readonly advice: string | null } | null;
  readonly decision: {
    readonly allowed: boolean;
    /** The approvals that are missing, if they are the only obstacle. */
    readonly needs: readonly { readonly group: string }[];
    readonly violations: readonly {
      readonly policyId: string;
      readonly message: string;
      readonly advice: string | null;
    }[];
  } | null;
  /** Whether policy allows the check, and denies the change. */
  readonly onlyAsDryRun: boolean;
  /**
   * Roles whose tags or permissions boundary decide: the change itself reads them, so that it can
   * still be denied.
   */
  readonly unknownRoles: readonly string[];
  /**
   * Of the service account: a create or update that expects it does not undo what happened after the
   * plan.
   */
  readonly revision: number;
}

/**
 * Divides changes by what the gateway says of each, in the same order. Of a service account with a
 * change that is denied, none is made: half of them may be worse than none.
 */
export function judged(
  changes: readonly Change[],
  checks: readonly Checked[],
): { readonly changes: readonly Change[]; readonly denied: readonly Denied[] } {
  const pairs = changes.map((change, index) => ({ change, target: change.target, checked: checks[index] }));
  const denied = rowsOf(pairs).flatMap((row) => {
    const reasons = row.map(({ checked }) => (checked ? reasonsOf(checked) : [unanswered]));
    const isDenied = reasons.some((some) => some.length > 0);
    return isDenied ? [{ row, denied: row.flatMap((_, index) => deniedOf(row, index, reasons[index] ?? [])) }] : [];
  });
  const withheld = new Set(denied.flatMap(({ row }) => row));
  const predecessors = predecessorsOf(pairs);
  return {
    changes: pairs.flatMap((pair) => {
      const { change, checked } = pair;
      if (!checked || withheld.has(pair)) return [];
      const revised = { ...change, expectedRevision: expectedRevisionOf(pair, checked, predecessors) };
      const approvers = approversOf(checked);
      return [
        {
          ...revised,
          ...(approvers.length === 0 ? {} : { approvers }),
          ...(checked.onlyAsDryRun ? { onlyAsDryRun: true } : {}),
        },
      ];
    }),
    denied: denied.flatMap((one) => one.denied),
  };
}

/**
 * The revision that a change begins with. `expectedModifiedAt` does not tell that an expiry changed,
 * so an update that sets one has it too. Each change before it in its row moves it by one.
 */
function expectedRevisionOf<Pair extends { readonly change: Change }>(
  pair: Pair,
  { revision }: Checked,
  predecessors: ReadonlyMap<Pair, Pair>,
): number | null {
  const { action, expectedRevision } = pair.change;
  if (action !== 'create' && !setsExpiry(pair.change)) return expectedRevision;
  let before = 0;
  for (let one = predecessors.get(pair); one !== undefined; one = predecessors.get(one)) before += 1;
  return revision + before;
}

/** Whether a change is an update that sets or takes away an expiry. */
export function setsExpiry({ action, after }: Pick<Change, 'action' | 'after'>): boolean {
  return action === 'update' && after?.expiresAt !== undefined;
}

const unanswered = 'The gateway did not answer for this change.';

function deniedOf(row: Row<{ readonly change: Change }>, index: number, reasons: readonly string[]): readonly Denied[] {
  const change = row[index]?.change;
  if (change === undefined || reasons.length === 0) return [];
  const others = row.filter((_, at) => at !== index).map((one) => one.change.action);
  const rest = others.length === 0 ? [] : [`So no ${others.join(' and no ')} of it is planned either.`];
  const { action, target } = change;
  return [{ action, target, before: row[0].change.before, reasons: [...reasons, ...rest] }];
}

/** The groups that have to approve a change. */
function approversOf({ decision }: Checked): readonly string[] {
  if (decision === null || decision.allowed) return [];
  return [...new Set(decision.needs.map(({ group }) => group))];
}

/** Why a change would not be made, a sentence each. */
export function reasonsOf({ refusal, decision, onlyAsDryRun }: Checked): readonly string[] {
  if (onlyAsDryRun && refusal?.code === 'POLICY_DENIED') return [];
  const isHeld = decision?.allowed === false && decision.needs.length > 0;
  if (isHeld && (refusal === null || refusal.code === 'APPROVAL_REQUIRED')) return [];
  if (!isHeld && decision?.allowed === false && decision.violations.length > 0) {
    return decision.violations.map(({ policyId, message, advice }) => `Policy ${policyId}: ${advice ?? message}`);
  }
  if (refusal === null) return decision?.allowed === false ? ['No policy permits it.'] : [];
  return [refusal.advice === null ? refusal.message : `${refusal.message} ${refusal.advice}`];
}

/**
 * The results of work on each item, in the order of items, with a few at once. Rejects with the
 * first failure.
 */
export async function mapLimited<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const run = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, run));
  return results;
}
