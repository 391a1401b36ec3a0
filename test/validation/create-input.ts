import type { CreatePodIdentityAssociationInput } from '../../src/generated/types.ts';
import type { Finding } from '../../src/model/refusal.ts';
import { validateCreate } from '../../src/validation/create.ts';

/** An input that may lack fields, which GraphQL would reject before validation. */
export type CreateInput = {
  readonly [Field in keyof CreatePodIdentityAssociationInput]?: CreatePodIdentityAssociationInput[Field] | null;
};

export const defaults = { accountId: '111122223333', region: 'eu-central-1' };

/** A valid input with the required fields only. */
export const goodInput = {
  clusterName: 'payments-prod',
  namespace: 'payments',
  serviceAccount: 'checkout',
  roleArn: 'arn:aws:iam::111122223333:role/payments/checkout',
} satisfies CreatePodIdentityAssociationInput;

/** The findings on the valid input with `changes`. */
export function findingsOf(changes: CreateInput): readonly Finding[] {
  const validated = validateCreate({ ...goodInput, ...changes } as CreatePodIdentityAssociationInput, defaults);
  return validated.kind === 'invalid' ? validated.findings : [];
}

/** The same findings as `<path> <rule>`. */
export function rulesBrokenBy(changes: CreateInput): string[] {
  return findingsOf(changes).map(({ path, rule }) => `${path} ${rule}`);
}

/** The finding on an input that breaks exactly one rule; throws otherwise. */
export function onlyFindingOf(changes: CreateInput): Finding {
  const [finding, ...more] = findingsOf(changes);
  if (finding === undefined || more.length > 0)
    throw new Error(`expected one finding, got: ${rulesBrokenBy(changes).join(', ')}`);
  return finding;
}
