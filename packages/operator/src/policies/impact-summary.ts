import type { ClusterRef } from '../../../../src/model/association.ts';
import type { PolicyJson } from '../../../../src/policy/cedar/cedar.ts';
import { clusterName } from '../observed-associations.ts';
import { differences } from './impact-judge.ts';
import type { Impact, PoliciesInUse } from './impact-judge.ts';

/** Numbers of associations by how a decision about them differs. */
type Counts = Readonly<Partial<Record<Impact['kind'], number>>>;

/** What a policy changes. */
interface RuleImpact {
  readonly policyId: string;
  /**
   * Whether the policy denies regardless of who asks: it reads neither the principal nor for whom
   * it acts.
   */
  readonly regardlessOfPrincipal: boolean;
  readonly counts: Counts;
  readonly namespaces: readonly (ClusterRef & { readonly namespace: string; readonly counts: Counts })[];
}

/** The result for all associations. */
export interface ImpactSummary {
  readonly judged: number;
  /** An association counts once for each kind. */
  readonly counts: Counts;
  readonly rules: readonly RuleImpact[];
  /** Roles on whose attributes decisions depend, with the number of associations. */
  readonly roles: readonly (readonly [roleArn: string, count: number])[];
}

type MutableCounts = { -readonly [Kind in keyof Counts]: Counts[Kind] };

/**
 * Creates the collection of what differs. Its size depends on rules, namespaces and roles, not on
 * associations.
 */
export function collectImpacts(sides: readonly PoliciesInUse[]) {
  let judged = 0;
  const total: MutableCounts = {};
  const rules = new Map<string, { counts: MutableCounts; namespaces: Map<string, MutableCounts> }>();
  const roles = new Map<string, number>();

  /** Adds what differs for one association. */
  const add = (impacts: readonly Impact[]) => {
    judged += 1;
    const counted = new Set<string>();
    const countIn = (counts: MutableCounts, kind: Impact['kind'], key: string) => {
      if (counted.has(`${kind} ${key}`)) return;
      counted.add(`${kind} ${key}`);
      counts[kind] = (counts[kind] ?? 0) + 1;
    };
    for (const { kind, policyIds, association } of impacts) {
      countIn(total, kind, '');
      for (const policyId of policyIds) {
        const rule = rules.get(policyId) ?? { counts: {}, namespaces: new Map<string, MutableCounts>() };
        rules.set(policyId, rule);
        const place = `${clusterName(association)}/${association.namespace}`;
        const counts = rule.namespaces.get(place) ?? {};
        rule.namespaces.set(place, counts);
        countIn(rule.counts, kind, policyId);
        countIn(counts, kind, `${policyId} in its namespace`);
      }
    }
    for (const arn of new Set(impacts.flatMap(({ roleArns }) => roleArns))) roles.set(arn, (roles.get(arn) ?? 0) + 1);
  };

  const summary = (): ImpactSummary => ({
    judged,
    counts: total,
    rules: [...rules]
      .map(([policyId, { counts, namespaces }]) => ({
        policyId,
        regardlessOfPrincipal: deniesAllPrincipals(sides, policyId),
        counts,
        namespaces: [...namespaces].map(([place, ofPlace]) => ({ ...placeOf(place), counts: ofPlace })),
      }))
      .sort((one, other) => weight(other) - weight(one)),
    roles: [...roles].sort(([, one], [, other]) => other - one),
  });

  return { add, summary };
}

/** Rules that deny regardless of who asks come first, then those that forbid the most. */
function weight({ regardlessOfPrincipal, counts }: RuleImpact): number {
  return (regardlessOfPrincipal ? 1e9 : 0) + (counts.FORBIDDEN ?? 0) * 1e3 + (counts.OTHER_REASONS ?? 0);
}

function deniesAllPrincipals(sides: readonly PoliciesInUse[], policyId: string): boolean {
  if (policyId === 'cluster-not-registered') return true;
  const policies = sides.flatMap(({ engine }) => engine.policySet.policies[policyId] ?? []);
  return policies.length > 0 && policies.every((policy) => policy.effect === 'forbid' && !readsPrincipal(policy));
}

function readsPrincipal({ principal, conditions }: PolicyJson): boolean {
  if (principal.op !== 'All') return true;
  return /"Var":"principal"|"attr":"(actor|onBehalfOf|onBehalfOfPerson)"/.test(JSON.stringify(conditions));
}

function placeOf(place: string) {
  const [accountId = '', region = '', name = '', namespace = ''] = place.split('/');
  return { accountId, region, clusterName: name, namespace };
}

/** The summary as lines of text. */
export function summaryLines({ judged, counts, rules, roles }: ImpactSummary): readonly string[] {
  const all = differences.map((kind) => `${kind} ${counts[kind] ?? 0}`).join(', ');
  return [
    `${judged} associations judged: ${all}`,
    ...rules.flatMap(({ policyId, regardlessOfPrincipal, counts: ofRule, namespaces }) => [
      `${policyId}${regardlessOfPrincipal ? ', regardless of who asks' : ''}: ${countText(ofRule)}`,
      ...namespaces.map((one) => `  ${clusterName(one)}/${one.namespace}: ${countText(one.counts)}`),
    ]),
    ...roles.map(([arn, count]) => `${count} with ${arn}: give the role with --roles`),
  ];
}

function countText(counts: Counts): string {
  return differences.flatMap((kind) => (counts[kind] === undefined ? [] : `${kind} ${counts[kind]}`)).join(', ');
}
