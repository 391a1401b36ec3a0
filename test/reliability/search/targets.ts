import type { MutationKind } from '../facts.ts';
import type { ScenarioMutation } from './scenario.ts';

/** An id that is never assigned to an association. */
const noAssociation = 'a-00000000000000000';

/** What a mutation is about. */
export interface MutationTarget {
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly expectedModifiedAt: string | null;
  /** When a create or update was planned, and the revision of the service account then; null: it expects none. */
  readonly plan: { readonly at: number; readonly revision: number } | null;
  /** RFC 3339, UTC. Null: it clears the expiry; undefined: it names none. */
  readonly expiresAt: string | null | undefined;
}

/** A little more than the shortest lifetime, and so much that an extension is later. Milliseconds. */
const lifetimesMs = { soon: 360_000, later: 900_000 };

/** The expiry that a mutation names when it is first sent; undefined: none. `now` is the time of the gateway. */
export function expiryOf(kind: MutationKind, ends: ScenarioMutation['ends'], now: number): MutationTarget['expiresAt'] {
  if (ends === undefined || (kind !== 'create' && kind !== 'update')) return undefined;
  if (ends === 'never') return kind === 'update' ? null : undefined;
  return new Date(now + lifetimesMs[ends]).toISOString();
}

/** What is about no association. */
export const nothingExpected: MutationTarget = {
  id: noAssociation,
  expectedModifiedAt: null,
  plan: null,
  expiresAt: undefined,
};

/** What a request is about, as text: two requests are the same if their texts are equal. */
export function inputOf(variant: number, { id, expectedModifiedAt, plan, expiresAt }: MutationTarget): string {
  return `${variant} ${id} ${expectedModifiedAt} ${plan?.revision}${expiresAt === undefined ? '' : ` ${expiresAt}`}`;
}
