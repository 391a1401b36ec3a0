import { reasonsOf } from '../declaration/check.ts';
import { missingRoles } from '../inventory-lines.ts';
import type { MissingRoles } from '../inventory-lines.ts';
import type { Verdict } from './check.ts';

/** Associations whose next update policy would deny for the same reason. */
export interface DeniedUpdates {
  readonly reason: string;
  readonly associations: readonly Verdict['association'][];
}

/** Those that are adopted, or would be, and whose next update policy would deny, by the reason. */
export function deniedUpdates(verdicts: readonly Verdict[]): readonly DeniedUpdates[] {
  const groups = new Map<string, Verdict['association'][]>();
  for (const { association, update } of verdicts.filter(isDenied)) {
    for (const reason of reasonsOf({ ...update, refusal: null })) {
      const group = groups.get(reason);
      if (group) group.push(association);
      else groups.set(reason, [association]);
    }
  }
  return [...groups].map(([reason, associations]) => ({ reason, associations }));
}

/** The roles that the inventory would have to allow for the next update; empty if it need not. */
export function missingOf(verdict: Verdict): readonly MissingRoles[] {
  const roleArns = isDenied(verdict) ? missingRoles(verdict.update, verdict.association) : [];
  return roleArns.length === 0 ? [] : [{ target: verdict.association, roleArns }];
}

/** Not of those that are left out: their updates are a matter of whoever owns them. */
function isDenied({ change, association, update: { decision } }: Verdict): boolean {
  const isAdopted = change !== null || association.origin === 'ADOPTED';
  return isAdopted && decision?.allowed === false && decision.needs.length === 0;
}
