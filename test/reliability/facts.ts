/**
 * What can be seen from outside of a gateway, once it is over: at EKS, in the trail, among the tokens, and by those who
 * asked. Plain data, without any of the gateway's own types: who collects them reads tables and APIs as they are, so that
 * a fault of the gateway's code can't hide itself. `invariants.ts` says what must hold of them.
 *
 * Times are milliseconds since the epoch. A service account is named `<clusterName>/<namespace>/<serviceAccount>`.
 */
export interface Facts {
  readonly changes: readonly EksChange[];
  readonly associations: readonly HeldAssociation[];
  readonly entries: readonly TrailEntry[];
  readonly tokens: readonly TokenFact[];
  readonly answers: readonly CallerAnswer[];
  /** Ids of associations that somebody changed or deleted directly, past the gateway. */
  readonly touchedByOthers: readonly string[];
  /** False where nobody came back to what was left open, so that an operation may still be so. */
  readonly settled: boolean;
}

export type ChangeKind = 'create' | 'update' | 'delete';

/** One request for a change that reached EKS, by EKS's own record. */
export interface EksChange {
  readonly requestId: string;
  readonly kind: ChangeKind;
  readonly time: number;
  /** Null where the request named none. */
  readonly serviceAccount: string | null;
  /** Null for a create. */
  readonly associationId: string | null;
  /** The operation that the request says it belongs to; null where it says nothing, as a delete does. */
  readonly operationId: string | null;
  /** Whether EKS did it. */
  readonly applied: boolean;
}

/** An association that EKS holds at the end. */
export interface HeldAssociation {
  readonly associationArn: string;
  readonly associationId: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  /** The operation by the ownership tag; null where there is none: somebody else made it. */
  readonly operationId: string | null;
}

/** An entry of the trail. */
export interface TrailEntry {
  readonly operationId: string;
  readonly entryId: string;
  readonly time: number;
  readonly event: string;
  readonly kind: ChangeKind;
  /** Id of the principal. */
  readonly principal: string;
  /** The trail keeps no tokens, so who asks gives the token as `reason` too; null where an entry has no reason. */
  readonly clientRequestToken: string | null;
  /** Id of the request that wrote it, as the API gave it. */
  readonly apiRequestId?: string;
  readonly serviceAccount: string | null;
  readonly associationArn: string | null;
  /** The role that the request asked for; null for a delete, and for an update of something else. */
  readonly roleArn: string | null;
  readonly refusalCode: string | null;
  readonly fence: number | null;
}

/** What is remembered of a request token. */
export interface TokenFact {
  readonly idempotencyKey: string;
  readonly operationId: string;
  readonly state: string;
  readonly fence: number | null;
  readonly leaseUntil: number | null;
}

/** What one request was answered. */
export interface CallerAnswer {
  /** Id of the principal who asked. */
  readonly principal: string;
  readonly kind: ChangeKind;
  readonly clientRequestToken: string;
  readonly startedAt: number;
  readonly answeredAt: number;
  /** `ERROR`: a top-level error of GraphQL; `NONE`: no answer came, because the process was gone or the time was over. */
  readonly status: 'SUCCEEDED' | 'REFUSED' | 'IN_PROGRESS' | 'ERROR' | 'NONE';
  /** Of the refusal or of the error. */
  readonly code: string | null;
  /** Id of the request, where it is known to who asked; an error is then held against what this very request began. */
  readonly apiRequestId?: string;
  /** HTTP status; null where no answer came. */
  readonly httpStatus: number | null;
  readonly associationArn: string | null;
  /** Operation and event of the audit entry that the answer names. */
  readonly operationId: string | null;
  readonly event: string | null;
}
