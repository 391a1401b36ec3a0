import * as fc from 'fast-check';
import { keyOf } from '../../src/declaration/declaration.ts';
import { expand } from '../../src/declaration/expand.ts';
import type { KnownCluster } from '../../src/declaration/expand.ts';
import type { Written } from '../../src/declaration/fold.ts';
import type { Stated } from '../../src/declaration/states.ts';
import { readDeclaration } from '../../src/declaration/read.ts';
import { filled } from '../../src/declaration/template.ts';

/** A rule as teams have it: a role template for some clusters, namespaces and service accounts. */
export interface Rule {
  readonly roleArn: string;
  readonly targetRoleArn?: string;
  readonly isSelected: (cluster: KnownCluster) => boolean;
  readonly namespaces: readonly string[];
  readonly serviceAccounts: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
}

const environments = ['dev', 'test', 'prod', 'prod'];
const regions = ['eu-central-1', 'us-east-1'];

/** Clusters spread over accounts. Every account has one environment; names are unique. */
export function clustersOf(count: number, accounts: number): readonly KnownCluster[] {
  return Array.from({ length: count }, (_, index) => {
    const account = index % accounts;
    const environment = environments[account % environments.length] ?? 'dev';
    return {
      accountId: String(200_000_000_000 + account),
      region: regions[Math.floor(index / accounts) % regions.length] ?? 'eu-central-1',
      clusterName: `apps-${environment}-${index}`,
      environment,
      namespaces: [],
    };
  });
}

const role = 'arn:aws:iam::{accountId}:role';
const templates = [
  `${role}/pods/{namespace}/{serviceAccount}`,
  `${role}/pods/{namespace}/{namespace}-{serviceAccount}`,
  `${role}/pods/{namespace}/shared`,
  `${role}/{environment}/{namespace}-{serviceAccount}`,
  `${role}/pods/{clusterName}-{serviceAccount}`,
];

const selections: readonly Rule['isSelected'][] = [
  () => true,
  ({ environment }) => environment === 'prod',
  ({ environment }) => environment !== 'prod',
  ({ region }) => region === 'eu-central-1',
  ({ environment, region }) => environment === 'prod' && region === 'us-east-1',
];

/** Rules whose service accounts differ. A namespace of every third has the name of a service account. */
export function rulesOf(count: number): readonly Rule[] {
  return Array.from({ length: count }, (_, index) => ({
    roleArn: templates[index % templates.length] ?? '',
    isSelected: selections[(index * 3 + Math.floor(index / 5)) % selections.length] ?? (() => true),
    namespaces: index % 4 === 0 ? [`team-${index}`, `team-${index}-batch`] : [`team-${index}`],
    serviceAccounts: index % 3 === 0 ? [`team-${index}`, 'worker'] : ['api', 'worker'].slice(0, 1 + (index % 2)),
    tags: index % 2 === 0 ? { team: `team-${index}` } : {},
  }));
}

/** The associations of rules, each once. */
export function writtenBy(rules: readonly Rule[], clusters: readonly KnownCluster[]): readonly Written[] {
  return rules.flatMap((rule) =>
    clusters
      .filter(rule.isSelected)
      .flatMap((cluster) =>
        rule.namespaces.flatMap((namespace) =>
          rule.serviceAccounts.map((serviceAccount) => writtenOf(rule, cluster, namespace, serviceAccount)),
        ),
      ),
  );
}

function writtenOf(rule: Rule, cluster: KnownCluster, namespace: string, serviceAccount: string): Written {
  const { accountId, region, clusterName, environment } = cluster;
  const target = { accountId, region, clusterName, namespace, serviceAccount };
  const fill = (template: string) => filled(template, { ...target, environment });
  const { roleArn, targetRoleArn, tags = {} } = rule;
  return {
    target,
    environment,
    state: {
      roleArn: fill(roleArn),
      targetRoleArn: targetRoleArn === undefined ? null : fill(targetRoleArn),
      disableSessionTags: false,
      policy: null,
      tags,
    },
  };
}

/** What a text stands for, by the keys of service accounts, as `plan` reads it. */
export function meaningOf(text: string, clusters: readonly KnownCluster[]): ReadonlyMap<string, Stated> {
  const read = readDeclaration([{ file: 'a.yaml', text }]);
  if (read.kind === 'problems') throw new Error(JSON.stringify(read.problems));
  const { desired, problems } = expand(read.declaration, clusters);
  expect(problems).toEqual([]);
  return new Map(
    desired.map(({ roleArn, targetRoleArn, disableSessionTags, policy, tags, ...target }) => [
      keyOf(target),
      { roleArn, targetRoleArn, disableSessionTags, policy, tags },
    ]),
  );
}

/** The associations themselves, as {@link meaningOf} has them. */
export const setOf = (written: readonly Written[]) =>
  new Map(
    written.map(({ target: { accountId = '', region = '', ...target }, state }) => [
      keyOf({ accountId, region, ...target }),
      state,
    ]),
  );

// Names that contain each other, and values that several fields have.
const words = fc.constantFrom('api', 'prod', 'payments', 'payments-api', 'a');
const accountId = fc.constantFrom('111122223333', '444455556666');
const clusters: fc.Arbitrary<KnownCluster[]> = fc.uniqueArray(
  fc.record({
    accountId,
    region: fc.constantFrom('eu-central-1', 'us-east-1'),
    clusterName: fc.oneof(words, accountId),
    environment: fc.constantFrom('prod', 'dev'),
    namespaces: fc.constant([]),
  }),
  { selector: (one) => JSON.stringify([one.accountId, one.region, one.clusterName]), minLength: 1, maxLength: 6 },
);
const part = fc.oneof(words, fc.constantFrom('{clusterName}', '{environment}', '{namespace}', '{serviceAccount}'));
const arn = fc
  .tuple(fc.oneof(accountId, fc.constant('{accountId}')), fc.array(part, { minLength: 1, maxLength: 4 }))
  .map(([account, parts]) => `arn:aws:iam::${account}:role/${parts.join('-')}`);
const rules = fc.array(
  fc.record({
    roleArn: arn,
    targetRoleArn: fc.option(arn, { nil: undefined }),
    namespaces: fc.uniqueArray(words, { minLength: 1, maxLength: 3 }),
    serviceAccounts: fc.uniqueArray(words, { minLength: 1, maxLength: 3 }),
    tags: fc.constantFrom({}, { team: 'payments', cost: '1' }),
    chosen: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 5 },
);
/** A fleet of rules of which the first wins where several have a service account. */
export const generated = fc.tuple(clusters, rules).map(([known, given]) => {
  const all = given.flatMap(({ chosen, targetRoleArn, ...one }) => {
    const isSelected = (cluster: KnownCluster) => chosen[known.indexOf(cluster)] === true;
    return writtenBy(
      [targetRoleArn === undefined ? { ...one, isSelected } : { ...one, targetRoleArn, isSelected }],
      known,
    );
  });
  const placeOf = ({ target }: Written) => JSON.stringify(Object.values(target));
  return { known, written: [...new Map(all.map((one) => [placeOf(one), one])).values()] };
});
