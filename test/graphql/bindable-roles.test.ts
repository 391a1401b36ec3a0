import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { copyOfShipped, replaceIn } from '../support/policy-sample.ts';

// What policy says of the roles of a service account, over the shipped policies with roles that the inventory allows a namespace to use.

const role = (path: string) => `arn:aws:iam::111122223333:role/${path}`;
const lent = role('legacy/payments');
const admin = role('legacy/Admin');
const folder = copyOfShipped();
replaceIn(
  join(folder, 'inventory.json'),
  '{ "name": "payments", "owners": ["payments-team"] }',
  `{ "name": "payments", "owners": ["payments-team"], "roleArns": ${JSON.stringify([lent, admin])} }`,
);
afterAll(() => rmSync(folder, { recursive: true }));

let ledger: Ledger;
let gateway: Gateway;
async function open(options: { change?: (deps: Dependencies) => Dependencies; policies?: string } = {}) {
  ledger = makeSqliteLedger({ file: ':memory:' });
  gateway = await openGateway({ ledger, policies: folder, ...options });
}
afterEach(async () => {
  await gateway.close();
  ledger.close();
});

interface Role {
  readonly roleArn: string;
  readonly permission: string;
  readonly violations: readonly { readonly policyId: string; readonly tagKey: string | null }[];
  readonly needs: readonly { readonly group: string; readonly count: number }[];
}

const document = `query (
  $clusterName: String!, $namespace: String!, $serviceAccount: String!, $tags: [TagInput!], $onBehalfOf: String
  $includeDenied: Boolean, $afterRoleArn: String
) {
  bindableRoles(
    clusterName: $clusterName, namespace: $namespace, serviceAccount: $serviceAccount, tags: $tags
    onBehalfOf: $onBehalfOf, includeDenied: $includeDenied, afterRoleArn: $afterRoleArn
  ) {
    roleArn permission violations { policyId message advice tagKey deniedTo } needs { group count approvedBy { time } }
  }
}`;
const tags = [{ key: 'team', value: 'payments' }];
const place = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' };

async function rolesOf(as: string, variables: object = {}): Promise<readonly Role[]> {
  const given = { ...place, tags, includeDenied: true, ...variables };
  const { data, errors } = await gateway.send<{ bindableRoles: readonly Role[] }>(document, given, as);
  if (!data || errors) throw new Error(JSON.stringify(errors));
  return data.bindableRoles;
}
const summaryOf = (roles: readonly Role[]) =>
  roles.map(({ roleArn, permission, violations }) => [
    roleArn,
    permission,
    ...violations.map(({ policyId }) => policyId),
  ]);
const convention = role('pods/payments/*');

describe('bindableRoles with includeDenied', () => {
  test('explains each role that policy denies, after those of the inventory in the order of their ARNs', async () => {
    await open();
    expect(summaryOf(await rolesOf('alice'))).toEqual([
      [admin, 'DENIED', 'no-administrator-roles'],
      [lent, 'PERMITTED'],
      [convention, 'PERMITTED'],
    ]);
    expect(summaryOf(await rolesOf('alice', { includeDenied: false }))).toEqual([
      [lent, 'PERMITTED'],
      [convention, 'PERMITTED'],
    ]);
  });

  test('names the tag that a policy asks for', async () => {
    await open();
    const roles = await rolesOf('alice', { tags: [] });
    expect(roles.map(({ violations }) => violations.map(({ tagKey }) => tagKey))).toEqual([
      [null, 'team'],
      ['team'],
      ['team'],
    ]);
  });

  test('names who has to approve', async () => {
    await open();
    const system = { clusterName: 'apps-prod', namespace: 'kube-system', serviceAccount: 'karpenter' };
    expect(await rolesOf('pat', system)).toEqual([
      {
        roleArn: role('pods/kube-system/*'),
        ...{ permission: 'NEEDS_APPROVAL', violations: [] },
        needs: [{ group: 'platform-admins', count: 1, approvedBy: [] }],
      },
    ]);
  });

  test('says where policy depends on the role, and reads none', async () => {
    await open({
      change: (deps) => ({
        ...deps,
        authorize: (context, request) => ({
          ...deps.authorize(context, request),
          ...{ allowed: false, unknownRoles: [lent], violations: [] },
        }),
      }),
    });
    const roles = await rolesOf('alice');
    expect([...new Set(roles.map(({ permission }) => permission))]).toEqual(['DEPENDS_ON_ROLE']);
    expect(gateway.simulator.control.requests()).toEqual([]);
  });

  test('writes nothing and costs no EKS call', async () => {
    await open();
    await rolesOf('alice', { tags: [] });
    const trail = { ...noFilters, partition: { kind: 'all' }, limit: 1, before: null } as const;
    expect((await ledger.readTrail(trail)).entries).toEqual([]);
    expect(gateway.simulator.control.requests()).toEqual([]);
  });

  test('answers 50 roles of the inventory at a time, each once, at one decision each', async () => {
    const all = Array.from({ length: 120 }, (_, index) => role(`legacy/r-${String(index).padStart(3, '0')}`));
    let decisions = 0;
    await open({
      change: (deps) => ({
        ...deps,
        authorize: (context, request) => {
          decisions += 1;
          const decision = deps.authorize(context, request);
          const namespace = decision.slice.namespace && { ...decision.slice.namespace, roleArns: all.toReversed() };
          return { ...decision, slice: { ...decision.slice, namespace } };
        },
      }),
    });
    const found: string[] = [];
    let afterRoleArn: string | undefined;
    for (;;) {
      decisions = 0;
      const page = (await rolesOf('alice', { afterRoleArn })).filter(({ roleArn }) => roleArn !== convention);
      expect(decisions).toBeLessThanOrEqual(53);
      if (page.length === 0) break;
      found.push(...page.map(({ roleArn }) => roleArn));
      afterRoleArn = found.at(-1);
    }
    expect(found).toEqual(all);
  });
});

describe('what bindableRoles tells is what a dry run tells', () => {
  const check = `query ($input: CreatePodIdentityAssociationInput!) {
    checkCreatePodIdentityAssociation(input: $input) {
      wouldBeAttempted
      refusal {
        code ... on PolicyDenied { violations { policyId message advice tagKey deniedTo } } ... on ApprovalRequired { needs { group count approvedBy { time } } }
      }
    }
  }`;
  const places = [
    place,
    { ...place, serviceAccount: 'default' },
    { ...place, clusterName: 'apps-prod' },
    { clusterName: 'apps-prod', namespace: 'kube-system', serviceAccount: 'karpenter' },
    { ...place, namespace: 'search' },
  ];
  interface Checked {
    readonly checkCreatePodIdentityAssociation: {
      readonly wouldBeAttempted: boolean;
      readonly refusal: (Partial<Pick<Role, 'violations' | 'needs'>> & { readonly code: string }) | null;
    };
  }

  test.each(['alice', 'alice-via-chatops', 'chatops', 'bob', 'pat', 'olivia'])('to %s', async (as) => {
    await open();
    let compared = 0;
    for (const at of places) {
      for (const given of [tags, []]) {
        for (const shown of await rolesOf(as, { ...at, tags: given })) {
          const roleArn = shown.roleArn.replace('*', `${at.namespace}-${at.serviceAccount}`);
          const input = { ...at, tags: given, roleArn, reason: 'For a test.' };
          const { data, errors } = await gateway.send<Checked>(check, { input }, as);
          if (!data || errors) throw new Error(JSON.stringify(errors));
          const { wouldBeAttempted, refusal } = data.checkCreatePodIdentityAssociation;
          const said = { isPermitted: wouldBeAttempted, violations: [], needs: [], ...refusal, code: undefined };
          const { permission, needs } = shown;
          // A dry run that is denied for another reason does not say what only a change would meet.
          const isOfChange = 'production-names-a-person';
          const isSaid = refusal?.violations?.some(({ policyId }) => policyId === isOfChange) === true;
          const violations = shown.violations.filter(({ policyId }) => policyId !== isOfChange || isSaid);
          expect({ isPermitted: permission === 'PERMITTED', violations, needs, code: undefined }).toEqual(said);
          compared += 1;
        }
      }
    }
    expect(compared > 0).toBe(as !== 'olivia');
  });
});

describe('bindableRoles discloses nothing', () => {
  test.each(['alice', 'alice-via-chatops', 'chatops', 'bob', 'olivia', 'carol', 'pat'])(
    'of a namespace in which no permit applies to %s: it is as one that does not exist',
    async (as) => {
      await open();
      const own: Readonly<Record<string, readonly string[]>> = {
        bob: ['search'],
        ...{ olivia: [], carol: [], pat: ['payments', 'payments-batch', 'search', 'kube-system', 'nowhere'] },
      };
      const mayBind = own[as] ?? ['payments', 'payments-batch'];
      for (const namespace of ['payments', 'payments-batch', 'search', 'kube-system', 'nowhere']) {
        for (const given of [tags, []]) {
          const roles = await rolesOf(as, { namespace, tags: given });
          expect([namespace, roles.length > 0]).toEqual([namespace, mayBind.includes(namespace)]);
        }
      }
      expect(await rolesOf(as, { clusterName: 'apps-none' })).toEqual([]);
    },
  );

  test('of roles to a person whom a service names, and who may not bind them', async () => {
    await open();
    expect(await rolesOf('chatops', { onBehalfOf: 'bob@example.com' })).toEqual([]);
    expect(await rolesOf('chatops', { onBehalfOf: 'alice@example.com' })).toHaveLength(3);
  });

  test('of the inventory where a rule, and not the lack of a permit, keeps a principal out', async () => {
    const other = copyOfShipped();
    replaceIn(
      join(other, 'inventory.json'),
      '{ "name": "payments", "owners": ["payments-team"] }',
      `{ "name": "payments", "owners": ["payments-team"], "roleArns": ${JSON.stringify([lent])} }`,
    );
    appendFileSync(
      join(other, 'access.cedar'),
      `@id("all-create") permit (principal, action == PodIdentity::Action::"CreatePodIdentityAssociation", resource);
       @id("owners-only") @message("m") @advice("a")
       forbid (principal, action == PodIdentity::Action::"CreatePodIdentityAssociation", resource)
       unless { principal in resource.namespace.owners };`,
    );
    await open({ policies: other });
    rmSync(other, { recursive: true });
    expect(await rolesOf('bob')).toEqual([]);
    expect(summaryOf(await rolesOf('alice'))).toEqual([
      [lent, 'PERMITTED'],
      [convention, 'PERMITTED'],
    ]);
  });

  test('of roles after any text', async () => {
    await open();
    for (const afterRoleArn of ['', lent, '\u{10ffff}', 'arn:aws:iam::111122223333:role/secret']) {
      expect(await rolesOf('bob', { afterRoleArn })).toEqual([]);
    }
    expect(await rolesOf('alice', { afterRoleArn: lent })).toEqual([]);
  });
});
