import type { Association } from '../../../src/model/association.ts';
import { tagOf } from './home.ts';
import type { Applied } from './eks-behaviour.ts';

/** Records what EKS has applied in a scenario, for the reference model. */
export function makeEffects() {
  const creators = new Map<string, string | null>();
  const states: { readonly association: Association; readonly from: number; to: number }[] = [];
  const deleted = new Map<string, string | null>();
  const changed = new Set<string>();
  return {
    add({ kind, operationId, association }: Applied, at: number): void {
      const { associationId } = association;
      const before = states.findLast((state) => state.association.associationId === associationId);
      if (before) before.to = at;
      if (kind !== 'delete') states.push({ association, from: at, to: Infinity });
      if (kind === 'create') creators.set(associationId, operationId);
      else changed.add(associationId);
      if (kind === 'delete') deleted.set(associationId, operationId);
    },
    /** The operation that created an association; the empty string if it was created outside the gateway. */
    creatorOf: (associationId: string) => creators.get(associationId) ?? '',
    isDeleted: (associationId: string) => deleted.has(associationId),
    isDeletedOutside: (associationId: string) => deleted.get(associationId) === null,
    /** Whether the association was changed or deleted since its creation. */
    isChanged: (associationId: string) => changed.has(associationId),
    /** Whether the association had this value of the tag at `since` or later. */
    wasTagged: ({ associationId, tags }: Association, since: number) =>
      states.some(
        ({ association, to }) =>
          association.associationId === associationId && to >= since && valueOf(association.tags) === valueOf(tags),
      ),
    /** Whether anybody set this role at `since` or later, or the association still had it at `visibleFrom`. */
    wasSet: (associationId: string, roleArn: string, since: number, visibleFrom: number) =>
      states.some(
        ({ association, from, to }) =>
          association.associationId === associationId &&
          association.roleArn === roleArn &&
          (from >= since || to >= visibleFrom),
      ),
  };
}

/** The value of the tag that requests and others change; undefined without it. */
function valueOf(tags: Association['tags']): string | undefined {
  return tags.find(({ key }) => key === tagOf('').key)?.value;
}
