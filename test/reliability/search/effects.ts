import type { Association } from '../../../src/model/association.ts';
import type { Applied } from './eks.ts';

/** What EKS has done in a story, for the model to look up. */
export function createEffects() {
  const makers = new Map<string, string | null>();
  const states: { readonly association: Association; readonly from: number; to: number }[] = [];
  const gone = new Set<string>();
  const touched = new Set<string>();
  return {
    add({ kind, operationId, association }: Applied, at: number): void {
      const { associationId } = association;
      const before = states.findLast((state) => state.association.associationId === associationId);
      if (before) before.to = at;
      if (kind !== 'delete') states.push({ association, from: at, to: Infinity });
      if (kind === 'create') makers.set(associationId, operationId);
      else touched.add(associationId);
      if (kind === 'delete') gone.add(associationId);
    },
    /** The operation that made an association; the empty text where an outsider did. */
    makerOf: (associationId: string) => makers.get(associationId) ?? '',
    isGone: (associationId: string) => gone.has(associationId),
    /** Whether anybody changed or deleted it. */
    isTouched: (associationId: string) => touched.has(associationId),
    /** Whether it was given this role at `since` or later, by anybody, or still had it at `quiet`. */
    wasGiven: (associationId: string, roleArn: string, since: number, quiet: number) =>
      states.some(
        ({ association, from, to }) =>
          association.associationId === associationId &&
          association.roleArn === roleArn &&
          (from >= since || to >= quiet),
      ),
  };
}
