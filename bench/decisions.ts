import { join } from 'node:path';
import { authorizeWith } from '../src/policy/decide/authorize.ts';
import { compilePolicies } from '../src/policy/policies/compile.ts';
import { makeEngine } from '../src/policy/decide/engine.ts';
import { parseInventory } from '../src/policy/inventory/inventory.ts';
import { readInventoryText, readPolicySources } from '../src/policy/load.ts';
import type { Authorize } from '../src/policy/policy.ts';
import { withRoleAttributes } from '../src/policy/policies/role-attribute-use.ts';
import { association } from './events.ts';
import { table } from './report.ts';
import type { Section } from './report.ts';
import { median, ratiosOf } from './statistics.ts';

const folder = join(import.meta.dirname, '..', 'policies');
const sources = readPolicySources(folder);
const inventoryText = readInventoryText(folder);

/**
 * A decision point with more policies, or with an inventory of more namespaces, than the shipped
 * ones.
 */
function pointWith(policies: readonly string[], namespaces = 0): Authorize {
  const whole = JSON.parse(inventoryText) as { readonly namespaces: readonly object[] };
  const more = Array.from({ length: namespaces }, (_, index) => ({
    name: `team-${index}`,
    owners: [`group-${index}`],
  }));
  const inventory = parseInventory(JSON.stringify({ ...whole, namespaces: [...whole.namespaces, ...more] }));
  const set = compilePolicies({ ...sources, policies: { ...sources.policies, 'more.cedar': policies.join('\n') } });
  return authorizeWith(makeEngine(set), inventory);
}

const action = (name: string) => `action == PodIdentity::Action::"${name}"`;
const many = (count: number, head: string, condition: (index: number) => string) =>
  Array.from(
    { length: count },
    (_, index) => `@id("more-${index}") permit (principal, ${head}, resource) when { ${condition(index)} };`,
  );

const team = { key: 'team', value: 'payments' };

const onRoleTag = `@id("role-tag") @message("m") @advice("a")
  forbid (principal, ${action('CreatePodIdentityAssociation')}, resource)
  unless { context has iamRole && context.iamRole.hasTag("team") && context.iamRole.getTag("team") == "payments" };`;

/** With the shipped ones, these are nearly as many policies as may apply to one request. */
const added = 460;

/** With the shipped ones, these are nearly as many policies as there may be. */
const placed = 1_000;

/** What is compared with the shipped policies and inventory. */
const subjects: readonly (readonly [string, () => Authorize])[] = [
  ['the shipped policies', () => pointWith([])],
  [
    `and ${placed.toLocaleString('en')} about other namespaces`,
    () =>
      pointWith(
        many(placed, action('CreatePodIdentityAssociation'), (index) => `resource.namespace.name == "team-${index}"`),
      ),
  ],
  [
    `and ${placed.toLocaleString('en')}, one of them about its namespace`,
    () =>
      pointWith(
        many(
          placed,
          action('CreatePodIdentityAssociation'),
          (index) => `resource.namespace.name == "${index === 0 ? 'payments' : `team-${index}`}"`,
        ),
      ),
  ],
  [
    `and ${added} about other actions`,
    () =>
      pointWith(
        many(added, action('DeletePodIdentityAssociation'), (index) => `resource.serviceAccount == "sa-${index}"`),
      ),
  ],
  [
    `and ${added} about the same action`,
    () =>
      pointWith(
        many(added, action('CreatePodIdentityAssociation'), (index) => `resource.serviceAccount == "sa-${index}"`),
      ),
  ],
  ['100 namespaces in the inventory', () => pointWith([], 100)],
  ['10,000 namespaces in the inventory', () => pointWith([], 10_000)],
  [
    'and one on a tag of the role, with the IAM call already made',
    () =>
      withRoleAttributes(pointWith([onRoleTag]), (arn) => ({
        arn,
        kind: 'found',
        tags: [team],
        permissionsBoundary: null,
      })),
  ],
];

const principal = {
  id: 'https://issuer.example#alice',
  kind: 'USER',
  groups: ['payments-team'],
  sessionName: null,
} as const;

/** A decision on a create that the shipped policies permit. Each has another tag: what was allowed is not evaluated again. */
function decide(authorize: Authorize, number: number): boolean {
  const tags = [team, { key: 'number', value: String(number) }];
  const home = { accountId: '111122223333', region: 'eu-central-1' };
  const settings = { targetRoleArn: null, disableSessionTags: false, policy: null };
  return authorize(
    {
      identity: { principal, actor: null, sourceAddress: null, userAgent: null, apiRequestId: 'bench' },
      onBehalfOf: null,
      hasReason: false,
      now: Date.now(),
    },
    { action: 'CreatePodIdentityAssociation', association: { ...home, ...association, ...settings, tags } },
  ).allowed;
}

/** Measures decisions in turns, in microseconds of the processor: the median of batches. */
export function measureDecisions(runs: number): Section {
  const points = subjects.map(([name, create]) => ({ name, authorize: create(), times: [] as number[] }));
  const batch = 20;
  let number = 0;
  for (let round = -Math.ceil(runs / 4); round < runs; round += 1) {
    for (const { authorize, times } of points) {
      const before = process.cpuUsage();
      for (let index = 0; index < batch; index += 1) {
        if (!decide(authorize, (number += 1))) throw new Error('The decision is a denial.');
      }
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) times.push((user + system) / batch);
    }
  }
  const [first = { times: [] }] = points;
  const rows = points.map(({ name, times }) => [name, median(times), ratiosOf(times, first.times)[0]]);
  const counts = `${runs} batches of ${batch} decisions each, in turns:`;
  return { name: 'decisions', tables: `${counts}\n\n${table(['policies', 'CPU, µs', 'ratio'], rows)}` };
}
