import { readCases } from '../../src/cases/cases.ts';
import {
  applicableProblem,
  bounds,
  caseRunProblem,
  jsonProblem,
  policySourceProblems,
} from '../../src/policy/cedar/bounds.ts';
import { makeCedarHost, processCedar } from '../../src/policy/cedar/cedar.ts';
import { makeCedar } from '../../src/policy/cedar/instance.ts';
import { jsonBrackets, scanPolicies, tooDeep, wordsWrittenOut } from '../../src/policy/cedar/nesting.ts';
import type { CedarRequest } from '../../src/policy/cedar/request.ts';
import { authorizeWith } from '../../src/policy/decide/authorize.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { makePreauthorize } from '../../src/policy/decide/preauthorize.ts';
import { toCedar } from '../../src/policy/entities/entities.ts';
import { sliceFor } from '../../src/policy/entities/slice.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import { indexPolicies } from '../../src/policy/policies/applicable.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../../src/policy/policy.ts';
import { teamInventory, teamPolicies } from './many-teams.ts';
import { alice, context, create, person, shipped } from '../support/policy-sample.ts';

const { schema } = readPolicySources(shipped);
const policy = (condition: string) => `@id("x") permit (principal, action, resource) when { ${condition} };`;

/** Conditions that are nested `count` times, each in another way. */
const nested: readonly (readonly [string, (count: number) => string])[] = [
  ['parentheses', (count) => `${'('.repeat(count)}context.hour > 9${')'.repeat(count)}`],
  ['parentheses on the right', (count) => `${'context.hasReason && ('.repeat(count)}true${')'.repeat(count)}`],
  [
    'parentheses on the left',
    (count) => `${'('.repeat(count)}context.hasReason${' || context.hasReason)'.repeat(count)}`,
  ],
  ['sets', (count) => `${'['.repeat(count)}1${']'.repeat(count)} == 1`],
  ['records', (count) => `${'{a:'.repeat(count)}1${'}'.repeat(count)} == 1`],
  ['negations', (count) => `${'!('.repeat(count)}true${')'.repeat(count)}`],
  ['if', (count) => `${'if context.hour == 1 then true else '.repeat(count)}true`],
  [
    '&&',
    (count) =>
      Array(count + 1)
        .fill('context.hour >= 9')
        .join(' && '),
  ],
  [
    '||',
    (count) =>
      Array(count + 1)
        .fill('context.hasReason')
        .join(' || '),
  ],
  [
    '+',
    (count) =>
      `${Array(count + 1)
        .fill('1')
        .join(' + ')} == 1`,
  ],
  ['attributes', (count) => `context${'.a'.repeat(count)}`],
  ['keys', (count) => `context${'["a"]'.repeat(count)}`],
  ['calls', (count) => `[1]${'.contains(1)'.repeat(count)}`],
  ['conditions', (count) => `true }${' when { context.hasReason }'.repeat(count)} when { true`],
];

test.each(nested)('as many levels of %s as allowed, at least 15, do not trap Cedar', (_, condition) => {
  const isAllowed = (count: number) => scanPolicies(policy(condition(count)), bounds.nesting).deepLine === null;
  const counts = Array.from({ length: bounds.nesting + 1 }, (_one, index) => index);
  const most = Math.max(...counts.filter(isAllowed));
  expect(most).toBeGreaterThanOrEqual(15);
  const host = makeCedarHost();
  const instance = host.instance();
  let problem = '';
  try {
    compilePolicies({ schema, policies: { 'x.cedar': policy(condition(most)) } }, host);
  } catch (error) {
    problem = String(error);
  }
  expect(problem).toMatch(/^(Error: The policies are invalid|$)/);
  expect(host.instance()).toBe(instance);
});

test('long lists, many attributes and many policies add no levels', () => {
  const groups = Array.from({ length: 1_000 }, (_, index) => `PodIdentity::Group::"g-${index}"`).join(', ');
  expect(scanPolicies(policy(`principal in [${groups}]`), 10).deepLine).toBeNull();
  const records = Array.from({ length: 1_000 }, (_, index) => `a${index}: ${index}`).join(', ');
  expect(scanPolicies(policy(`{ ${records} } == {}`), 10).deepLine).toBeNull();
  const text = `${policy('context.hour > 9')}\n`.repeat(300);
  expect(scanPolicies(text, 10)).toMatchObject({ deepLine: null, policyLines: { length: 300 } });
});

test('brackets in strings and comments have no meaning, and a carriage return ends a comment', () => {
  expect(scanPolicies(policy('"((((((((((((" == "\\"(((" // ((((((((((\n'), 8).deepLine).toBeNull();
  expect(scanPolicies(policy('true // \r && ((((((((((true))))))))))'), 8).deepLine).toBe(1);
  expect(tooDeep('{"[[[[": "[[\\"[["}', jsonBrackets, 1)).toBeNull();
});

test('types of a schema count as often as they are used', () => {
  expect(wordsWrittenOut('entity X { a: Long };')).toBe(4);
  expect(wordsWrittenOut('type T = { b: Long }; entity X { a: T, c: T };')).toBe(14);
  const doubling = Array.from({ length: 60 }, (_, index) => `type T${index} = { a: T${index + 1}, b: T${index + 1} };`);
  expect(wordsWrittenOut(`${doubling.join('\n')} entity X { a: T0 };`)).toBeGreaterThan(1e17);
  expect(wordsWrittenOut('type A = B; type B = A; entity X { a: A };')).toBeLessThan(20);
});

test('the bound of policies that can apply to one request names the files that have them, those with most first', () => {
  const files = (count: number) => [
    ...Array<string>(400).fill('teams.cedar'),
    ...Array<string>(count).fill('guardrails.cedar'),
  ];
  expect(applicableProblem(files(100))).toBeNull();
  expect(applicableProblem(['access.cedar', ...files(100)])).toMatch(
    /^501 policies can apply to one request; write at most 500\. They are in teams\.cedar \(400\), guardrails\.cedar \(100\), access\.cedar \(1\)\. /,
  );
});

test('each bound is the last that is accepted', () => {
  const comment = (bytes: number) => ({ 'a.cedar': `//${'x'.repeat(bytes - '//a.cedar'.length)}` });
  expect(policySourceProblems(schema, comment(bounds.policyBytes))).toEqual([]);
  expect(policySourceProblems(schema, comment(bounds.policyBytes + 1))).toEqual([
    'a.cedar: with the files before it has 400001 bytes; write at most 400000.',
  ]);
  const policies = (count: number) => ({ 'a.cedar': `${policy('true')}\n`.repeat(count) });
  expect(policySourceProblems(schema, policies(bounds.policies))).toEqual([]);
  expect(policySourceProblems(schema, policies(bounds.policies + 1))).toEqual([
    'a.cedar:1201: is policy 1201; write at most 1200.',
  ]);
  expect(jsonProblem('a.json', `${'['.repeat(20)}${']'.repeat(20)}`, 100)).toBeNull();
  expect(jsonProblem('a.json', `\n${'['.repeat(21)}${']'.repeat(21)}`, 100)).toBe(
    'a.json:2 is nested deeper than 20 levels.',
  );
  expect(caseRunProblem(500, 100, 0, 0)).toBeNull();
  expect(caseRunProblem(500, 101, 0, 0)).toMatch(/^cases: 500 policies that can apply to one request and 101 cases/);
  expect(caseRunProblem(1, 20, 20, 1_000_000)).toBeNull();
  expect(caseRunProblem(1, 21, 21, 1_000_000)).toMatch(/^cases: 21 of them change an inventory/);
});

const sources = readPolicySources(shipped);
const inventory = parseInventory(teamInventory(3));
const policySetOf = (more: string) =>
  compilePolicies({ ...sources, policies: { ...sources.policies, 'more.cedar': more } });

/** Cedar, and how many policies it was given to parse. */
function countingHost() {
  const parsed = { policies: 0 };
  const host = makeCedarHost(() => {
    const { cedar } = makeCedar();
    return {
      ...cedar,
      preparsePolicySet: (name, set) => {
        parsed.policies += Object.keys(set.staticPolicies ?? {}).length;
        return cedar.preparsePolicySet(name, set);
      },
      isAuthorizedPartial: (call) => {
        parsed.policies += Object.keys(call.policies.staticPolicies ?? {}).length;
        return cedar.isAuthorizedPartial(call);
      },
    };
  });
  return { host, parsed };
}

/** How many policies are parsed for an engine and a create in each of these namespaces, by the policies of the teams and the shipped ones. */
function parsedFor(teams: number, namespaces: readonly string[]): number {
  const { host, parsed } = countingHost();
  const authorize = authorizeWith(makeEngine(policySetOf(teamPolicies(teams)), host), inventory);
  for (const namespace of namespaces) authorize(context(alice), create({ namespace }));
  return parsed.policies;
}

test('policies about other namespaces are not parsed for a decision', () => {
  expect(parsedFor(400, ['payments'])).toBe(parsedFor(0, ['payments']));
});

test('a decision about a namespace with a policy of its own parses that policy, and no shared one again', () => {
  expect(parsedFor(3, ['payments', 'team-1', 'team-2']) - parsedFor(3, ['search'])).toBe(2);
});

test('a principal whom policies about namespaces do not name is refused without parsing them', () => {
  const refusedBy = (teams: number) => {
    const { host, parsed } = countingHost();
    const preauthorize = makePreauthorize(policySetOf(teamPolicies(teams)), inventory, undefined, host);
    const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
    const refused = preauthorize(context(person('mallory')), 'CreatePodIdentityAssociation', cluster);
    const deployer = preauthorize(context(person('dana', 'deployers-1')), 'CreatePodIdentityAssociation', cluster);
    return { refused: refused !== null, deployer: deployer === null, parsed: parsed.policies };
  };
  const few = refusedBy(2);
  expect(few).toMatchObject({ refused: true, deployer: true });
  expect(refusedBy(400)).toEqual(few);
});

describe('a decision by shared policies and by those of its namespace', () => {
  const inTeam = 'resource in PodIdentity::Namespace::"111122223333/eu-central-1/apps-dev/payments"';
  const createIn = `principal, action == PodIdentity::Action::"CreatePodIdentityAssociation", ${inTeam}`;
  const overflow = '(9007199254740991 + context.hour) * 9007199254740991 > 0';
  const decide = (more: string, who = alice) => {
    const { allowed, failed, policyIds, violations } = authorizeWith(makeEngine(policySetOf(more)), inventory)(
      context(who),
      create(),
    );
    return { allowed, failed, policyIds, violations: violations.map(({ policyId }) => policyId).sort() };
  };
  const forbid = `@id("own-forbid") @message("m") @advice("a") forbid (${createIn});`;
  const outsider = person('mallory');

  test.each([
    ['lists the permits of both', `@id("own") permit (${createIn});`, alice, true, ['own', 'owners-create'], []],
    ['is allowed by a permit of the namespace alone', `@id("own") permit (${createIn});`, outsider, true, ['own'], []],
    ['is denied by a forbid of the namespace', forbid, alice, false, ['own-forbid'], ['own-forbid']],
    [
      'is denied by the forbid and for lack of a permit',
      forbid,
      outsider,
      false,
      ['own-forbid'],
      ['default-deny', 'own-forbid'],
    ],
  ])('%s', (_, more, who, allowed, policyIds, violations) => {
    expect(decide(more, who)).toEqual({ allowed, failed: false, policyIds, violations });
  });

  test('fails if a policy of the namespace fails', () => {
    expect(decide(`@id("own") permit (${createIn}) when { ${overflow} };`)).toMatchObject({
      ...{ allowed: false, failed: true, policyIds: ['own'] },
    });
  });
});

describe('policies that may apply', () => {
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
});
