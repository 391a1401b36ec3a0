import { policyFindings, statementsOf } from '../../validation/session-policy.ts';
import { isJsonObject, isStringOrStrings } from '../../validation/policy-statement.ts';
import type { JsonObject } from '../../validation/policy-statement.ts';
import { quote } from '../../validation/text-rules.ts';
import type { CedarValueJson } from '../cedar/cedar.ts';
import { duplicateKeys } from '../inventory/json-keys.ts';
import type { AuthorizationRequest } from '../policy.ts';

/** What policies see of a session policy; or why its text can't be read, as a sentence. */
export type SessionPolicy =
  | { readonly kind: 'read'; readonly attributes: Readonly<Record<string, CedarValueJson>> }
  | { readonly kind: 'unreadable'; readonly problem: string };

/** The session policy of a create, or after an update; null without one and for other requests. */
export function sessionPolicyOf(request: AuthorizationRequest): SessionPolicy | null {
  const text =
    request.action === 'CreatePodIdentityAssociation'
      ? request.association.policy
      : request.action === 'UpdatePodIdentityAssociation'
        ? request.becomes.policy
        : null;
  return text === null ? null : readSessionPolicy(text);
}

/** The attribute of the context with the session policy, none where there is none to read. */
export function sessionPolicyContext(request: AuthorizationRequest): Record<string, CedarValueJson> {
  const policy = sessionPolicyOf(request);
  return policy?.kind === 'read' ? { sessionPolicy: policy.attributes } : {};
}

/**
 * Reads the statements with the effect Allow. Can't be read: a text that breaks a rule for the
 * `policy` of an input, which others can have set in EKS, and one that two parsers may read
 * differently. Takes time linear in the text; the rules bound its length, and so all sets.
 */
function readSessionPolicy(text: string): SessionPolicy {
  const [finding] = policyFindings(text, true);
  if (finding !== undefined) return { kind: 'unreadable', problem: finding.message };
  const document: unknown = JSON.parse(text);
  const [duplicate] = duplicateKeys(text);
  if (duplicate !== undefined) {
    return { kind: 'unreadable', problem: `policy has the key ${quote(duplicate.at(-1) ?? '')} twice in an object.` };
  }
  const allowing = isJsonObject(document)
    ? statementsOf(document)
        .map(({ statement }) => statement)
        .filter(isAllow)
    : [];
  const [actions, resources] = [itemsOf(allowing, 'Action'), itemsOf(allowing, 'Resource')];
  // Cedar can't read unpaired surrogates, which JSON escapes can express.
  if (!resources.every((resource) => resource.isWellFormed())) {
    return { kind: 'unreadable', problem: 'policy has a Resource with an unpaired surrogate.' };
  }
  const attributes = {
    actions,
    resources,
    actionsWithWildcard: actions.filter((action) => /[*?]/.test(action)),
    resourcesOfAnyService: resources.filter(isOfAnyService),
    hasNotAction: allowing.some((statement) => Object.hasOwn(statement, 'NotAction')),
    hasNotResource: allowing.some((statement) => Object.hasOwn(statement, 'NotResource')),
  };
  return { kind: 'read', attributes };
}

function isAllow({ Effect: effect }: JsonObject): boolean {
  return effect === 'Allow';
}

/** The different items of an element of statements. */
function itemsOf(statements: readonly JsonObject[], element: string): string[] {
  const items = statements.flatMap((statement) => {
    const value = Object.hasOwn(statement, element) ? statement[element] : undefined;
    return isStringOrStrings(value) ? [value].flat() : [];
  });
  return [...new Set(items)];
}

/** Whether a resource is `*`, or an ARN with a wildcard in the name of its service. */
function isOfAnyService(resource: string): boolean {
  const [, , service = resource] = resource.split(':', 3);
  return /[*?]/.test(service);
}
