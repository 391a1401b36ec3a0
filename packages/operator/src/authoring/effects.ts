import { decideCase, inventoryFor } from '../../../../src/cases/cases.ts';
import type { PolicyCase } from '../../../../src/cases/case-files.ts';
import type { Decision } from '../../../../src/model/decision.ts';
import { isLiftable } from '../../../../src/policy/policies/approvals.ts';
import type { Engine } from '../../../../src/policy/decide/engine.ts';
import { parseInventory } from '../../../../src/policy/inventory/inventory.ts';

/**
 * A policy that denies the request of a case that does not depend on it, or asks for its approval.
 */
export interface Effect {
  readonly policyId: string;
  /** Of the case. */
  readonly file: string;
  /** Whether the policies that the case depends on allow its request. */
  readonly isAllowedWithout: boolean;
  /** Whether an approval lifts the policy. */
  readonly isLiftable: boolean;
}

/** The effects of policies on the cases that do not depend on them. */
export function effectsOn(engine: Engine, inventoryText: string, cases: readonly PolicyCase[]): readonly Effect[] {
  const ofFolder = parseInventory(inventoryText);
  return cases.flatMap((one) => {
    if (one.dependsOn === null) return [];
    const inventory = one.inventory === null ? ofFolder : inventoryFor(inventoryText, one);
    const own = decideCase(engine, inventory, one);
    const ids = violated(own);
    const others = violated(decideCase(engine, inventory, { ...one, dependsOn: null })).filter(
      (id) => !ids.includes(id),
    );
    return others.map((policyId) => ({
      policyId,
      file: one.file,
      isAllowedWithout: own.allowed,
      isLiftable: isLiftable(engine.policySet.policies[policyId]),
    }));
  });
}

function violated({ violations }: Decision): readonly string[] {
  return [...new Set(violations.map(({ policyId }) => policyId))];
}

/** The effects in words, for each policy. */
export function effectsInWords(effects: readonly Effect[]): readonly string[] {
  return [...Map.groupBy(effects, ({ policyId }) => policyId)].flatMap(([policyId, ofPolicy]) => {
    const files = ofPolicy.flatMap(({ file, isAllowedWithout }) => (isAllowedWithout ? [file] : []));
    const denied = ofPolicy.length - files.length;
    return [
      ...(files.length > 0
        ? [
            `${policyId} ${ofPolicy.some((one) => one.isLiftable) ? 'asks for approval in' : 'denies'} ${casesIn(files.length)} that the policies in dependsOn allow: ${files.join(', ')}`,
          ]
        : []),
      ...(denied > 0 ? [`${policyId} is one more reason in ${casesIn(denied)} that are denied anyway`] : []),
    ];
  });
}

function casesIn(count: number): string {
  return count === 1 ? '1 case' : `${count} cases`;
}
