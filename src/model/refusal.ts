import type { Association } from './association.ts';
import type { Violation } from './decision.ts';

/** Codes of refusals; `outcome.ts` says what follows from each. */
export type RefusalCode =
  | 'INVALID_INPUT'
  | 'POLICY_DENIED'
  | 'POLICY_EVALUATION_FAILED'
  | 'TOKEN_REUSED_WITH_DIFFERENT_INPUT'
  | 'ASSOCIATION_ALREADY_EXISTS'
  | 'ASSOCIATION_NOT_FOUND'
  | 'ASSOCIATION_CHANGED'
  | 'CLUSTER_NOT_FOUND'
  | 'ROLE_NOT_FOUND'
  | 'TRUST_POLICY_INVALID'
  | 'ASSOCIATION_LIMIT_EXCEEDED'
  | 'GATEWAY_ACCESS_DENIED'
  | 'THROTTLED'
  | 'EKS_UNREACHABLE'
  | 'EKS_REFUSED'
  | 'OUTCOME_UNDETERMINED';

/** One broken rule of the input. */
export interface Finding {
  /** Path of the field, e.g. `tags.3.key`. */
  readonly path: string;
  /** Name of the rule, kebab-case. */
  readonly rule: string;
  /** What is wrong. */
  readonly message: string;
  /** How to mend it. */
  readonly advice: string;
}

/** A field on which a request and an association differ. */
export interface Difference {
  /** Field name; `tags.<key>` for a tag. */
  readonly field: string;
  /** As asked for; null when not asked for. */
  readonly requested: string | null;
  /** As it is; null when absent. */
  readonly existing: string | null;
}

interface RefusalBase {
  readonly code: RefusalCode;
  /** One sentence for people. */
  readonly message: string;
  /** How to mend it. */
  readonly advice: string | null;
  /** True when the unchanged request can succeed later. */
  readonly retryable: boolean;
}

/** Why nothing was done: plain JSON, kept in token records and given to callers. `kind` is the GraphQL type's name. */
export type Refusal =
  | (RefusalBase & { readonly kind: 'InvalidInput'; readonly findings: readonly Finding[] })
  | (RefusalBase & { readonly kind: 'PolicyDenied'; readonly violations: readonly Violation[] })
  | (RefusalBase & { readonly kind: 'TokenReused'; readonly originalOperationId: string })
  | (RefusalBase & { readonly kind: 'AssociationNotFound' })
  | (RefusalBase & {
      readonly kind: 'AssociationAlreadyExists' | 'AssociationChanged';
      /** Null when it is not visible, at EKS or to this caller. */
      readonly existing: Association | null;
      /** Empty when it is what was asked for; null when `existing` is. */
      readonly differences: readonly Difference[] | null;
    })
  | (RefusalBase & { readonly kind: 'EksRefused'; readonly exception: string; readonly eksMessage: string });
