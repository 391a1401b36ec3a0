/** A person, or a workload. */
type PrincipalKind = 'USER' | 'SERVICE';

/**
 * An authenticated principal. Policy decisions use it; audit entries keep a
 * {@link RecordedPrincipal}.
 */
export interface Principal {
  /**
   * `<issuer>#<subject>` by JWT; `iam:<account>:role/<name>`, `iam:<account>:user/<name>` or, for a
   * person of IAM Identity Center, `iam:<account>:role/<name>/<session>` by SigV4.
   */
  readonly id: string;
  readonly kind: PrincipalKind;
  /** From the token's claims, or from the inventory. */
  readonly groups: readonly string[];
  /**
   * IAM session name: recorded, never used in decisions, because the client that calls AssumeRole
   * chooses it.
   */
  readonly sessionName: string | null;
}

/** The service that carries out expiries: the actor of their deletes. */
export const expireServiceId = 'pod-identity-gateway/expire';

/**
 * Whether a principal is a person with a token. An IAM session proves no person: people who may
 * assume the role, or have the user's keys, have one beside a token of their own.
 */
export function isPersonWithToken({ kind, id }: Pick<Principal, 'kind' | 'id'>): boolean {
  return kind === 'USER' && !id.startsWith('iam:');
}

/** A principal as audit entries keep it: `groups` are only those that can change a decision. */
export interface RecordedPrincipal extends Principal {
  /** The groups that are left out; null if there are none. */
  readonly otherGroups: {
    readonly count: number;
    /** SHA-256 (hex) over the JSON array of their names, sorted by UTF-16 code units. */
    readonly sha256: string;
  } | null;
}

/** Reduces a principal to what audit entries keep. */
export type RecordPrincipal = (principal: Principal) => RecordedPrincipal;

/** The authenticated principal, with the service that acts for it. */
export interface Viewer extends Principal {
  readonly actor: RecordedPrincipal | null;
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
