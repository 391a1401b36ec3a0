import type { Approval } from './approval.ts';
import type { ApprovalNeed } from './approval-vote.ts';
import type { Association } from './association.ts';
import type { DeniedSubject, Violation } from './decision.ts';
import type { Finding } from './finding.ts';
import type { Lock } from './lock.ts';
import { outcomes } from './outcome.ts';
import type { Outcome, OutcomeName, RefusalCode } from './outcome.ts';

export type { Finding } from './finding.ts';

/** A field in which a request and an association differ. */
export interface Difference {
  /** Field name; `tags.<key>` for a tag. */
  readonly field: string;
  /** In the request; null when the request has none. */
  readonly requested: string | null;
  /** In the association; null when it has none. */
  readonly existing: string | null;
}

interface RefusalBase {
  readonly code: RefusalCode;
  /** One sentence for people. */
  readonly message: string;
  /** How to fix it. */
  readonly advice: string | null;
  /** True when the unchanged request can succeed later. */
  readonly retryable: boolean;
}

/** The refusal of a change that a lock stops. It is not stored in idempotency records. */
export type LockedRefusal = RefusalBase & { readonly kind: 'ChangesLocked'; readonly lock: Lock };

/** The refusal of a change that people must approve first, or have not approved. */
export type ApprovalRefusal = RefusalBase & {
  readonly kind: 'ApprovalRequired';
  /** Empty where the approval has them: it ended. */
  readonly needs: readonly ApprovalNeed[];
  /** Null if none was opened: in a dry run, and beyond the limit of pending ones. */
  readonly approval: Approval | null;
};

/**
 * Why nothing was done: plain JSON, stored in idempotency records and returned. `kind` is the
 * GraphQL type's name.
 */
export type Refusal =
  | (RefusalBase & { readonly kind: 'InvalidInput'; readonly findings: readonly Finding[] })
  | (RefusalBase & {
      readonly kind: 'PolicyDenied';
      readonly violations: readonly Violation[];
      /**
       * The groups that own the namespace in question; empty if it has none or the cluster isn't
       * registered.
       */
      readonly owners: readonly string[];
    })
  | (RefusalBase & { readonly kind: 'TokenReused'; readonly originalOperationId: string })
  | (RefusalBase & { readonly kind: 'AssociationNotFound' })
  | LockedRefusal
  | ApprovalRefusal
  | (RefusalBase & { readonly kind: 'VoteRefused' })
  | (RefusalBase & {
      readonly kind: 'AssociationAlreadyExists' | 'AssociationChanged';
      /** Null when it is not visible at EKS, or this principal may not view it. */
      readonly existing: Association | null;
      /** Empty when it equals the request; null when `existing` is. */
      readonly differences: readonly Difference[] | null;
      /** Who may not view it; absent unless `existing` is null for that reason. */
      readonly existingDeniedTo?: DeniedSubject;
    })
  | (RefusalBase & { readonly kind: 'EksRefused'; readonly exception: string; readonly eksMessage: string });

/** Outcomes that are refusals. */
export type RefusedOutcome = {
  [Name in OutcomeName]: (typeof outcomes)[Name]['code'] extends null ? never : Name;
}[OutcomeName];

/**
 * The fields of a refusal that its outcome's row determines. `message` is one sentence for people.
 */
export function refusalFields(outcome: RefusedOutcome, message: string) {
  const { code, retryable, advice } = outcomes[outcome];
  return { code, message, advice, retryable };
}

/**
 * Seconds after which a refused request can be sent again unchanged; null where that does not help.
 */
export function retryAfterSecondsOf({ code, retryable }: Pick<Refusal, 'code' | 'retryable'>): number | null {
  if (!retryable) return null;
  const row = Object.values<Outcome>(outcomes).find((each) => each.code === code && each.retryable);
  return row?.retryAfterSeconds ?? null;
}

/** Refusals for which the gateway, or a service that it calls, is the reason, not the request. */
export const refusalsByGateway: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'EKS_UNREACHABLE',
  'GATEWAY_ACCESS_DENIED',
  'POLICY_EVALUATION_FAILED',
  'THROTTLED',
]);
