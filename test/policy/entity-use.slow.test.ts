// Quick test: test/policy/slice.test.ts.
import { readCases } from '../../src/cases/case-files.ts';
import { makeCedarHost } from '../../src/policy/cedar/cedar.ts';
import type { SchemaJson } from '../../src/policy/cedar/cedar.ts';
import { makeCedar } from '../../src/policy/cedar/instance.ts';
import type { Cedar } from '../../src/policy/cedar/instance.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import type { CedarRequest } from '../../src/policy/cedar/request.ts';
import { toCedar } from '../../src/policy/entities/entities.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import type { PolicySet } from '../../src/policy/policies/policy-set.ts';
import { sliceFor } from '../../src/policy/entities/slice.ts';
import { alice, context, create, shipped } from '../support/policy-sample.ts';
import { isLarge } from '../support/sizes.ts';

const sources = readPolicySources(shipped);
const inventory = parseInventory(readInventoryText(shipped));

/** The shipped policies and these. */
const withPolicies = (more: string) =>
  compilePolicies({ ...sources, policies: { ...sources.policies, 'more.cedar': more } });

type Call = Parameters<Cedar['statefulIsAuthorized']>[0];

/** An engine, and the evaluations that it asks Cedar for. */
function recordingEngine(policySet: PolicySet) {
  const calls: Call[] = [];
  const host = makeCedarHost(() => {
    const { cedar } = makeCedar();
    return {
      ...cedar,
      statefulIsAuthorized: (call) => {
        calls.push(call);
        return cedar.statefulIsAuthorized(call);
      },
    };
  });
  return { engine: makeEngine(policySet, host), calls };
}

const who = context(alice, { sourceAddress: '192.0.2.1' });
const aCreate = toCedar(who, create(), sliceFor(inventory, who, create()));

/** The names of what an evaluation is given. */
const givenTo = ({ entities, context: given }: Call) => ({
  context: Object.keys(given),
  attributes: entities.flatMap(({ attrs }) => Object.keys(attrs)).sort(),
});

const own = (condition: string, effect = 'permit') =>
  `@id("own") @message("m") @advice("a") ${effect} (principal, action, resource)
   when { resource.namespace.name == "payments" && ${condition} };`;
const inCreates = (text: string) =>
  text.replace('action,', 'action == PodIdentity::Action::"CreatePodIdentityAssociation",');

test('the policies of a namespace are given only what they read of a request that Cedar validated whole', () => {
  const { engine, calls } = recordingEngine(
    withPolicies(inCreates(own('resource.cluster.production && context.hour > 1'))),
  );
  engine.evaluate(aCreate);
  const [first, second, ...more] = calls;
  expect(more).toEqual([]);
  expect(first).toMatchObject({ validateRequest: true, ...aCreate });
  expect(second && givenTo(second)).toEqual({
    context: ['hour'],
    attributes: ['cluster', 'name', 'namespace', 'production'],
  });
});

test('the permits are given only what they read, after a denial', () => {
  const { engine, calls } = recordingEngine(withPolicies(''));
  engine.evaluate(aCreate);
  engine.evaluatePermits(aCreate);
  expect(calls[1] && givenTo(calls[1])).toEqual({ context: ['isDryRun'], attributes: ['namespace', 'owners'] });
});

test('a request is validated whole where the permits are evaluated first', () => {
  const { engine, calls } = recordingEngine(withPolicies(''));
  engine.evaluatePermits(aCreate);
  expect(calls[0]).toMatchObject({ validateRequest: true, ...aCreate });
});

test('a request that is not valid fails, and nothing more is evaluated', () => {
  const { engine, calls } = recordingEngine(withPolicies(inCreates(own('context.hour > 1'))));
  const invalid = { ...aCreate, context: { ...aCreate.context, hour: 'noon' } };
  expect(engine.evaluate(invalid)).toMatchObject({ kind: 'failed', policyIds: [] });
  expect(engine.evaluatePermits(invalid)).toMatchObject({ kind: 'failed', policyIds: [] });
  expect(calls).toHaveLength(2);
});

const { cedar } = makeCedar();

/** Cedar's own answers by all of these policies, from whole requests. */
function wholeBy({ schema, policies }: PolicySet, effects: readonly string[]) {
  const name = effects.join();
  const chosen = Object.entries(policies).filter(([, { effect }]) => effects.includes(effect));
  cedar.preparseSchema(name, schema);
  cedar.preparsePolicySet(name, { staticPolicies: Object.fromEntries(chosen) });
  return (request: CedarRequest) => {
    const names = { preparsedSchemaName: name, preparsedPolicySetId: name, validateRequest: true };
    const answer = cedar.statefulIsAuthorized({ ...request, ...names });
    if (answer.type === 'failure') throw new Error(answer.errors[0]?.message);
    const { decision, diagnostics } = answer.response;
    const errors = diagnostics.errors.map(({ policyId }) => policyId).sort();
    return errors.length > 0
      ? { kind: 'failed', policyIds: errors }
      : { kind: 'decided', allowed: decision === 'allow', policyIds: [...diagnostics.reason].sort() };
  };
}

/** Every third of the creates in the shipped cases, or all. */
const requests = readCases(shipped)
  .map(({ context: by, request }) => ({ by, request, slice: sliceFor(inventory, by, request) }))
  .filter(({ request, slice }) => request.action === 'CreatePodIdentityAssociation' && slice.namespace !== null)
  .filter((_, index) => isLarge || index % 3 === 0)
  .map(({ by, request, slice }) => toCedar(by, request, slice));

test.each([
  'true',
  'principal in PodIdentity::Group::"payments-team"',
  'principal is PodIdentity::User in PodIdentity::Group::"payments-team"',
  'resource in PodIdentity::Cluster::"111122223333/eu-central-1/apps-dev"',
  '[PodIdentity::Account::"111122223333"].contains(PodIdentity::Account::"111122223333") && resource in resource.cluster',
  'resource.cluster.environment == "dev" || resource.cluster.production',
  'resource.cluster.name == "apps-dev"',
  'resource has cluster.name && (resource.cluster) has name',
  '(if context.hasReason then resource.cluster else resource.cluster).name == "apps-dev"',
  '{ of: resource.cluster }.of.name == "apps-dev"',
  'resource.hasTag("team") && resource.getTag("team") == "payments"',
  'resource.settings has targetRole && resource.settings.targetRole.path like "/pods/*"',
  'resource.settings has targetRole.path',
  'resource has settings.targetRole.path',
  'resource.namespace.roleArns.contains(resource.settings.role.arn)',
  'context.now > datetime("2026-01-01") && context.weekday != "Sunday"',
  'context has sourceAddress && context.sourceAddress.isInRange(ip("10.0.0.0/8"))',
  'context has actor && context.actor.mayNamePeople',
  'context has actor.mayNamePeople',
  'context has onBehalfOf && !(context has onBehalfOfPerson)',
  '[context].contains(context) && context.hasReason',
  '(9007199254740991 + context.hour) * 9007199254740991 > 0',
])('a decision by the policies of its namespace is that of all policies where one reads: %s', (condition) => {
  for (const effect of ['permit', 'forbid']) {
    // With one other policy, which takes less time than the shipped ones.
    const base = inCreates('@id("base") permit (principal, action, resource);');
    const policySet = compilePolicies({
      ...sources,
      policies: { 'base.cedar': base, 'more.cedar': inCreates(own(condition, effect)) },
    });
    const engine = makeEngine(policySet);
    const [whole, permits] = [wholeBy(policySet, ['permit', 'forbid']), wholeBy(policySet, ['permit'])];
    for (const request of requests) {
      expect(engine.evaluate(request)).toMatchObject(whole(request));
      expect(engine.evaluatePermits(request)).toMatchObject(permits(request));
    }
  }
});

test('with groups of actions, a policy of a namespace applies to the actions of its group', () => {
  const policySet = withPolicies(inCreates(own('true')));
  const grouped: SchemaJson<string> = structuredClone(policySet.schema);
  const actions = grouped.PodIdentity?.actions ?? {};
  const create = actions.CreatePodIdentityAssociation;
  if (create) create.memberOf = [{ id: 'Changes' }];
  actions.Changes = {};
  const policies = Object.fromEntries(
    Object.entries(policySet.policies).map(([id, policy]) => [
      id,
      id === 'own'
        ? { ...policy, action: { op: 'in' as const, entity: { type: 'PodIdentity::Action', id: 'Changes' } } }
        : policy,
    ]),
  );
  const engine = makeEngine({ ...policySet, schema: grouped, policies });
  expect(engine.evaluate(aCreate)).toMatchObject({ allowed: true, policyIds: ['own', 'owners-create'] });
});
