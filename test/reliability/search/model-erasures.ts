import type { AssociationState } from '../../../src/ledger/association-state.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { Model } from './model.ts';

/** The reference model of erasures of personal data. */
export type ErasureModel = ReturnType<typeof makeErasureModel>;

/** Demands that what an open operation and the expiry of an association still need is not erased. */
export function makeErasureModel(model: Pick<Model, 'operationOf'>, broken: (rule: string) => void) {
  return {
    /** The personal data of an entry were erased; `state` is that of the service account at this moment. */
    erased(by: string, { operationId, fence }: AuditEntry, state: AssociationState | null): void {
      // Other requests with its token, which an operation does not read.
      if (fence === null) return;
      const what = `${by} erased personal data of ${operationId}`;
      const operation = model.operationOf(operationId);
      if (operation && !operation.closed) broken(`${what}, which is open`);
      if (state?.expiry?.setBy === operationId) broken(`${what}, which set the expiry of the association`);
    },
  };
}
