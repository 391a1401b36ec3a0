import type { DeletePodIdentityAssociationInput } from '../generated/types.ts';
import type { Finding } from '../model/refusal.ts';
import { clientRequestTokenFindings, declarationFindings, onBehalfOfFindings, reasonFindings } from './free-texts.ts';
import type { DescribedInvalidInput } from './invalid-input.ts';
import type { Text } from './text-rules.ts';

/**
 * The fields that every mutation accepts beside the change itself. Absent and null mean the same.
 */
type MetadataInput = Pick<
  DeletePodIdentityAssociationInput,
  'clientRequestToken' | 'reason' | 'onBehalfOf' | 'declaration'
>;

/** The same fields after validation: null where a field is absent or invalid. */
interface RequestMetadata {
  readonly clientRequestToken: string | null;
  readonly reason: string | null;
  readonly onBehalfOf: string | null;
  readonly declaration: string | null;
}

/** The result of validating the input of a mutation. */
export type ValidatedAs<Request> =
  | ({ readonly kind: 'valid'; readonly request: Request } & RequestMetadata)
  | ({ readonly kind: 'invalid' } & DescribedInvalidInput & RequestMetadata);

/** The metadata of an input, and the findings on each of its fields. */
export interface ValidatedMetadata {
  readonly metadata: RequestMetadata;
  readonly findings: { readonly [Field in keyof RequestMetadata]: readonly Finding[] };
}

/**
 * Validates the fields that every mutation accepts. A valid field is kept even where others are
 * invalid.
 */
export function validateMetadata(input: MetadataInput): ValidatedMetadata {
  const { clientRequestToken, reason, onBehalfOf, declaration } = input;
  const findings = {
    clientRequestToken: clientRequestTokenFindings(clientRequestToken),
    reason: reasonFindings(reason),
    onBehalfOf: onBehalfOfFindings(onBehalfOf),
    declaration: declarationFindings(declaration),
  };
  return {
    findings,
    metadata: {
      clientRequestToken: validOrNull(clientRequestToken, findings.clientRequestToken),
      reason: validOrNull(reason, findings.reason),
      onBehalfOf: validOrNull(onBehalfOf, findings.onBehalfOf),
      declaration: validOrNull(declaration, findings.declaration),
    },
  };
}

function validOrNull(value: Text, findings: readonly Finding[]): string | null {
  return findings.length === 0 ? (value ?? null) : null;
}
