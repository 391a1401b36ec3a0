/** A person, or a workload. */
type PrincipalKind = 'USER' | 'SERVICE';

/** An authenticated principal: the same value in policy decisions, in the audit trail and in the logs. */
export interface Principal {
  /** `<issuer>#<subject>` by JWT; `iam:<account>:role/<name>`, `iam:<account>:user/<name>` or, for a person of IAM Identity Center, `iam:<account>:role/<name>/<session>` by SigV4. */
  readonly id: string;
  readonly kind: PrincipalKind;
  /** From the token's claims, or from the inventory. */
  readonly groups: readonly string[];
  /** IAM session name: recorded, never used in decisions, because the client that calls AssumeRole chooses it. */
  readonly sessionName: string | null;
}

/** Who sent a request, and from where. */
export interface RequestIdentity {
  /** Whose permissions decide. */
  readonly principal: Principal;
  /** The service that a delegated token names (RFC 8693 `act`). */
  readonly actor: Principal | null;
  /** Network address as seen by API Gateway. */
  readonly sourceAddress: string | null;
  readonly userAgent: string | null;
  /** API Gateway's request id, as in the logs. */
  readonly apiRequestId: string;
}
