// Quick test: test/policy/access-matrix.test.ts.
import { isAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { runCase, untestedPolicies } from '../../src/cases/cases.ts';
import { readCases } from '../../src/cases/case-files.ts';
import type { PolicyCase } from '../../src/cases/case-files.ts';
import { processCedar } from '../../src/policy/cedar/cedar.ts';
import type { PolicyJson } from '../../src/policy/cedar/cedar.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import type { PolicySet, PolicySources } from '../../src/policy/policies/compile.ts';
import { authorizeWith } from '../../src/policy/decide/authorize.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import type { Engine } from '../../src/policy/decide/engine.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { loadPolicy, readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import { alice, context, create, pat, shipped } from '../support/policy-sample.ts';

const sources = readPolicySources(shipped);
const inventoryText = readInventoryText(shipped);
// By all policies, also where a case depends on some: a shipped policy has no effect on the cases of another.
const cases = readCases(shipped).map((one): PolicyCase => ({ ...one, dependsOn: null }));
const policySet = compilePolicies(sources);
const engine = makeEngine(policySet);

describe('each shipped case gets the expected decision', () => {
  test.each(cases)('$file: $description', (one) => {
    expect(runCase(engine, inventoryText, one)).toBeNull();
  });
});

test('every shipped policy has a case, and so has every denial without a policy', () => {
  expect(untestedPolicies(engine, cases)).toEqual([]);
  const named = cases.flatMap(({ policyIds }) => policyIds);
  expect(named).toEqual(expect.arrayContaining(['default-deny', 'cluster-not-registered']));
});

describe('each shipped policy has an effect: without it, each of its cases gets another decision', () => {
  test.each(Object.keys(policySet.policies))('%s', (id) => {
    const without = makeEngine(compilePolicies(remove(sources, id)));
    const named = cases.filter(({ policyIds }) => policyIds.includes(id));
    expect(named.filter((one) => runCase(without, inventoryText, one) === null)).toEqual([]);
  });
});

describe('each shipped policy has an effect on each of its actions: without that action, each of its cases gets another decision', () => {
  test.each(Object.entries(policySet.policies).flatMap(([id, policy]) => actionsOf(policy).map((name) => [id, name])))(
    '%s, %s',
    (id, name) => {
      const without = makeEngine(exempt(policySet, id, name));
      const named = cases.filter((one) => one.policyIds.includes(id) && one.request.action === name);
      expect(named.length).toBeGreaterThan(0);
      expect(named.filter((one) => runCase(without, inventoryText, one) === null)).toEqual([]);
    },
  );
});

test('policies as text and as JSON give the same decisions', () => {
  const evaluateText =
    (...files: readonly string[]): Engine['evaluate'] =>
    (request) => {
      const staticPolicies = files.map((file) => sources.policies[file]).join('\n');
      const result = isAuthorized({ ...request, schema: sources.schema, policies: { staticPolicies } });
      if (result.type === 'failure') throw new Error(JSON.stringify(result.errors));
      const { decision, diagnostics } = result.response;
      return { kind: 'decided', allowed: decision === 'allow', policyIds: diagnostics.reason };
    };
  const inventory = parseInventory(inventoryText);
  const evaluate = evaluateText('access.cedar', 'guardrails.cedar', 'approvals.cedar');
  const evaluatePermits = evaluateText('access.cedar');
  const engineByText = {
    policySet,
    evaluate,
    evaluatePermits,
    usesDryRun: () => false,
    sessionPolicyReaders: () => [],
    roleAttributes: null,
  };
  const authorizeByText = authorizeWith(engineByText, inventory);
  const authorizeByJson = authorizeWith(engine, inventory);
  const summary = (authorize: typeof authorizeByJson) => (one: PolicyCase) => {
    const { allowed, failed, policyIds, violations } = authorize(one.context, one.request);
    return { file: one.file, allowed, failed, policies: policyIds.length, violations: violations.length };
  };
  expect(cases.map(summary(authorizeByText))).toEqual(cases.map(summary(authorizeByJson)));
});

describe('administrator roles', () => {
  const { authorize } = loadPolicy(shipped);
  const policyIds = (change: Parameters<typeof create>[0]): readonly string[] =>
    authorize(context(alice), create(change)).policyIds;
  const asRole = (name: string) => policyIds({ roleArn: `arn:aws:iam::111122223333:role/pods/payments/${name}` });
  const asTarget = (name: string) => policyIds({ targetRoleArn: `arn:aws:iam::444455556666:role/pods/${name}` });

  test.each([
    'Admin',
    'admin',
    'Administrator',
    'AdministratorAccess',
    'OrganizationAccountAccessRole',
    'AWSControlTowerExecution',
    'AWSCloudFormationStackSetExecutionRole',
  ])('%s is recognized as role and as target role', (name) => {
    expect(asRole(name)).toEqual(['no-administrator-roles']);
    expect(asTarget(name)).toEqual(['no-administrator-roles']);
  });

  test.each(['payments-admin', 'payments-admin-console', 'phpmyadmin', 'payments-api'])(
    '%s is decided by its path alone',
    (name) => {
      expect(asRole(name)).toEqual(['owners-create']);
      expect(asTarget(name)).toEqual(['owners-create']);
      expect(policyIds({ roleArn: `arn:aws:iam::111122223333:role/${name}` })).toEqual(['role-by-convention']);
      expect(policyIds({ targetRoleArn: `arn:aws:iam::444455556666:role/${name}` })).toEqual(['target-role-for-pods']);
    },
  );
});

describe('system namespaces', () => {
  const { authorize } = loadPolicy(shipped);
  const allowed = (namespace: string, serviceAccount: string): boolean => {
    const roleArn = `arn:aws:iam::111122223333:role/pods/${namespace}/controller`;
    return authorize(context(pat), create({ namespace, serviceAccount, roleArn })).allowed;
  };

  test.each([
    ['kube-system', 'aws-load-balancer-controller'],
    ['kube-system', 'aws-node'],
    ['kube-system', 'cluster-autoscaler'],
    ['kube-system', 'ebs-csi-controller-sa'],
    ['kube-system', 'efs-csi-controller-sa'],
    ['kube-system', 'fsx-csi-controller-sa'],
    ['kube-system', 'karpenter'],
    ['kube-system', 's3-csi-driver-sa'],
    ['amazon-cloudwatch', 'cloudwatch-agent'],
  ])('%s allows %s', (namespace, serviceAccount) => {
    expect(allowed(namespace, serviceAccount)).toBe(true);
  });

  test.each([
    ['kube-system', 'cloudwatch-agent'],
    ['amazon-cloudwatch', 'aws-node'],
    ['kube-public', 'aws-node'],
    ['aws-observability', 'agent'],
    ['eks-something', 'agent'],
    ['default', 'agent'],
    ['istio-system', 'istiod'],
    ['istio-ingress', 'gateway'],
    ['argocd', 'argocd-server'],
    ['cert-manager', 'cert-manager'],
    ['flux-system', 'source-controller'],
    ['gatekeeper-system', 'gatekeeper-admin'],
  ])('%s does not allow %s', (namespace, serviceAccount) => {
    expect(allowed(namespace, serviceAccount)).toBe(false);
  });
});

/** The actions in the head of a policy; all of the schema when it has none. */
function actionsOf({ action }: PolicyJson): readonly string[] {
  if (action.op === 'All') return Object.keys(policySet.schema.PodIdentity?.actions ?? {});
  const entities = 'entities' in action ? action.entities : 'entity' in action ? [action.entity] : [];
  return entities.map((entity) => ('__entity' in entity ? entity.__entity : entity).id);
}

/** A policy set in which one policy no longer applies to one action. */
function exempt(from: PolicySet, id: string, name: string): PolicySet {
  const policy = from.policies[id];
  if (policy === undefined) throw new Error(`no policy ${id}`);
  const action = { Value: { __entity: { type: 'PodIdentity::Action', id: name } } };
  const body = { '==': { left: { Var: 'action' as const }, right: action } };
  const conditions = [{ kind: 'unless' as const, body }, ...policy.conditions];
  return { ...from, policies: { ...from.policies, [id]: { ...policy, conditions } } };
}

function remove(from: PolicySources, id: string): PolicySources {
  const policies = Object.entries(from.policies).map(([file, text]): [string, string] => {
    const parts = processCedar.instance().policySetTextToParts(text);
    if (parts.type === 'failure') throw new Error(JSON.stringify(parts.errors));
    return [file, parts.policies.filter((policy) => !policy.includes(`@id("${id}")`)).join('\n')];
  });
  return { schema: from.schema, policies: Object.fromEntries<string>(policies) };
}
