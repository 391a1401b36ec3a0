import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { readingPolicies } from '../../../../tools/explain.ts';
import { applyApproval } from '../../../../src/policy/policies/approvals.ts';
import { authorizeOnSlice } from '../../../../src/policy/decide/authorize.ts';
import { compilePolicies } from '../../../../src/policy/policies/compile.ts';
import { makeEngine } from '../../../../src/policy/decide/engine.ts';
import { atLeast, parseJson, text } from '../../../../src/policy/inventory/json.ts';
import { readPolicySources } from '../../../../src/policy/load.ts';
import { inventorySlice } from '../../../../src/cases/model-schemas.ts';
import {
  circumstanceSchema,
  contextOf,
  decisionFields,
  deleteRequestOf,
  isErased,
  isOfRequest,
  operationSchema,
  requestOf,
  verdict,
} from './recorded-request.ts';
import type { RecordedDecision, RecordedRequest } from './recorded-request.ts';

const decision = atLeast({ ...decisionFields, policySetHash: text(), inventoryHash: text(), slice: inventorySlice });

const entrySchema = v.intersect([
  circumstanceSchema,
  atLeast({ decision, deleteDecision: v.exactOptional(decision) }),
  operationSchema,
]);

/** The result of replaying a decision. */
export interface ReplayedDecision {
  readonly same: boolean;
  /** The recorded decision, the replayed one and their comparison, one line each. */
  readonly report: string;
}

/**
 * Replays the decision of an audit entry, with the policies of a folder and the slice of the
 * inventory that the entry records. Throws an Error that says what is wrong when entry or policies
 * can't be read.
 */
export function replayDecision(file: string, directory: string): ReplayedDecision {
  const entry = parseJson(file, readFileSync(file, 'utf8'), entrySchema);
  if (entry.omitted.length > 0) {
    throw new Error(
      `The entry leaves out ${entry.omitted.join(', ')} for its size, so its decision can't be replayed.`,
    );
  }
  if (isErased(entry)) {
    throw new Error('The entry is not replayable: its personal data were erased, on which its decision can depend.');
  }
  if (!isOfRequest(entry)) {
    throw new Error(
      `The entry (${entry.event}) is of an approval. Replay the entry APPROVAL_REQUESTED, or that of the operation which used it.`,
    );
  }
  const advice = 'Name a folder with *.cedar files and schema.cedarschema.';
  const sources = readingPolicies(directory, advice, () => readPolicySources(directory));
  const engine = makeEngine(compilePolicies(sources));
  const replay = (recorded: v.InferOutput<typeof decision>, request: RecordedRequest) =>
    compared(recorded, authorizeOnSlice(engine, contextOf(entry, recorded.now, file), request, recorded.slice));
  const own = replay(entry.decision, requestOf(entry));
  if (entry.deleteDecision === undefined) return own;
  const ofDelete = replay(entry.deleteDecision, deleteRequestOf(entry));
  return {
    same: own.same && ofDelete.same,
    report: [own.report, 'As the delete that its expiry is:', ofDelete.report].join('\n'),
  };
}

/** A recorded decision beside the one that was made again, without its approval. */
function compared(
  recorded: v.InferOutput<typeof decision>,
  decided: ReturnType<typeof authorizeOnSlice>,
): ReplayedDecision {
  const replayed = recorded.approval === undefined ? decided : applyApproval(decided, recorded.approval);
  const otherTexts = otherTextsOf(recorded, replayed);
  const same = verdict(recorded) === verdict(replayed) && otherTexts.length === 0;
  const samePolicies = recorded.policySetHash === replayed.policySetHash;
  const report = [
    `recorded: ${verdict(recorded)} (policy set ${recorded.policySetHash}, inventory ${recorded.inventoryHash})`,
    `replayed: ${verdict(replayed)} (policy set ${replayed.policySetHash}, the recorded slice of the inventory)`,
    ...otherTexts.map((id) => `${id} has another text than the one to which an approval is bound.`),
    `${same ? 'Same' : 'Different'} decision, ${samePolicies ? 'same' : 'different'} policies.`,
  ];
  return { same, report: report.join('\n') };
}

/** The policies of needs of both decisions whose texts differ. */
function otherTextsOf({ needs: recorded = [] }: RecordedDecision, { needs = [] }: RecordedDecision): readonly string[] {
  const hashes = new Map(recorded.map(({ policyId, policyHash }) => [policyId, policyHash]));
  return needs.flatMap(({ policyId, policyHash }) =>
    (hashes.get(policyId) ?? policyHash) === policyHash ? [] : [policyId],
  );
}
