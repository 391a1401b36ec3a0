import { asArray, asFields, asText, optional, required, ShapeError } from './shape.ts';
import type { Fields } from './shape.ts';

/** IAM trust policy of a role. Conditions are ignored. */
export interface TrustPolicy {
  readonly Version?: string;
  readonly Statement: readonly TrustStatement[];
}

/**
 * A statement of a trust policy. Only effect, service and AWS principals, and actions are
 * evaluated.
 */
export interface TrustStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly Action?: unknown;
  readonly [element: string]: unknown;
}

const podIdentityPrincipal = 'pods.eks.amazonaws.com';
const neededActions = ['sts:AssumeRole', 'sts:TagSession'];

/**
 * The trust policy that EKS Pod Identity requires (EKS user guide, "Create IAM role with trust
 * policy").
 */
export const podIdentityTrustPolicy: TrustPolicy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: podIdentityPrincipal }, Action: neededActions }],
};

/** Parses a trust policy; IAM allows a single statement in place of a list. Throws a ShapeError. */
export function asTrustPolicy(value: unknown, where: string): TrustPolicy {
  const fields = asFields(value, where);
  return { Statement: required(fields, 'Statement', where, asStatements) };
}

/**
 * Whether EKS accepts the role: it must allow `pods.eks.amazonaws.com` both sts:AssumeRole and
 * sts:TagSession.
 */
export function trustsPodIdentity(policy: TrustPolicy): boolean {
  const statements = policy.Statement.filter(({ Principal }) =>
    namesIn('Service', Principal).includes(podIdentityPrincipal),
  );
  return neededActions.every((action) => allows(statements, action));
}

/**
 * Whether a trust policy allows an action to one of these names of a principal: ARNs, or the id of
 * its account.
 */
export function allowsPrincipal(policy: TrustPolicy, names: readonly string[], action: string): boolean {
  const statements = policy.Statement.filter(
    ({ Principal }) =>
      Principal === '*' || namesIn('AWS', Principal).some((name) => name === '*' || names.includes(name)),
  );
  return allows(statements, action);
}

function allows(statements: readonly TrustStatement[], action: string): boolean {
  const covers = (effect: 'Allow' | 'Deny') =>
    statements.some(({ Effect, Action }) => Effect === effect && texts(Action).some((glob) => matches(glob, action)));
  return covers('Allow') && !covers('Deny');
}

function asStatements(value: unknown, where: string): readonly TrustStatement[] {
  if (!Array.isArray(value)) return [asStatement(value, where)];
  return asArray(value, where).map((statement, index) => asStatement(statement, `${where}.${index}`));
}

function asStatement(value: unknown, where: string): TrustStatement {
  const fields = asFields(value, where);
  const effect = required(fields, 'Effect', where, asText);
  if (effect !== 'Allow' && effect !== 'Deny') throw new ShapeError(`${where}.Effect must be Allow or Deny`);
  return { ...fields, Effect: effect };
}

/** The principals of a kind in the element Principal. */
function namesIn(kind: 'Service' | 'AWS', principal: unknown): readonly string[] {
  if (typeof principal !== 'object' || principal === null) return [];
  const fields: Fields = { ...principal };
  return texts(optional(fields, kind, 'Principal', (value) => value));
}

/** IAM allows a single string in place of a list. */
function texts(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === 'string');
}

/** Compares actions case-insensitively, as IAM does. Supports `*` at the end only. */
function matches(glob: string, action: string): boolean {
  const wanted = action.toLowerCase();
  const pattern = glob.toLowerCase();
  return pattern.endsWith('*') ? wanted.startsWith(pattern.slice(0, -1)) : wanted === pattern;
}
