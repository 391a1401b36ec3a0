import { indexPolicies } from '../../src/policy/policies/applicable.ts';
import { readCases } from '../../src/cases/case-files.ts';
import { processCedar } from '../../src/policy/cedar/cedar.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import type { CedarRequest } from '../../src/policy/cedar/request.ts';
import { toCedar } from '../../src/policy/entities/entities.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../../src/policy/policy.ts';
import { sliceFor } from '../../src/policy/entities/slice.ts';
import { alice, context, create, shipped } from '../support/policy-sample.ts';

const sources = readPolicySources(shipped);
const inventory = parseInventory(readInventoryText(shipped));
const action = (name: string) => `PodIdentity::Action::"${name}"`;

/** The shipped policies and these. */
const withPolicies = (...texts: string[]) =>
  compilePolicies({ ...sources, policies: { ...sources.policies, 'more.cedar': texts.join('\n') } });

const requestOf = (who: AuthorizationContext, request: AuthorizationRequest) =>
  toCedar(who, request, sliceFor(inventory, who, request));

const aCreate: CedarRequest = requestOf(context(alice), create());

/** The IDs of the policies of the text that can apply to a create in the namespace payments of the cluster apps-dev. */
const applicable = (...texts: string[]) => {
  const found = Object.keys(indexPolicies(withPolicies(...texts))(aCreate).policies);
  return found.filter((id) => id.startsWith('x-'));
};

const namespace = (name: string) => `PodIdentity::Namespace::"111122223333/eu-central-1/apps-dev/${name}"`;
const permit = (id: string, head: string, condition = '') => `@id("${id}") permit (${head}) ${condition};`;
const createHead = `principal, action == ${action('CreatePodIdentityAssociation')}, resource`;

describe('the policies that can apply to a request', () => {
  test('the policies that can apply to a request are those of its action, and of any action', () => {
    expect(
      applicable(
        permit('x-create', createHead),
        permit('x-delete', `principal, action == ${action('DeletePodIdentityAssociation')}, resource`),
        permit(
          'x-two',
          `principal, action in [${action('CreatePodIdentityAssociation')}, ${action('UpdatePodIdentityAssociation')}], resource`,
        ),
        permit('x-any', 'principal, action, resource'),
      ),
    ).toEqual(['x-create', 'x-two', 'x-any']);
  });

  test('the policies that can apply to a request are those whose head names its resource, or what the resource is in', () => {
    expect(
      applicable(
        permit('x-here', `${createHead} in ${namespace('payments')}`),
        permit('x-cluster', `${createHead} in PodIdentity::Cluster::"111122223333/eu-central-1/apps-dev"`),
        permit('x-account', `${createHead} in PodIdentity::Account::"111122223333"`),
        permit('x-elsewhere', `${createHead} in ${namespace('search')}`),
        permit('x-typed', `${createHead} is PodIdentity::Association in ${namespace('search')}`),
      ).sort(),
    ).toEqual(['x-account', 'x-cluster', 'x-here']);
  });

  test('the policies that can apply to a request are those whose first condition begins with the name of its namespace', () => {
    expect(
      applicable(
        permit('x-here', createHead, 'when { resource.namespace.name == "payments" && context.hasReason }'),
        permit('x-elsewhere', createHead, 'when { resource.namespace.name == "search" && context.hasReason }'),
        permit('x-unless', createHead, 'unless { resource.namespace.name == "search" }'),
        permit('x-either', createHead, 'when { resource.namespace.name == "search" || context.hasReason }'),
        permit('x-later', createHead, 'when { context.hasReason && resource.namespace.name == "search" }'),
      ).sort(),
    ).toEqual(['x-either', 'x-here', 'x-later', 'x-unless']);
  });

  test('the policies that can apply to a request are few among many about other namespaces and actions', () => {
    const others = Array.from({ length: 470 }, (_, index) =>
      index % 2 === 0
        ? permit(`x-${index}`, createHead, `when { resource.namespace.name == "team-${index}" }`)
        : permit(`x-${index}`, `principal, action == ${action('DeletePodIdentityAssociation')}, resource`),
    );
    const few = Object.keys(indexPolicies(withPolicies())(aCreate).policies).length;
    expect(Object.keys(indexPolicies(withPolicies(...others))(aCreate).policies)).toHaveLength(few);
    expect(few).toBeLessThan(21);
  });
});

describe('a decision by the policies that can apply', () => {
  const overflow = '(9007199254740991 + context.hour) * 9007199254740991 > 0';
  const policySet = withPolicies(
    permit('x-here', createHead, 'when { resource.namespace.name == "payments" }'),
    permit('x-elsewhere', createHead, `when { resource.namespace.name == "search" } when { ${overflow} }`),
    `@id("x-guard") @message("m") @advice("a") forbid (${createHead} in ${namespace('search')}) when { ${overflow} };`,
  );
  const engine = makeEngine(policySet);

  beforeAll(() => {
    const cedar = processCedar.instance();
    cedar.preparseSchema('whole', policySet.schema);
    cedar.preparsePolicySet('whole', { staticPolicies: { ...policySet.policies } });
  });

  /** Cedar's own answer from all policies. */
  const whole = (request: CedarRequest) => {
    const answer = processCedar.instance().statefulIsAuthorized({
      ...request,
      preparsedSchemaName: 'whole',
      preparsedPolicySetId: 'whole',
      validateRequest: true,
    });
    if (answer.type === 'failure') throw new Error(answer.errors[0]?.message);
    const { decision, diagnostics } = answer.response;
    const errors = diagnostics.errors.map(({ policyId }) => policyId).sort();
    return errors.length > 0
      ? { kind: 'failed', policyIds: errors }
      : { kind: 'decided', allowed: decision === 'allow', policyIds: [...diagnostics.reason].sort() };
  };

  const cases = readCases(shipped)
    .map(({ file, context: who, request }) => ({ file, who, request, slice: sliceFor(inventory, who, request) }))
    .filter(({ request, slice }) => slice.cluster !== null || request.action === 'ReadAuditTrail');

  test.each(cases)(
    'a decision by the policies that can apply is that of all policies: $file',
    ({ who, request, slice }) => {
      const cedarRequest = toCedar(who, request, slice);
      expect(engine.evaluate(cedarRequest)).toMatchObject(whole(cedarRequest));
    },
  );

  test('fails where all policies fail, for an error in a policy about its namespace', () => {
    const inSearch = requestOf(context(alice), create({ namespace: 'search' }));
    expect(whole(inSearch).kind).toBe('failed');
    expect(engine.evaluate(inSearch)).toMatchObject(whole(inSearch));
  });
});
