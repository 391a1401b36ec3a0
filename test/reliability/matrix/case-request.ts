import type { ChangeKind } from '../facts.ts';
import type { RequestVariant } from './flows.ts';

/** A mutation that a case sends. */
export interface CaseRequest extends RequestVariant {
  readonly kind: ChangeKind;
  /** The association to change; null for a create. */
  readonly associationId: string | null;
  readonly by: 'alice' | 'bob';
}
