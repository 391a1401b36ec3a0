import type { IdempotencyRecord } from '../../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { Model } from './model.ts';
import type { InProgressModel } from './model-in-progress.ts';
import type { Attempt } from './model-state.ts';

/** The reference model of the revisions that requests expect. */
export type PlanModel = ReturnType<typeof makePlanModel>;

/**
 * Demands that a request with an `expectedRevision` begins only at this revision, and while nothing else is in progress on the service account. It uses
 * the gateway's types but none of its code.
 */
export function makePlanModel(
  model: Pick<Model, 'changes' | 'operations' | 'operationOf'>,
  { isUncovered }: Pick<InProgressModel, 'isUncovered'>,
  wereApart: () => boolean,
  broken: (rule: string) => void,
) {
  return {
    /** The ledger committed a write that the model does not know yet. */
    committed(
      { name, expectedRevision }: Attempt,
      { idempotencyKey }: IdempotencyRecord,
      added: readonly AuditEntry[],
    ): void {
      const begun = added.find(({ event, operationId }) => {
        return event === 'INTENT' || (event === 'SUCCEEDED' && !model.operationOf(operationId));
      });
      if (expectedRevision === null || !begun) return;
      const what = `${begun.operationId} of ${name} began`;
      // With a wrong clock, a scan may count a change of others twice, or not.
      if (!wereApart() && model.changes() !== expectedRevision)
        broken(`${what} at revision ${model.changes()}, but it expects ${expectedRevision}`);
      const open = model
        .operations()
        .filter(
          ({ id, closed, lifetime }) =>
            !closed && lifetime.record.idempotencyKey !== idempotencyKey && !isUncovered(id),
        );
      for (const { id } of open) broken(`${what} for the revision ${expectedRevision}, while ${id} is in progress`);
    },
  };
}
