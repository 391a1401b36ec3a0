import type { MutationKind } from '../facts.ts';
import type { RequestVariant } from './flows.ts';

/** A mutation that a case sends. */
export interface CaseRequest extends RequestVariant {
  readonly kind: MutationKind;
  /** The association to change; null for a create. */
  readonly associationId: string | null;
  /** `pat` is another principal, who changes what the case is about. */
  readonly by: 'alice' | 'bob' | 'pat';
  /** Whether a create adopts an association that equals it; absent: no. */
  readonly adopts?: true;
  /** Whether policy demands an approval; absent: no. */
  readonly held?: true;
  /** Whether it names the desired state that the kind leads to; absent: no. */
  readonly ensures?: true;
  /** The declaration of a desired state; absent: that of the case. */
  readonly declaredBy?: 'another';
  /** Whether a desired state takes over what another declaration owns; absent: no. */
  readonly takesOver?: true;
  /** Whether an update makes the association one of the declaration of desired states; absent: no. */
  readonly declares?: true;
  /** The expiry that an update sets, in milliseconds since the epoch; absent: none. */
  readonly expiresAt?: number;
  /** Milliseconds since the epoch; null: none is expected. */
  readonly expectedModifiedAt: number | null;
}
