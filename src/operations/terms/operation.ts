import type { Eks, EksFor } from '../../eks/eks.ts';
import type { Conclusion, RefusedConclusion } from '../../idempotency/conclusion.ts';
import type { Times } from '../../idempotency/times.ts';
import type { Association, AssociationSettings, Tag } from '../../model/association.ts';
import type { AssociationReads } from '../../ledger/association-history.ts';
import type { IdempotencyRecord, OperationRecords } from '../../ledger/ledger.ts';
import type { OperationKind, RequestOf } from '../../model/operation.ts';
import type { Difference } from '../../model/refusal.ts';
import type { Warning } from '../../model/warning.ts';
import type { AssociationAction, AuthorizationRequest, Authorize } from '../../policy/policy.ts';
import type { Clock, Sleep } from '../../runtime/clock.ts';
import type { ClusterDefaults } from '../../validation/names.ts';
import type { ValidatedAs } from '../../validation/validated.ts';
import type { AdmittedMutation, InputOf, LoadedTarget, TargetResult, ValidRequest } from './admission.ts';
import type { Authorizer } from './authorizer.ts';
import type { CreatedReader } from './find-created.ts';
import type { LateAdoptionReads } from './late-adoption.ts';

/** What an effect works on. */
export interface EffectInput<Kind extends OperationKind = OperationKind> {
  readonly eks: Eks;
  readonly request: RequestOf[Kind];
  readonly record: IdempotencyRecord;
  /** Id of the principal whose permissions decided. */
  readonly principalId: string;
  /** The association before the operation; null for a create. */
  readonly before: Association | null;
  /** When EKS must have answered. Milliseconds since the epoch. */
  readonly deadline: number;
}

/** What a change is sent with. */
export interface PerformInput<Kind extends OperationKind = OperationKind> extends EffectInput<Kind> {
  /** The request that sends it: for decisions that depend on the answer of EKS. */
  readonly valid: ValidRequest<Kind>;
}

/** What follows from an observation of EKS for the change of an earlier lease holder. */
export type EffectObservation =
  | { readonly kind: 'concluded'; readonly conclusion: Conclusion }
  /**
   * It had no effect, and can no longer have one. `association` is the one in EKS in its place;
   * null: none.
   */
  | { readonly kind: 'not-done'; readonly association: Association | null };

/** What the target of a request is loaded with. */
export interface TargetReads {
  readonly authorize: Authorize;
  readonly eksFor: EksFor;
  readonly ledger: OperationRecords;
  /** Null in a function that authorizes no changes. */
  readonly associations: AssociationReads | null;
  readonly clock: Clock;
}

/** What an adoption is decided and concluded with, also one in place of a create. */
export interface AdoptionPorts extends LateAdoptionReads, Authorizer {}

/** What a change is sent and concluded with. */
export interface ChangePorts extends AdoptionPorts {
  /** Waits before a create whose role EKS does not know yet is sent again. */
  readonly sleep: Sleep;
  readonly times: Times;
}

/** What is read of the trail to tell whether an earlier change was made, and by which clocks. */
export interface EffectReads {
  readonly ledger: CreatedReader;
  readonly clock: Clock;
  readonly times: Times;
}

/** The change that an operation makes at EKS, and how to find out later whether it was made. */
export interface Effect<Kind extends OperationKind> {
  readonly kind: 'change';
  /**
   * The success of a request that changes nothing at EKS, which is recorded in place of an INTENT;
   * null: the request changes something.
   */
  readonly successWithoutEffect?: (mutation: AdmittedMutation<Kind>) => Conclusion | null;
  /** Sends the change to EKS and interprets the answer. */
  readonly perform: (ports: ChangePorts, input: PerformInput<Kind>) => Promise<Conclusion>;
  /**
   * Observes whether an earlier lease holder's change was applied. Others may have acted since it
   * was sent: `docs/reliability.md` has a row for each case. Throws `LedgerUnavailable`.
   */
  readonly observe: (reads: EffectReads, input: EffectInput<Kind>) => Promise<EffectObservation>;
}

/** What takes the place of an effect where an operation changes nothing at EKS. */
export interface NoEffect<Kind extends OperationKind> {
  readonly kind: 'none';
  /**
   * The success, which is recorded in place of an INTENT once no lock stops it: nothing can be in
   * doubt.
   */
  readonly adopt: (ports: AdoptionPorts, mutation: AdmittedMutation<Kind>) => Promise<Conclusion>;
}

/**
 * The effect of an operation that began. One without an effect never does: it is concluded with its
 * claim.
 */
export function changeOf<Kind extends OperationKind>(effect: Effect<Kind> | NoEffect<Kind>): Effect<Kind> {
  if (effect.kind === 'none') throw new Error('An operation without an effect is in progress.');
  return effect;
}

/** What a finished operation should have left at EKS. */
export interface ExpectedState {
  readonly settings: AssociationSettings;
  /** Null where the operation leaves tags unchanged. */
  readonly tags: readonly Tag[] | null;
}

/** What the audit trail shows of a request. */
export interface RequestSummary {
  /** Id of the association that it is about; null for a create. */
  readonly associationId: string | null;
  readonly settings: Partial<AssociationSettings>;
  readonly tags: readonly Tag[];
  /** Keys of the tags that it removes. */
  readonly tagKeys: readonly string[];
  /** The tags that a change of tags expects; null: any. */
  readonly expectedTags: readonly Tag[] | null;
  /** Names of the settings that an update changes. */
  readonly changes: readonly string[];
  /**
   * The expiry that it sets or, of a delete, that it carries out; null without one. RFC 3339, UTC.
   */
  readonly expiresAt: string | null;
  /** What a create does about an equal association; null: it refuses the request. */
  readonly ifExists: 'ADOPT' | null;
  /** The revision of the service account that the request expects; null: any. */
  readonly expectedRevision: number | null;
  /** The `modifiedAt` that a request about an existing association expects; null: any. RFC 3339. */
  readonly expectedModifiedAt: string | null;
}

/** The part of a {@link RequestSummary} that a request about an existing association has. */
export function summaryOfExisting({
  associationId,
  expectedModifiedAt,
  expectedRevision = null,
}: {
  readonly associationId: string;
  readonly expectedModifiedAt: string | null;
  readonly expectedRevision?: number | null;
}) {
  const ofTags = { tags: [], tagKeys: [], expectedTags: null };
  const none = { settings: {}, ...ofTags, changes: [], expiresAt: null, ifExists: null };
  return { ...none, associationId, expectedModifiedAt, expectedRevision };
}

/**
 * Everything that distinguishes one operation from another. The request flow, the reconciler, drift
 * detection, the export and the resolvers read it from the one table in `operations.ts`.
 */
export interface Operation<Kind extends OperationKind> {
  readonly kind: Kind;
  /** Name of the GraphQL mutation. */
  readonly field: string;
  /** The Cedar action. */
  readonly action: AssociationAction;
  /** The kind of change, for the export. */
  readonly activity: 'Create' | 'Update' | 'Delete' | 'Adopt' | 'Tag' | 'Untag';
  readonly validate: (input: InputOf[Kind], home: ClusterDefaults) => ValidatedAs<RequestOf[Kind]>;
  /**
   * Loads what the request is about, or concludes that it does not exist. Throws `EksReadFailed`,
   * `LedgerUnavailable`.
   */
  readonly loadTarget: (reads: TargetReads, valid: ValidRequest<Kind>) => Promise<TargetResult>;
  /** The authorization request, about the association. */
  readonly authorizationRequest: (request: RequestOf[Kind], loaded: LoadedTarget) => AuthorizationRequest;
  /** The refusal of a change of this association, as read from EKS; null if it may be changed. */
  readonly checkPrecondition: (request: RequestOf[Kind], association: Association) => RefusedConclusion | null;
  /**
   * The conclusion without a change at EKS, as far as reads can tell; null: the change would be
   * sent. Throws `EksReadFailed`.
   */
  readonly foresee: (ports: AdoptionPorts, mutation: AdmittedMutation<Kind>) => Promise<Conclusion | null>;
  readonly effect: Effect<Kind> | NoEffect<Kind>;
  /**
   * Where an association differs from the request; null where an operation has nothing to compare.
   */
  readonly differences: (request: RequestOf[Kind], association: Association) => readonly Difference[] | null;
  /** What the association should be after the operation; null: not there. */
  readonly expectedState: (request: RequestOf[Kind], before: Association | null) => ExpectedState | null;
  /** Whether pods need the agent of EKS Pod Identity to use what the operation leaves. */
  readonly needsAgent: boolean;
  /** What people should know after this request left, or deleted, this association. */
  readonly warningsAfter: (association: Association, request: RequestOf[Kind]) => readonly Warning[];
  readonly summarize: (request: RequestOf[Kind]) => RequestSummary;
}

/** An operation that changes something at EKS. */
export type ChangingOperation<Kind extends OperationKind> = Operation<Kind> & { readonly effect: Effect<Kind> };
