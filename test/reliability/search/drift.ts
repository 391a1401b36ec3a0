import type { Association } from '../../../src/model/association.ts';
import type { Dependencies } from '../../../src/operations/dependencies.ts';
import { driftOf } from '../../../src/queries/association-drift.ts';
import type { Applied } from './eks-behaviour.ts';

/** What drift detection must say about an association. Null: either is possible. */
function expectedDrift({ associationId }: Association, changes: readonly Applied[]): 'drift' | 'none' | null {
  const own = changes.filter(({ association }) => association.associationId === associationId);
  const [create, ...updates] = own;
  const last = own.at(-1);
  // An update outside the gateway sets a role that no request names.
  if (last?.operationId === null && last.kind === 'update') return 'drift';
  const isByGateway = own.every(({ operationId, isTooLate }) => operationId !== null && !isTooLate);
  // The trail may close concurrent updates in another order than EKS applied them.
  if (!isByGateway || updates.length > 1) return null;
  // With 50 tags, the gateway does not know whether it created the association.
  return create !== undefined && create.association.tags.length < 50 ? 'none' : null;
}

/** Where drift detection disagrees with the changes that EKS applied, once no operation is open; one sentence each. */
export async function driftViolations(
  deps: Dependencies,
  associations: readonly Association[],
  changes: readonly Applied[],
): Promise<string[]> {
  const violations: string[] = [];
  for (const association of associations) {
    const expected = expectedDrift(association, changes);
    const found = await driftOf(deps, association, Infinity);
    const isRight = expected === null || (expected === 'none') === (found === null);
    if (isRight) continue;
    const what = found ? `${found.kind} ${found.differences.map(({ field }) => field).join(', ')}` : 'no drift';
    violations.push(`drift detection reports ${what} for ${association.associationId}, but expected is ${expected}`);
  }
  return violations;
}
