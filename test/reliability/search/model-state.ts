import type { IdempotencyRecord } from '../../../src/ledger/ledger.ts';
import type { Association } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { MutationKind } from '../facts.ts';
import type { Approver, AskingName, Ballot, Judgement } from './asked-needs.ts';
import type { Applied } from './eks-behaviour.ts';

/** One attempt of a request. Two attempts make the same request if their `input` texts are equal. */
export interface Attempt {
  readonly name: string;
  /**
   * Principal, kind and token: a token is scoped to its principal and to one kind of operation. Null for the
   * reconciler.
   */
  identity: string | null;
  readonly input: string;
  /** Whether it is a run of `expire`, which is known by the expiry that it carries out. */
  readonly isExpireRun: boolean;
  /** The clock that its process has. */
  readonly clock: 'gateway' | 'secondGateway' | 'scanner' | 'approver' | 'expireRun';
  /** The expiry that the request names; undefined: none. */
  readonly expiry: string | null | undefined;
  /** The declaration that the request names; null: none. */
  readonly declaration: string | null;
  /** The revision of the service account that the request expects; null: any. */
  readonly expectedRevision: number | null;
  /** What the policies ask approvers of the request; they are those in force when it begins. */
  asking: AskingName;
  /** What these policies say of deletes. */
  deletes: Judgement['deletes'];
  /** The vote; null: it is not one. */
  readonly ballot: Ballot | null;
  /** Whether policy denied the request, once it was authorized. */
  isDenied: boolean;
  /** `modifiedAt` of the association that policy judged last, and of the one that EKS showed last; null: none. */
  judged: string | null;
  seen: string | null;
  /** The association that EKS showed last; null: none. */
  shown: Association | null;
  /** What its last read of the locks showed; null before it. */
  lock: 'set' | 'none' | null;
  /** Whether its first read of the locks showed one on its principal; null before it. */
  wasLocked: boolean | null;
  /** The revision of the locks on principals that its last read showed; null before it. */
  locksRevision: number | null;
  /** Whether EKS denied a read, because the account lacks its role. */
  wasDenied: boolean;
  /** Who may not vote, by the policies in force when the request or the vote began. */
  denied: Approver | null;
  /** The token's lifetime at the start of the request, if the token had a final answer by then. */
  finalBefore: TokenLifetime | null;
}

/** The part of an answer that the model checks. */
export interface Answered {
  readonly status: 'SUCCEEDED' | 'REFUSED' | 'IN_PROGRESS';
  readonly association: Association | null;
  readonly refusal: { readonly code: string } | null;
  readonly auditEntry: AuditEntry;
}

/** A token from its first operation until its record expires. */
export interface TokenLifetime {
  readonly identity: string;
  readonly input: string;
  readonly begunAt: number;
  readonly operations: Operation[];
  record: IdempotencyRecord;
  /** Name of the process that wrote the record. */
  holder: string;
  final: string | null;
}

/** One operation of a token. */
export interface Operation {
  readonly id: string;
  readonly kind: MutationKind;
  readonly lifetime: TokenLifetime;
  closed: AuditEntry | null;
  applied: Applied | null;
  /** Whether it was sent to EKS, and no process got a definite answer. */
  isInDoubt: boolean;
  /** Whether its success is recorded at once, without a change at EKS. */
  readonly isAtOnce: boolean;
}
