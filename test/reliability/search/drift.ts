import type { Association } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { Dependencies } from '../../../src/operations/terms/dependencies.ts';
import { driftOf, targetOf } from '../../../src/queries/drift/live-drift.ts';
import type { Applied } from './eks-behaviour.ts';
import { kindOf } from './facts-of.ts';

/** What drift detection must say about an association. Null: either is possible. */
function expectedDrift(
  { associationId }: Association,
  changes: readonly Applied[],
  written: readonly AuditEntry[],
): 'drift' | 'none' | null {
  const own = changes.filter(({ association }) => association.associationId === associationId);
  // Whether others' tags are drift depends on what was read before and after them.
  if (own.some(({ kind, operationId, isTooLate }) => isTagging(kind) && (operationId === null || isTooLate)))
    return null;
  const adopted = written
    .filter(isAdoption)
    .flatMap(({ before }) => (before?.associationId === associationId ? [before] : []));
  // An update that found its settings done by others is recorded without an effect, perhaps after what was adopted.
  const isSetByOthers = written.some(
    ({ event, operation, operationId, before }) =>
      event === 'SUCCEEDED' &&
      kindOf(operation) === 'update' &&
      before?.associationId === associationId &&
      !own.some((change) => change.operationId === operationId),
  );
  if (adopted.length > 0) return isSetByOthers ? null : driftSinceAdoption(own, adopted);
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

/** The same for an association that was adopted in these states. */
function driftSinceAdoption(own: readonly Applied[], adopted: readonly Association[]): 'drift' | 'none' | null {
  const newest = Math.max(...adopted.map(({ modifiedAt }) => Date.parse(modifiedAt)));
  const last = own.at(-1);
  const isLater = last !== undefined && last.modifiedAt > newest;
  const isKnown = adopted.some(({ roleArn }) => roleArn === last?.association.roleArn);
  if (isLater && last.operationId === null) return isKnown ? null : 'drift';
  const updates = own.filter(({ kind, operationId }) => kind === 'update' && operationId !== null);
  // An update that ends while the association is adopted counts as later, and several may be recorded in another order.
  return updates.every((update) => update === last && !update.isTooLate) ? 'none' : null;
}

/** Where drift detection disagrees with the changes that EKS applied, once no operation is open; one sentence each. */
export async function driftViolations(
  deps: Dependencies,
  associations: readonly Association[],
  changes: readonly Applied[],
  written: readonly AuditEntry[],
): Promise<string[]> {
  const violations: string[] = [];
  for (const association of associations) {
    const expected = expectedDrift(association, changes, written);
    const state = (await deps.associations?.getAssociationState(targetOf(association))) ?? null;
    const reading = { knownRevision: state?.revision ?? 0, readAt: deps.clock(), association, state };
    const found = await driftOf({ ...deps, deadline: Infinity }, reading);
    const isRight = expected === null || (expected === 'none') === (found === null);
    if (isRight) continue;
    const what = found ? `${found.kind} ${found.differences.map(({ field }) => field).join(', ')}` : 'no drift';
    violations.push(`drift detection reports ${what} for ${association.associationId}, but expected is ${expected}`);
  }
  return violations;
}

function isAdoption({ event, operation, before }: AuditEntry): boolean {
  if (event !== 'SUCCEEDED') return false;
  const kind = kindOf(operation);
  return kind === 'adopt' || (kind === 'create' && before !== null);
}

function isTagging(kind: Applied['kind']): boolean {
  return kind === 'tag' || kind === 'untag';
}
