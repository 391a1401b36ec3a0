import type { Association } from '../../../src/model/association.ts';
import type { Applied } from './eks.ts';

/** What EKS has done in a story, for the model to look up. */
export function createEffects() {
  const makers = new Map<string, string | null>();
  const states: Association[] = [];
  const gone = new Set<string>();
  const touched = new Set<string>();
  return {
    add({ kind, operationId, association }: Applied): void {
      const { associationId } = association;
      states.push(association);
      if (kind === 'create') makers.set(associationId, operationId);
      else touched.add(associationId);
      if (kind === 'delete') gone.add(associationId);
    },
    /** The operation that made an association; the empty text where an outsider did. */
    makerOf: (associationId: string) => makers.get(associationId) ?? '',
    isGone: (associationId: string) => gone.has(associationId),
    /** Whether anybody changed or deleted it. */
    isTouched: (associationId: string) => touched.has(associationId),
    /** Whether it has ever had this role. */
    hadRole: (associationId: string, roleArn: string) =>
      states.some((state) => state.associationId === associationId && state.roleArn === roleArn),
  };
}
