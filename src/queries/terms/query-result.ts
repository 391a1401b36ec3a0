import type { EksError } from '../../eks/eks.ts';
import type { UnsupportedFormat } from '../../ledger/format.ts';
import type { Violation } from '../../model/decision.ts';
import type { Finding } from '../../model/refusal.ts';

/** Why a query has no answer. */
export type QueryFailure =
  /** The arguments break rules. */
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] }
  /** Policy denies it. */
  | { readonly kind: 'denied'; readonly violations: readonly Violation[] }
  /** EKS could not be read. */
  | { readonly kind: 'eks-failed'; readonly error: EksError }
  /**
   * A page begins with an entry that another version of the gateway wrote; `endCursor` continues
   * after it.
   */
  | { readonly kind: 'unsupported-format'; readonly error: UnsupportedFormat; readonly endCursor: string };

/** The result of a query. */
export type QueryResult<Value> = { readonly kind: 'ok'; readonly value: Value } | QueryFailure;
