import type { AssociationTarget } from '../model/association.ts';
import { allHold, comparisonsOf, matchesWildcards, textsOf } from './trust-conditions.ts';
import type { ConditionContext, Truth } from './trust-conditions.ts';

const assumeRole = 'sts:AssumeRole';
const tagSession = 'sts:TagSession';

/** How a role is assumed, as far as it is known here. */
interface Assumption {
  readonly actions: readonly string[];
  /** Whether the `Principal` of a statement includes who assumes the role. */
  readonly isIncluded: (principal: unknown) => boolean;
  readonly contextOf: (action: string) => ConditionContext;
}

const service = 'pods.eks.amazonaws.com';

/** The pods that get a role. */
export interface TrustSubject extends AssociationTarget {
  readonly disableSessionTags: boolean;
}

/** Why pods can't get a role. */
export type TrustProblem =
  /** No statement allows it, or the policy can't be read. */
  | { readonly kind: 'not-allowed'; readonly action: string }
  /**
   * Each statement that allows it has a condition that these pods do not meet: on this key, with
   * this value.
   */
  | { readonly kind: 'condition'; readonly action: string; readonly key: string; readonly actual: string | null }
  /** A statement denies it. */
  | { readonly kind: 'denied'; readonly action: string };

/** A role that assumes a target role. */
export interface TargetTrustSubject {
  readonly roleArn: string;
  /** Null: not known yet. */
  readonly externalId: string | null;
  readonly disableSessionTags: boolean;
}

/**
 * What keeps the pods of a service account from getting a role, by the role's trust policy; at most
 * one problem for each action. Conditions whose keys or operators are not known count as met, so
 * none found does not prove that the role can be assumed. EKS Pod Identity needs both actions (EKS
 * user guide, "Create IAM role with trust policy").
 */
export function trustProblems(document: unknown, subject: TrustSubject): readonly TrustProblem[] {
  const context = contextOf(subject);
  return problemsOf(document, {
    actions: [assumeRole, tagSession],
    isIncluded: (principal) => textsIn(principal, 'Service').includes(service),
    contextOf: () => context,
  });
}

/**
 * As {@link trustProblems}, for a target role, which the role of the association assumes (EKS user
 * guide, "Access AWS resources using EKS Pod Identity target IAM roles"). `sts:ExternalId` is a
 * condition key of `sts:AssumeRole` only.
 */
export function targetTrustProblems(document: unknown, subject: TargetTrustSubject): readonly TrustProblem[] {
  const { roleArn, externalId, disableSessionTags } = subject;
  const [, partition = '', , , accountId = ''] = roleArn.split(':');
  const principals = [roleArn, accountId, `arn:${partition}:iam::${accountId}:root`, '*'];
  const caller = [
    ['aws:PrincipalArn', roleArn],
    ['aws:PrincipalAccount', accountId],
  ] as const;
  const called = externalId === null ? caller : [...caller, ['sts:ExternalId', externalId] as const];
  return problemsOf(document, {
    actions: [assumeRole, ...(disableSessionTags ? [] : [tagSession])],
    isIncluded: (principal) => textsIn(principal, 'AWS').some((named) => principals.includes(named)),
    contextOf: (action) => byKey(action === assumeRole ? called : caller),
  });
}

function problemsOf(document: unknown, { actions, isIncluded, contextOf }: Assumption): readonly TrustProblem[] {
  const statements = statementsOf(document).filter(({ Principal }) => Principal === '*' || isIncluded(Principal));
  return actions.flatMap((action) => problemOf(statements, action, contextOf(action)) ?? []);
}

function problemOf(statements: readonly Statement[], action: string, context: ConditionContext): TrustProblem | null {
  const about = statements
    .filter((statement) => covers(statement, action))
    .map(({ Effect, Condition }) => ({ Effect, comparisons: comparisonsOf(Condition, context) }))
    .map((statement) => ({ ...statement, holds: allHold(statement.comparisons) }));
  const is = (effect: string, truth: Truth) => about.some(({ Effect, holds }) => Effect === effect && holds === truth);
  if (is('Deny', 'yes')) return { kind: 'denied', action };
  if (is('Allow', 'yes') || is('Allow', 'unknown')) return null;
  const unmet = about.filter(({ Effect }) => Effect === 'Allow').flatMap(({ comparisons }) => comparisons);
  const first = unmet.find(({ holds }) => holds === 'no');
  return first ? { kind: 'condition', action, key: first.key, actual: first.actual } : { kind: 'not-allowed', action };
}

/**
 * The condition keys whose values are known (EKS user guide, "Grant Pods access to AWS resources
 * based on tags", and "Confused deputy"). Without session tags, the request has no tags.
 */
function contextOf(subject: TrustSubject): ConditionContext {
  const { accountId, region, clusterName, namespace, serviceAccount, disableSessionTags } = subject;
  const clusterArn = `arn:aws:eks:${region}:${accountId}:cluster/${clusterName}`;
  const tags = {
    'eks-cluster-arn': clusterArn,
    'eks-cluster-name': clusterName,
    'kubernetes-namespace': namespace,
    'kubernetes-service-account': serviceAccount,
  };
  const keys: readonly (readonly [string, string | null])[] = [
    ['aws:SourceAccount', accountId],
    ['aws:SourceArn', clusterArn],
    ...Object.entries(tags).map(([name, value]) => [tagKey(name), disableSessionTags ? null : value] as const),
    ...(disableSessionTags ? podTags.map((name) => [tagKey(name), null] as const) : []),
  ];
  return byKey(keys);
}

function byKey(keys: readonly (readonly [key: string, value: string | null])[]): ConditionContext {
  return new Map(keys.map(([key, value]) => [key.toLowerCase(), value]));
}

const tagKey = (name: string) => `aws:RequestTag/${name}`;

/** Session tags with other values for each pod: known only if session tags are disabled. */
const podTags = ['kubernetes-pod-name', 'kubernetes-pod-uid'];

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Condition?: unknown;
}

/**
 * The statements of a policy; IAM allows a single one in place of a list. None for another value.
 */
function statementsOf(document: unknown): readonly Statement[] {
  if (!isObject(document)) return [];
  const { Statement: given } = document as { readonly Statement?: unknown };
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  return list.filter(isObject);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The principals of a type. */
function textsIn(principal: unknown, type: 'AWS' | 'Service'): readonly string[] {
  return isObject(principal) ? textsOf((principal as Readonly<Record<string, unknown>>)[type]) : [];
}

function covers({ Action: actions, NotAction: others }: Statement, action: string): boolean {
  const isOneOf = (patterns: unknown) =>
    textsOf(patterns).some((pattern) => matchesWildcards(pattern.toLowerCase(), action.toLowerCase()));
  return others === undefined ? isOneOf(actions) : !isOneOf(others);
}
