import type { Finding } from '../../src/model/refusal.ts';
import { validateCreate } from '../../src/validation/create.ts';
import type { CreateInput } from '../../src/validation/create.ts';

export const defaults = { accountId: '111122223333', region: 'eu-central-1' };

/** A valid input with nothing but what is required. */
export const goodInput = {
  clusterName: 'payments-prod',
  namespace: 'payments',
  serviceAccount: 'checkout',
  roleArn: 'arn:aws:iam::111122223333:role/payments/checkout',
} satisfies CreateInput;

/** The findings of the good input with `changes`. */
export function findingsOf(changes: CreateInput): readonly Finding[] {
  const validated = validateCreate({ ...goodInput, ...changes }, defaults);
  return validated.kind === 'invalid' ? validated.findings : [];
}

/** The same as `<path> <rule>`, in their order. */
export function rulesBrokenBy(changes: CreateInput): string[] {
  return findingsOf(changes).map(({ path, rule }) => `${path} ${rule}`);
}

/** The one finding of an input that breaks one rule. */
export function onlyFindingOf(changes: CreateInput): Finding {
  const [finding, ...more] = findingsOf(changes);
  if (finding === undefined || more.length > 0)
    throw new Error(`not one finding but ${rulesBrokenBy(changes).join(', ')}`);
  return finding;
}
