/**
 * What can be observed of a gateway from outside after a run: at EKS, in the audit trail, in the idempotency table and
 * in the answers to callers. The types are plain data and share nothing with the gateway's code. The collectors read
 * tables and APIs directly, so a bug in the gateway can't hide itself. `invariants.ts` states what must hold.
 *
 * Times are milliseconds since the epoch. A service account is written `<clusterName>/<namespace>/<serviceAccount>`.
 */
export interface Facts {
  readonly changes: readonly EksChange[];
  readonly associations: readonly AssociationFact[];
  readonly entries: readonly TrailEntry[];
  readonly records: readonly RecordFact[];
  readonly answers: readonly CallerAnswer[];
  /** Changes that others made directly at EKS, outside the gateway. */
  readonly outside: readonly OutsideChange[];
  /** When scans recorded changes that others made; absent: there were no scans. */
  readonly scanned?: readonly number[];
  /** What scans left of the service account; absent: there were none. */
  readonly observed?: ObservedFact;
  /** The approvals that requests asked for; absent: none needs one. */
  readonly approvals?: ApprovalFacts;
  /** The erasures of personal data; absent: there were none. */
  readonly erasures?: ErasureFacts;
  /** When the last complete run of expiries began, without a fault; absent: there was none. */
  readonly endedAt?: number;
  /** When operators had locked all changes. */
  readonly locks: readonly LockedTime[];
  /** False if no retry and no reconciler run followed, so an operation may still be open. */
  readonly reconciled: boolean;
  /** Set if the request was sent again at last, after every doubt and without a fault. */
  readonly isRepeated?: true;
  /** Where an answer as of a past time was not what EKS had then, one sentence each. Absent: none was asked for. */
  readonly untruePast?: readonly string[];
  /** What was sent after the deadline of its request or run, or written with a wrong clock. Absent: that was not watched. */
  readonly sentLate?: readonly string[];
}

/** What scans recorded, once a last one was complete. */
export interface ObservedFact {
  /** Whether the last change was made outside the gateway, after the gateway knew the association. */
  readonly isDrift: boolean;
  /** The entries of drift. */
  readonly entries: readonly { readonly operationId: string; readonly event: string }[];
  /** The drift that the state of the service account names; null: none. */
  readonly driftId: string | null;
  /** The association that the state says EKS has; null: none. */
  readonly associationId: string | null;
  /** Whether another version of the gateway closed an operation and left it in progress. */
  readonly isLeft: boolean;
  /** Entries of repairs. */
  readonly repairs: number;
  /** Records that the state says are in progress, and are not. */
  readonly leftInProgress: number;
}

/** The approvals of a run: the ledger's items, their entries in the trail, and the votes that people sent. */
export interface ApprovalFacts {
  /** The last approval of each request; earlier ones in its place are only in the trail. */
  readonly items: readonly ApprovalFact[];
  readonly entries: readonly ApprovalEntry[];
  readonly votes: readonly VoteAnswer[];
  /** Who was locked and when, if only for a moment; absent: nobody. */
  readonly lockedVoters?: readonly { readonly principal: string; readonly at: number }[];
}

/** An approval as the ledger has it. */
export interface ApprovalFact {
  readonly id: string;
  readonly revision: number;
  readonly state: string;
  /** Id of the principal that asked for it. */
  readonly principal: string;
  /** Ids of the people who approved, and of those who rejected. */
  readonly approvedBy: readonly string[];
  readonly rejectedBy: readonly string[];
  readonly usedBy: string | null;
}

/** An entry of an approval. */
export interface ApprovalEntry {
  readonly approvalId: string;
  readonly event: string;
  readonly revision: number;
  /** Id of the principal that asked or uses, or of the person who voted. */
  readonly principal: string;
  readonly time: number;
  /** The operation that used it; null of any other entry. */
  readonly usedBy: string | null;
  /** Ids of the people whose votes it voids; absent of any other entry. */
  readonly voided?: readonly string[];
}

/** The erasures of personal data of a run. An id of an entry is `<operationId>.<entryId>`. */
export interface ErasureFacts {
  /** What the trail records: when, and the ids of the entries that lose their personal data. */
  readonly recorded: readonly { readonly time: number; readonly erased: readonly string[] }[];
  /** Ids of the entries whose personal data are gone. */
  readonly gone: readonly string[];
}

/** The answer to a vote. */
export interface VoteAnswer {
  readonly approvalId: string;
  /** Id of the person. */
  readonly principal: string;
  /** The event of the entry in the answer; null without one. */
  readonly event: string | null;
  /** HTTP status; null if no answer arrived. */
  readonly httpStatus: number | null;
}

/** The kind of a change at EKS. */
export type ChangeKind = 'create' | 'update' | 'delete' | 'tag' | 'untag';

/** The kind of a mutation. An adoption changes nothing at EKS. */
export type MutationKind = ChangeKind | 'adopt';

/** What a change did at EKS. */
export interface Effect {
  /** When EKS applied it. */
  readonly at: number;
  /** From when on every read shows it. */
  readonly visibleAt: number;
  /** The association's `modifiedAt` after it, by the clock of EKS; for a delete, the time of the delete by that clock. */
  readonly modifiedAt: number;
}

/** A change outside the gateway. */
export interface OutsideChange extends Effect {
  readonly kind: ChangeKind;
  readonly associationId: string;
  /** The role after it; null if a delete removed it. */
  readonly roleArn: string | null;
}

/** A desired state. */
export interface Desired {
  /** Null if there shall be no association. */
  readonly roleArn: string | null;
  /** Name of the declaration; absent: it is not known. */
  readonly declaration?: string;
  /** Whether it may change what is of another declaration. */
  readonly takesOver?: true;
}

/** A time during which changes were locked; `until` is Infinity if the lock was never lifted. */
export interface LockedTime {
  readonly from: number;
  readonly until: number;
}

/** One change request that reached EKS, from EKS's own log. */
export interface EksChange {
  readonly requestId: string;
  readonly kind: ChangeKind;
  readonly time: number;
  /** Null if the request has no service account. */
  readonly serviceAccount: string | null;
  /** Null for a create that created nothing, or where it is not known what it created. */
  readonly associationId: string | null;
  /** The operation named in the request; null if the request names none, as for a delete. */
  readonly operationId: string | null;
  /** Null if EKS did not apply the change. */
  readonly effect: Effect | null;
}

/** An association that exists at EKS at the end. */
export interface AssociationFact {
  readonly associationArn: string;
  readonly associationId: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  /** The operation id in the ownership tag; null if the tag is missing, that is, the gateway did not create it. */
  readonly operationId: string | null;
}

/** An entry of the audit trail. */
export interface TrailEntry {
  readonly operationId: string;
  readonly entryId: string;
  readonly time: number;
  readonly event: string;
  readonly kind: MutationKind;
  /** Whether it is of a create that adopted what existed, or an update of the expiry alone, which changes nothing either; absent: no. */
  readonly isAdopted?: boolean;
  /** Id of the principal. */
  readonly principal: string;
  /**
   * The audit trail does not store tokens, so test requests send their token as `reason` too; null if an entry has no
   * reason.
   */
  readonly clientRequestToken: string | null;
  /** Id of the API request that wrote the entry. */
  readonly apiRequestId?: string;
  readonly serviceAccount: string | null;
  readonly associationArn: string | null;
  /** The requested role; null for a delete, and for an update that does not change the role. */
  readonly roleArn: string | null;
  readonly refusalCode: string | null;
  readonly fence: number | null;
  /** How many people other than the principal must approve before its operation may begin; absent: none. */
  readonly approvers?: number;
  /** The expiry that it carries out or warns of: when, and the operation that set it. Absent: it is a request's. */
  readonly expiry?: { readonly at: number; readonly setBy: string };
  /** The expiry that it requests; null: none any more. Absent: its request names none, or the entry has no request. */
  readonly setsExpiry?: number | null;
  /** Whether it requests nothing else: then nothing is sent to EKS, and one entry is all that is recorded. Absent: no. */
  readonly isExpiryOnly?: boolean;
  /** Set on an update that sets an expiry of an association whose delete needs an approval. */
  readonly endsHeld?: true;
}

/** An idempotency record. */
export interface RecordFact {
  readonly idempotencyKey: string;
  readonly operationId: string;
  readonly state: string;
  readonly fence: number | null;
  readonly leaseUntil: number | null;
}

/** The answer to one request. */
export interface CallerAnswer {
  /** Id of the requesting principal. */
  readonly principal: string;
  readonly kind: MutationKind;
  readonly clientRequestToken: string;
  /** What the request names if it is a desired state: the role; null if there shall be no association. Then it has no token, and its name is in that place. */
  readonly desired?: Desired;
  /** False if the answer says that the desired state needs another change. */
  readonly isSettled?: boolean;
  /** The `modifiedAt` that the request expects; absent if it expects none. */
  readonly expectedModifiedAt?: number;
  /** When the revision that a create or update expects was read; absent if it expects none. */
  readonly plannedAt?: number;
  /** When the request arrived. */
  readonly startedAt: number;
  readonly answeredAt: number;
  /** `ERROR`: a top-level GraphQL error. `NONE`: no answer, because the process crashed or timed out. */
  readonly status: 'SUCCEEDED' | 'REFUSED' | 'IN_PROGRESS' | 'ERROR' | 'NONE';
  /** Code of the refusal or of the error. */
  readonly code: string | null;
  /**
   * Id of the API request, if the client knows it. An error is then checked against exactly what this request started.
   */
  readonly apiRequestId?: string;
  /** HTTP status; null if no answer arrived. */
  readonly httpStatus: number | null;
  readonly associationArn: string | null;
  /** Operation and event of the audit entry in the answer. */
  readonly operationId: string | null;
  readonly event: string | null;
}
