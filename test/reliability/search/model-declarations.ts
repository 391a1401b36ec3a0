import type { Association } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { SeenAssociation } from '../../../src/queries/associations/at.ts';
import type { Applied } from './eks-behaviour.ts';
import { entryFact, kindOf } from './facts-of.ts';
import type { Model } from './model.ts';
import type { Attempt } from './model-state.ts';

/** The reference model of the declarations of a scenario. */
export type DeclarationModel = ReturnType<typeof makeDeclarationModel>;

/**
 * The reference model of declarations: which declaration each request names, as the scenario requested it. `plan --prune` deletes what a declaration made or
 * adopted last, so the gateway must never say that of what anybody else did. It uses the gateway's types but none of its code.
 */
export function makeDeclarationModel(
  model: Pick<Model, 'operationOf' | 'written'>,
  wereApart: () => boolean,
  broken: (rule: string) => void,
) {
  /** By operation id: what the request names that began it, which the reconciler goes on with; and what the outcome says. */
  const begun = new Map<string, string | null>();
  const outcomes = new Map<string, string | null>();
  /** Which process began an operation; and those whose success another process recorded. */
  const beginners = new Map<string, string>();
  const closedByOthers = new Set<string>();

  /** Successes that may have confirmed a version, in the order of the trail: the last adoption of it, else who made it, or may have. */
  function confirming(version: Association, maker: string | null): AuditEntry[] {
    const done = model.written().filter(({ event, fence, associationArn }) => {
      return event === 'SUCCEEDED' && fence !== null && associationArn?.endsWith(version.associationId);
    });
    const adopting = done.findLast((entry) => isAdoption(entry) && entry.before?.modifiedAt === version.modifiedAt);
    if (adopting) return [adopting];
    // Nothing at EKS tells who made what an operation requested too whose success an observation proved.
    const requests = (entry: AuditEntry) => entryFact(entry, 0).roleArn === version.roleArn;
    return done.filter((entry) => entry.operationId === maker || (isObserved(entry) && requests(entry)));
  }

  /** Whether an observation proved the success of an operation, not an answer of EKS. */
  function isObserved(entry: AuditEntry): boolean {
    const operation = model.operationOf(entry.operationId);
    const isUnanswered = operation?.applied === null || operation?.isInDoubt === true;
    return !isAdoption(entry) && (isUnanswered || closedByOthers.has(entry.operationId));
  }

  return {
    /** A commit became durable: its entries name the declaration of the request. */
    committed(by: Attempt, added: readonly AuditEntry[]): void {
      for (const { operationId, event, declaration = null } of added) {
        const expected = by.identity === null ? (begun.get(operationId) ?? null) : by.declaration;
        if (declaration !== expected)
          broken(`${by.name} wrote ${event} of ${operationId} for the declaration ${declaration}, not ${expected}`);
        if (event === 'INTENT') {
          begun.set(operationId, expected);
          beginners.set(operationId, by.name);
        }
        if (event !== 'SUCCEEDED') continue;
        outcomes.set(operationId, expected);
        if (by.name !== (beginners.get(operationId) ?? by.name)) closedByOthers.add(operationId);
      }
    },
    /** Checks what is known of the association that EKS has. `seen` is what queries show. */
    atRest(seen: SeenAssociation | null, changes: readonly Applied[], tagged: readonly Applied[]): void {
      const last = changes.at(-1);
      if (!seen || !last || last.kind === 'delete' || changes.some(({ isTooLate }) => isTooLate)) return;
      const { association } = last;
      const entries = confirming(association, last.operationId);
      const allowed = new Set(entries.map(({ operationId }) => outcomes.get(operationId) ?? null));
      // What others made, or an update that was observed as done makes once more, only a scan confirms: for no declaration.
      // Nothing tells a change of tags that takes effect after every allowance from one by others.
      const isTaggedOutside = tagged.some(({ operationId, isTooLate }) => operationId === null || isTooLate);
      if (entries.every(isObserved) || wereApart() || isTaggedOutside) allowed.add(null);
      if (!allowed.has(seen.declaration))
        broken(
          `${association.associationId} of ${association.modifiedAt} is said to be of the declaration ${seen.declaration}, not of ${[...allowed].map((one) => one ?? 'none').join(' or ')}`,
        );
    },
  };
}

function isAdoption({ operation, before }: AuditEntry): boolean {
  return kindOf(operation) === 'adopt' || (kindOf(operation) === 'create' && before !== null);
}
