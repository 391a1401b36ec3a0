import * as v from 'valibot';
import { readContextOf } from '../../../src/operations/hidden.ts';
import { settingsOf } from '../../../src/model/setting-fields.ts';
import { anyText, atLeast, fields, flag, list, oneKindOf, text, wholeNumber } from '../../../src/policy/json.ts';
import { association, changes, createRequest, recordedPrincipal } from '../../../src/cases/model-schemas.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../../../src/policy/policy.ts';

/** The parts of a decision that are compared. */
export interface RecordedDecision {
  readonly allowed: boolean;
  readonly policyIds: readonly string[];
  readonly violations: readonly { readonly policyId: string }[];
}

/** The fields of a recorded decision that every replay needs. */
export const decisionFields = {
  allowed: flag,
  policyIds: list(text()),
  violations: list(atLeast({ policyId: text() })),
  now: wholeNumber,
};

/** The fields of an audit entry from which the context of its request is made. */
export const circumstanceSchema = atLeast({
  principal: recordedPrincipal,
  actor: v.nullish(recordedPrincipal, null),
  onBehalfOf: v.nullish(anyText, null),
  sourceAddress: v.nullish(text(), null),
  reason: v.nullish(anyText, null),
  event: v.nullish(text(), null),
  refusalCode: v.nullish(text(), null),
  omitted: v.nullish(list(text()), []),
});

/** The fields of an audit entry that depend on the operation. Reads have no decision. */
export const operationSchema = oneKindOf('operation', [
  fields({ operation: v.literal('CREATE_POD_IDENTITY_ASSOCIATION'), request: createRequest }),
  fields({
    operation: v.literal('UPDATE_POD_IDENTITY_ASSOCIATION'),
    before: association,
    request: atLeast({ changes }),
  }),
  fields({ operation: v.literal('DELETE_POD_IDENTITY_ASSOCIATION'), before: association }),
]);

/** An authorization request of which audit entries record the decision. */
export type RecordedRequest = Extract<
  AuthorizationRequest,
  {
    action:
      | 'CreatePodIdentityAssociation'
      | 'UpdatePodIdentityAssociation'
      | 'DeletePodIdentityAssociation'
      | 'DescribePodIdentityAssociation';
  }
>;

type Circumstances = v.InferOutput<typeof circumstanceSchema>;

/**
 * Whether the decision of an entry is that its principal may not view the association. It was made as for a read, before anyone asked
 * whether the association may be changed.
 */
function isOfView({ event, refusalCode }: Circumstances): boolean {
  return refusalCode === 'ASSOCIATION_NOT_FOUND' && (event === 'DENIED' || event === 'CHECKED');
}

/** The authorization request of an audit entry. */
export function requestOf(entry: v.InferOutput<typeof operationSchema> & Circumstances): RecordedRequest {
  if (isOfView(entry) && entry.operation !== 'CREATE_POD_IDENTITY_ASSOCIATION') {
    return { action: 'DescribePodIdentityAssociation', association: entry.before };
  }
  switch (entry.operation) {
    case 'CREATE_POD_IDENTITY_ASSOCIATION':
      return { action: 'CreatePodIdentityAssociation', association: entry.request };
    case 'UPDATE_POD_IDENTITY_ASSOCIATION': {
      const becomes = { ...settingsOf(entry.before), ...entry.request.changes };
      return { action: 'UpdatePodIdentityAssociation', association: entry.before, becomes };
    }
    case 'DELETE_POD_IDENTITY_ASSOCIATION':
      return { action: 'DeletePodIdentityAssociation', association: entry.before };
  }
}

/**
 * The context of an audit entry's request.
 *
 * @param now the time of its decision, in milliseconds since the epoch
 * @param name names the entry where the evaluation fails
 */
export function contextOf(entry: Circumstances, now: number, name: string): AuthorizationContext {
  const identity = { ...entry, userAgent: null, apiRequestId: name };
  if (isOfView(entry)) return readContextOf({ identity, now });
  return {
    identity,
    onBehalfOf: entry.onBehalfOf,
    hasReason: entry.reason !== null,
    now,
  };
}

/** A decision in words: `allowed by …` or `denied by …`, with the ids of the policies. */
export function verdict({ allowed, policyIds, violations }: RecordedDecision): string {
  const ids = allowed ? policyIds : violations.map(({ policyId }) => policyId);
  return `${allowed ? 'allowed' : 'denied'} by ${[...new Set(ids)].join(', ')}`;
}
