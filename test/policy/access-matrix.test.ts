import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { authorizeWith } from '../../src/policy/decide/authorize.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { makePreauthorize } from '../../src/policy/decide/preauthorize.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { loadPolicy, readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import type { AuthorizationContext, AuthorizationRequest, TrailScope } from '../../src/policy/policy.ts';
import {
  adopt,
  alice,
  association,
  bob,
  context,
  create,
  listOf,
  pat,
  person,
  remove,
  request,
  service,
  shipped,
  update,
  view,
} from '../support/policy-sample.ts';

// The access that the shipped policies grant to namespace payments, which payments-team owns. The docs have the same table.
//   yes   allowed in both environments
//   dev   allowed in dev, denied in prod, where a service must name a person (production-names-a-person)
//   no    denied in both environments (default-deny)
const table = `
| who                     | create | update | delete | adopt | view | list namespace | list cluster | trail of namespace | trail of cluster | whole trail | own trail |
| ----------------------- | ------ | ------ | ------ | ----- | ---- | -------------- | ------------ | ------------------ | ---------------- | ----------- | --------- |
| alice, of payments-team | yes    | yes    | yes    | no    | yes  | yes            | no           | yes                | no               | no          | yes       |
| alice, with actor chatops  | yes    | yes    | yes    | no    | yes  | yes            | no           | yes                | no               | no          | yes       |
| chatops, with onBehalfOf   | yes    | yes    | yes    | no    | yes  | yes            | no           | yes                | no               | no          | yes       |
| chatops, with onBehalfOf bob | no | no | no | no    | yes  | yes            | no           | yes                | no               | no          | yes       |
| chatops, without onBehalfOf  | dev    | dev    | dev    | no    | yes  | yes            | no           | yes                | no               | no          | yes       |
| ci-deployer, without onBehalfOf | dev    | dev    | dev    | no    | yes  | yes            | no           | yes                | no               | no          | yes       |
| bob, of search-team     | no     | no     | no     | no    | no   | no             | no           | no                 | no               | no          | yes       |
| carol, without groups      | no     | no     | no     | no    | no   | no             | no           | no                 | no               | no          | yes       |
| pat, of platform-admins | yes    | yes    | yes    | yes   | yes  | yes            | yes          | yes                | yes              | yes         | yes       |
| olivia, of auditors     | no     | no     | no     | no    | yes  | yes            | yes          | yes                | yes              | yes         | yes       |
`;

const chatops = service('https://issuer.example#chatops');

const contexts: Readonly<Record<string, AuthorizationContext>> = {
  'alice, of payments-team': context(alice),
  'alice, with actor chatops': context(alice, { actor: chatops }),
  'chatops, with onBehalfOf': context(chatops, { onBehalfOf: 'alice@example.com' }),
  'chatops, with onBehalfOf bob': context(chatops, { onBehalfOf: 'bob@example.com' }),
  'chatops, without onBehalfOf': context(chatops),
  'ci-deployer, without onBehalfOf': context(service('iam:111122223333:role/ci-deployer')),
  'bob, of search-team': context(bob),
  'carol, without groups': context(person('carol')),
  'pat, of platform-admins': context(pat),
  'olivia, of auditors': context(person('olivia', 'auditors')),
};

const changes = ['create', 'update', 'delete', 'adopt'];

/** The context of a request: only changes can name a person. */
function contextOf(who: string, action: string): AuthorizationContext | undefined {
  const context = contexts[who];
  return context === undefined || changes.includes(action) ? context : { ...context, onBehalfOf: null };
}

const trail = (scope: TrailScope): AuthorizationRequest => ({ action: 'ReadAuditTrail', scope });

const requests: Readonly<Record<string, (clusterName: string, who: AuthorizationContext) => AuthorizationRequest>> = {
  create: (clusterName) => create({ clusterName }),
  update: (clusterName) => update({ clusterName }, { roleArn: `${request.roleArn}-2` }),
  delete: (clusterName) => remove({ clusterName }),
  adopt: (clusterName) => adopt({ clusterName }),
  view: (clusterName) => view({ clusterName }),
  'list namespace': (clusterName) => listOf('namespace', { clusterName }),
  'list cluster': (clusterName) => listOf('cluster', { clusterName }),
  'trail of namespace': (clusterName) => trail({ kind: 'namespace', ...request, clusterName }),
  'trail of cluster': (clusterName) => trail({ kind: 'cluster', ...request, clusterName }),
  'whole trail': () => trail({ kind: 'gateway' }),
  'own trail': (_clusterName, who) => trail({ kind: 'principal', principal: who.identity.principal }),
};

/** The decisions in dev and in prod that a word of the table stands for. */
const verdicts: Readonly<Record<string, readonly [dev: string, prod: string]>> = {
  yes: ['allowed', 'allowed'],
  dev: ['allowed', 'denied by production-names-a-person'],
  no: ['denied by default-deny', 'denied by default-deny'],
};

/** The cells of the table that begins with `who`, without the row of dashes. */
function cellsOf(markdown: string): readonly (readonly string[])[] {
  const lines = markdown.slice(markdown.search(/^\| who /m)).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  const rows = lines.slice(0, end).map((line) => line.split('|').slice(1, -1));
  return rows.filter((_row, index) => index !== 1).map((row) => row.map((cell) => cell.trim()));
}

const [[, ...actions] = [], ...rows] = cellsOf(table);
const { authorize } = loadPolicy(shipped);

test('the table has every context and every request', () => {
  expect(rows.map(([who]) => who)).toEqual(Object.keys(contexts));
  expect(actions).toEqual(Object.keys(requests));
});

describe.each(rows.map(([who = '', ...cells]) => ({ who, cells })))('$who', ({ who, cells }) => {
  test.each(actions.map((action, index) => ({ action, cell: cells[index] ?? '' })))('$action: $cell', (one) => {
    const context = contextOf(who, one.action);
    const request = requests[one.action];
    if (context === undefined || request === undefined)
      throw new Error(`no context or request for ${who}, ${one.action}`);
    const verdictIn = (clusterName: string): string => {
      const { allowed, violations } = authorize(context, request(clusterName, context));
      if (allowed) return 'allowed';
      const policyIds = violations.map(({ policyId }) => policyId);
      // Without a permit, it does not matter which forbids apply too.
      return `denied by ${policyIds.includes('default-deny') ? 'default-deny' : policyIds.join(', ')}`;
    };
    expect([verdictIn('apps-dev'), verdictIn('apps-prod')]).toEqual(verdicts[one.cell]);
  });
});

test('docs/shipped-policies.md has the same table', () => {
  const docs = readFileSync(join(import.meta.dirname, '../../docs/shipped-policies.md'), 'utf8');
  expect(cellsOf(docs)).toEqual(cellsOf(table));
});

describe('policies on dry runs', () => {
  const { schema } = readPolicySources(shipped);
  const inventory = parseInventory(readInventoryText(shipped));
  const planner = person('paul', 'planners');
  const anyChange = ['Create', 'Update', 'Delete', 'Adopt'].map(
    (one) => `PodIdentity::Action::"${one}PodIdentityAssociation"`,
  );

  const rule = (id: string, effect: string, condition: string, head = 'principal') =>
    `@id("${id}") @message("m") @advice("a") ${effect} (${head}, action in [${anyChange.join(', ')}], resource) when { ${condition} };`;
  const permit = (id: string, condition: string) => rule(id, 'permit', condition);
  const forbid = (id: string, condition: string) => rule(id, 'forbid', condition);

  /** Decides by these policies, and counts the evaluations by Cedar. */
  function deciding(policies: readonly string[], approvals: readonly string[] = [], text = schema) {
    const files = { 'access.cedar': policies.join('\n'), 'approvals.cedar': approvals.join('\n') };
    const used = approvals.length > 0 ? files : { 'access.cedar': files['access.cedar'] };
    const policySet = compilePolicies({ schema: text, policies: used });
    const engine = makeEngine(policySet);
    const counts = { evaluations: 0 };
    const evaluate: typeof engine.evaluate = (asked) => {
      counts.evaluations += 1;
      return engine.evaluate(asked);
    };
    const authorize = authorizeWith({ ...engine, evaluate }, inventory);
    const decide = (isDryRun: boolean, asked: AuthorizationRequest = create()) =>
      authorize({ ...context(planner), isDryRun }, asked);
    return { decide, counts, policySet };
  }

  const becomes = { roleArn: request.roleArn, targetRoleArn: null, disableSessionTags: true, policy: null };
  const requests: readonly AuthorizationRequest[] = [
    create(),
    { action: 'UpdatePodIdentityAssociation', association: association(), becomes },
    remove(),
    { action: 'AdoptPodIdentityAssociation', association: association() },
  ];

  describe.each(requests)('$action', (asked) => {
    test('is allowed as a dry run only, where a permit is for dry runs', () => {
      const { decide } = deciding([permit('plan', 'context.isDryRun')]);
      expect(decide(true, asked)).toMatchObject({ allowed: true, policyIds: ['plan'], onlyAsDryRun: true });
      expect(decide(false, asked)).toMatchObject({ allowed: false, violations: [{ policyId: 'default-deny' }] });
    });

    test('is decided as the change, where the change is allowed too', () => {
      const { decide } = deciding([permit('plan', 'context.isDryRun'), permit('change', '!context.isDryRun')]);
      expect(decide(true, asked)).toMatchObject({ allowed: true, policyIds: ['change'] });
      expect(decide(true, asked)).not.toHaveProperty('onlyAsDryRun');
    });
  });

  test('a dry run is denied where it is forbidden itself, also where the change is allowed', () => {
    const { decide } = deciding([permit('all', 'true'), forbid('no-checks', 'context.isDryRun')]);
    expect(decide(true)).toMatchObject({ allowed: false, policyIds: ['no-checks'] });
    expect(decide(false)).toMatchObject({ allowed: true });
  });

  test('a dry run of a change that needs an approval needs it too', () => {
    const approval = `@approvers("security") ${forbid('held', '!context.isDryRun')}`;
    const { decide } = deciding([permit('all', 'true')], [approval]);
    expect(decide(true)).toMatchObject({ allowed: false, needs: [{ policyId: 'held' }] });
  });

  test('a dry run that needs an approval itself is allowed as a dry run by none', () => {
    const approval = `@approvers("security") ${forbid('held', 'context.isDryRun')}`;
    const { decide } = deciding([permit('plan', 'context.isDryRun')], [approval]);
    expect(decide(true)).toMatchObject({ allowed: false, violations: [{ policyId: 'default-deny' }] });
    expect(decide(true)).not.toHaveProperty('needs');
  });

  test('a dry run is evaluated once, unless a policy that can apply uses whether it is one', () => {
    const without = deciding([permit('all', 'context.hasReason == false')]);
    without.decide(true);
    expect(without.counts).toEqual({ evaluations: 1 });
    const elsewhere = deciding([
      permit('all', 'true'),
      `@id("other") permit (principal, action == PodIdentity::Action::"DeletePodIdentityAssociation", resource) when { context.isDryRun };`,
    ]);
    elsewhere.decide(true);
    expect(elsewhere.counts).toEqual({ evaluations: 1 });
    const using = deciding([permit('all', 'true'), forbid('no', 'context.isDryRun && context.hasReason')]);
    using.decide(false);
    expect(using.counts).toEqual({ evaluations: 1 });
    using.decide(true);
    expect(using.counts).toEqual({ evaluations: 3 });
  });

  test('who may only check is denied a change before its association is read, and not its dry run', () => {
    const { policySet } = deciding([permit('plan', 'context.isDryRun')]);
    const preauthorize = makePreauthorize(policySet, inventory);
    const ask = (isDryRun: boolean) =>
      preauthorize({ ...context(alice), isDryRun }, 'DeletePodIdentityAssociation', request);
    for (const isDryRun of [true, false, true]) expect(ask(isDryRun) === null).toBe(isDryRun);
  });

  test('policies with a schema of before are evaluated without the attribute', () => {
    const before = schema.replaceAll(/^ *isDryRun: Bool,\n/gm, '');
    expect(before).not.toBe(schema);
    const { decide } = deciding([permit('all', '!context.hasReason')], [], before);
    for (const isDryRun of [true, false]) {
      for (const asked of requests) expect(decide(isDryRun, asked)).toMatchObject({ allowed: true, failed: false });
    }
  });
});
