import { readFileSync } from 'node:fs';
import { readingPolicies } from '../../../../tools/explain.ts';
import type { Decision } from '../../../../src/model/decision.ts';
import { authorizeWith } from '../../../../src/policy/decide/authorize.ts';
import { inventoryFor, withRolesOf } from '../../../../src/cases/cases.ts';
import { parseRequest } from '../../../../src/cases/case-files.ts';
import { locatePolicies } from '../../../../src/policy/policies/compile.ts';
import { counterfactuals } from '../authoring/counterfactuals.ts';
import type { Counterfactual } from '../authoring/counterfactuals.ts';
import { makeEngine } from '../../../../src/policy/decide/engine.ts';
import { readInventoryText, readPolicies, readPolicySet } from '../../../../src/policy/load.ts';
import { placeOf } from '../../../../src/policy/cedar/locations.ts';
import type { LocatedPolicy } from '../../../../src/policy/cedar/locations.ts';
import { verdict } from './recorded-request.ts';

/** Policies by `@id`. */
type Places = ReadonlyMap<string, LocatedPolicy>;

/**
 * Explains the decision on the request of a case: which policies decided and where they are, and
 * what would have to differ for another decision. Throws an Error that says what is wrong when the
 * case or the policies can't be read.
 *
 * @returns lines of text
 */
export function explainDecision(file: string, directory: string): readonly string[] {
  const given = parseRequest(file, readFileSync(file, 'utf8'));
  const advice = 'Name a folder with *.cedar files, schema.cedarschema, required-policies.json and inventory.json.';
  return readingPolicies(directory, advice, () => {
    const inventory = inventoryFor(readInventoryText(directory), given);
    const policySet = readPolicySet(directory);
    const places = locatePolicies(readPolicies(directory));
    let failure = '';
    const decide = authorizeWith(makeEngine(policySet), inventory, (detail) => (failure = detail));
    const authorize = withRolesOf(given, decide);
    const decision = authorize(given.context, given.request);
    if (decision.failed) return [verdict(decision), ...reasons(decision, places), `  ${failure}`];
    const others = counterfactuals(authorize, given, policySet, inventory);
    return [verdict(decision), ...reasons(decision, places), '', ...differences(decision, others, places)];
  });
}

/** The policies that decided, each with its place and, for a denial, its message and advice. */
function reasons({ allowed, policyIds, violations }: Decision, places: Places): readonly string[] {
  if (allowed) return policyIds.map((id) => `- ${withPlace(id, places)}`);
  return violations.flatMap(({ policyId, message, advice, deniedTo }) => [
    `- ${withPlace(policyId, places)}${deniedTo === undefined ? '' : ` (denied to ${deniedTo})`}`,
    `  ${message}`,
    ...(advice === null ? [] : [`  ${advice}`]),
  ]);
}

function withPlace(id: string, places: Places): string {
  const place = places.get(id);
  return place === undefined ? id : `${id}, ${placeOf(place, null)}`;
}

function differences(decision: Decision, others: readonly Counterfactual[], places: Places): readonly string[] {
  if (decision.allowed) {
    const lines = others.map(({ what, decision: other }) => `- ${what}: ${verdict(other)}`);
    return lines.length === 0 ? ['No tried change denies it.'] : ['It would not be allowed if', ...lines];
  }
  const lines = others.map(
    ({ what, decision: other, lifted }) =>
      `- ${what}: ${other.allowed ? verdict(other) : `without ${lifted.join(', ')}, ${verdict(other)}`}`,
  );
  return [
    ...(lines.length === 0 ? ['No tried change lifts a violation.'] : ['It would be decided otherwise if', ...lines]),
    ...remaining(decision, others, places),
  ];
}

/**
 * The text of the policies that no tried change lifts: their conditions say what would have to
 * differ.
 */
function remaining({ violations }: Decision, others: readonly Counterfactual[], places: Places): readonly string[] {
  const lifted = others.flatMap((one) => one.lifted);
  return violations
    .filter(({ policyId }) => !lifted.some((key) => key === policyId || key.startsWith(`${policyId} `)))
    .flatMap(({ policyId }) => {
      const place = places.get(policyId);
      return place === undefined ? [] : ['', `No tried change lifts ${withPlace(policyId, places)}:`, place.text];
    });
}
