/** A person, or a workload. */
export type PrincipalKind = 'USER' | 'SERVICE';

/** Who is authenticated. The same value stands in policy decisions, in the trail and in the logs. */
export interface Principal {
  /** `<issuer>#<subject>` by JWT; `iam:<account>:role/<name>`, `iam:<account>:user/<name>` or, for a person of IAM Identity Center, `iam:<account>:role/<name>/<session>` by SigV4. */
  readonly id: string;
  readonly kind: PrincipalKind;
  /** By the token's claims, or by the inventory. */
  readonly groups: readonly string[];
  /** IAM session name: recorded, never decided on, because the caller of AssumeRole chooses it. */
  readonly sessionName: string | null;
}

/** Who asks, and from where. */
export interface RequestIdentity {
  /** Whose permissions authorize. */
  readonly principal: Principal;
  /** The service that a delegated token names (RFC 8693 `act`). */
  readonly actor: Principal | null;
  /** Network address, as API Gateway saw it. */
  readonly sourceAddress: string | null;
  readonly userAgent: string | null;
  /** Joins the gateway's logs. */
  readonly apiRequestId: string;
}
