import { compilePolicies } from '../../src/policy/compile.ts';
import type { PolicySet } from '../../src/policy/compile.ts';
import { createAuthorize, authorizeOnSlice, authorizeWith } from '../../src/policy/authorize.ts';
import { createEngine } from '../../src/policy/engine.ts';
import { toCedar } from '../../src/policy/entities.ts';
import { parseInventory } from '../../src/policy/inventory.ts';
import type { Inventory } from '../../src/policy/inventory.ts';
import { loadPolicy, readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import type { AuthorizationRequest } from '../../src/policy/policy.ts';
import {
  addon,
  alice,
  context,
  bob,
  create,
  forbidWhen,
  listOf,
  over,
  overflow,
  pat,
  permitAll,
  person,
  remove,
  request as sampleRequest,
  shipped,
  update,
  view,
} from '../support/policy-sample.ts';

const { schema } = readPolicySources(shipped);
const inventory = parseInventory(readInventoryText(shipped));
const { authorize } = loadPolicy(shipped);

const evaluationFailed: unknown = expect.objectContaining({ policyId: 'evaluation-failed' });

describe('what can not be evaluated is denied', () => {
  test('a forbid that errors at run time is a denial, though Cedar itself would allow', () => {
    const { authorize, failures } = over(permitAll, forbidWhen(overflow));
    const decision = authorize(context(alice), create());
    expect(decision).toMatchObject({ allowed: false, failed: true, policyIds: ['condition'] });
    expect(decision.violations).toEqual([evaluationFailed]);
    expect(failures).toEqual([expect.stringContaining('overflow')]);
  });

  test('all policies that error are named, sorted', () => {
    const policies = ['b', 'c', 'a'].map((id) => forbidWhen(overflow).replace('condition', id));
    expect(over(permitAll, ...policies).authorize(context(alice), create()).policyIds).toEqual(['a', 'b', 'c']);
  });

  test('a permit that errors beside one that applies is a denial too', () => {
    const effect = 'permit (principal, action, resource)';
    const { authorize } = over(permitAll, forbidWhen(overflow, effect));
    expect(authorize(context(alice), create())).toMatchObject({
      allowed: false,
      failed: true,
      policyIds: ['condition'],
    });
  });

  test('a context that does not fit the schema is a denial: a person can not be the actor', () => {
    const { authorize, failures } = over(permitAll);
    const decision = authorize(context(alice, { actor: bob }), create());
    expect(decision).toMatchObject({ allowed: false, failed: true, policyIds: [], violations: [evaluationFailed] });
    expect(failures).toHaveLength(1);
  });

  test('a time that is none is a denial', () => {
    const { authorize } = over(permitAll);
    for (const now of [Number.NaN, Infinity, 8.64e15]) {
      expect(authorize(context(alice, { now }), create())).toMatchObject({ allowed: false, failed: true });
    }
  });

  test('an engine that throws is a denial, whose message says nothing of the cause', () => {
    const failures: string[] = [];
    const policySet = compilePolicies({ schema, policies: { 'test.cedar': permitAll } });
    const ask = (): never => {
      throw new Error('unreachable at 0x2a');
    };
    const decision = authorizeWith({ policySet, ask }, inventory, (detail) => failures.push(detail))(
      context(alice),
      create(),
    );
    expect(decision).toMatchObject({ allowed: false, failed: true, violations: [evaluationFailed] });
    expect(JSON.stringify(decision)).not.toContain('unreachable');
    // For operators, with the place where it broke.
    expect(failures).toEqual([expect.stringMatching(/unreachable at 0x2a\n +at .*ask/)]);
  });

  test('a request that the schema rules out is a denial: a cluster asks for nothing', () => {
    const engine = createEngine(compilePolicies({ schema, policies: { 'test.cedar': permitAll } }));
    const asked = toCedar(context(alice), create(), authorize(context(alice), create()).slice);
    expect(engine.ask(asked)).toMatchObject({ kind: 'decided', allowed: true });
    const principal = { type: 'PodIdentity::Cluster', id: asked.principal.id };
    expect(engine.ask({ ...asked, principal })).toMatchObject({ kind: 'failed', policyIds: [] });
  });

  test('a policy set that Cedar does not take makes no engine', () => {
    const policySet = compilePolicies({ schema, policies: { 'test.cedar': permitAll } });
    const broken = { ...policySet.policies, broken: { effect: 'sometimes' } } as unknown as PolicySet['policies'];
    expect(() => createEngine({ ...policySet, policies: broken })).toThrow('Cedar refuses the policies');
  });

  test('a role that is no role, or a log that throws, is a denial and no exception', () => {
    const onFailure = (): never => {
      throw new Error('the log is full');
    };
    const authorize = createAuthorize({ schema, policies: { 'test.cedar': permitAll }, inventory, onFailure });
    for (const change of [{ roleArn: 'nonsense' }, { targetRoleArn: 'arn:aws:iam::111122223333:user/x' }]) {
      expect(authorize(context(alice), create(change))).toMatchObject({ allowed: false, failed: true });
    }
  });

  test('an update from or to a role that is no role is a denial and no exception', () => {
    const { authorize, failures } = over(permitAll);
    for (const request of [
      update({}, { roleArn: 'x' }),
      update({ roleArn: 'x' }, { roleArn: sampleRequest.roleArn }),
    ]) {
      expect(authorize(context(alice), request)).toMatchObject({ allowed: false, failed: true });
    }
    expect(failures).toEqual(Array(2).fill(expect.stringContaining('not the ARN of a role: x')));
  });

  test('an id at which the engine itself throws is a denial, and the next request is decided again', () => {
    const { authorize, failures } = over(permitAll);
    const decision = authorize(context(person('\ud800')), create());
    expect(decision).toMatchObject({ allowed: false, failed: true, violations: [evaluationFailed] });
    expect(failures).toEqual([expect.stringContaining('hex escape')]);
    expect(authorize(context(alice), create()).allowed).toBe(true);
  });

  test('an inventory that breaks is a denial and no exception', () => {
    const broken: Inventory = {
      ...inventory,
      get clusters(): never {
        throw new Error('broken');
      },
    };
    const failures: string[] = [];
    const engine = createEngine(compilePolicies({ schema, policies: { 'test.cedar': permitAll } }));
    const decision = authorizeWith(engine, broken, (detail) => failures.push(detail))(context(alice), create());
    expect(decision).toMatchObject({ allowed: false, failed: true, violations: [evaluationFailed] });
    expect(failures).toEqual([expect.stringContaining('broken')]);
  });

  test('a decision on a slice that lacks the namespace is a denial and no exception', () => {
    const engine = createEngine(compilePolicies({ schema, policies: { 'test.cedar': permitAll } }));
    const slice = { ...authorize(context(alice), create()).slice, namespace: null };
    expect(authorizeOnSlice(engine, context(alice), create(), slice)).toMatchObject({ allowed: false, failed: true });
  });

  test('no policy allows nothing', () => {
    const { authorize } = over();
    expect(authorize(context(pat), create())).toMatchObject({ allowed: false, failed: false, policyIds: [] });
  });
});

describe('what the inventory does not know', () => {
  const { authorize: permissive } = over(permitAll);

  test.each([
    ['cluster', { clusterName: 'apps-test' }],
    ['region', { region: 'us-east-1' }],
    ['account', { accountId: '999999999999' }],
  ])('an unregistered %s is denied without asking Cedar', (_what, change) => {
    for (const request of [
      create(change),
      update(change),
      remove(change),
      view(change),
      listOf('namespace', change),
      listOf('cluster', change),
      { action: 'ReadAuditTrail', scope: { kind: 'cluster', ...sampleRequest, ...change } },
      { action: 'ReadAuditTrail', scope: { kind: 'namespace', ...sampleRequest, ...change } },
    ] satisfies readonly AuthorizationRequest[]) {
      const decision = permissive(context(pat), request);
      expect(decision).toMatchObject({ allowed: false, failed: false, policyIds: [] });
      expect(decision.violations.map(({ policyId }) => policyId)).toEqual(['cluster-not-registered']);
      expect(decision.slice.cluster).toBeNull();
    }
  });

  test('the denial names the cluster and says whom to ask', () => {
    const [violation] = authorize(context(pat), create({ clusterName: 'apps-test' })).violations;
    expect(violation?.message).toBe(
      'The gateway does not serve cluster apps-test in account 111122223333, region eu-central-1.',
    );
    expect(violation?.advice).toContain('platform admins');
  });

  test('scopes without a cluster need none', () => {
    expect(permissive(context(pat), { action: 'ReadAuditTrail', scope: { kind: 'gateway' } }).allowed).toBe(true);
  });
});

describe('what a denial says', () => {
  test.each<[string, AuthorizationRequest]>([
    ['create associations in', create()],
    ['update associations of', update()],
    ['delete associations of', remove()],
    ['view associations of', view()],
    ['list the associations of', listOf('namespace')],
    ['read the audit trail of', { action: 'ReadAuditTrail', scope: { kind: 'namespace', ...sampleRequest } }],
  ])('the default denial to %s a namespace names the groups that own it', (what, request) => {
    const [violation] = authorize(context(bob), request).violations;
    expect(violation).toEqual({
      policyId: 'default-deny',
      message: `No rule lets you ${what} namespace payments.`,
      advice: 'The namespace is owned by payments-team: ask there, or to be added to the group.',
    });
  });

  test('the default denial of the list of a cluster asks for that of a namespace', () => {
    const [violation] = authorize(context(alice), listOf('cluster')).violations;
    expect(violation).toEqual({
      policyId: 'default-deny',
      message: 'No rule lets you list the associations of the whole cluster apps-dev.',
      advice: 'List those of a namespace that your group owns; for more, ask the platform admins.',
    });
  });

  test.each([update, remove])('what an add-on owns is to be changed by the add-on', (request) => {
    const [violation, ...more] = authorize(context(pat), request({ ownerArn: addon })).violations;
    expect(more).toEqual([]);
    expect(violation?.message).toBe('An EKS add-on owns the association.');
    expect(violation?.advice).toContain('Change the add-on instead');
  });

  test('the default denial sends to the platform admins where nobody owns the namespace', () => {
    const [violation] = authorize(context(bob), view({ namespace: 'orders' })).violations;
    expect(violation?.message).toBe('No rule lets you view associations of namespace orders.');
    expect(violation?.advice).toContain('ask the platform admins to register it');
  });

  test('the default denial of a trail without a namespace asks for a smaller one', () => {
    const [violation] = authorize(context(bob), { action: 'ReadAuditTrail', scope: { kind: 'gateway' } }).violations;
    expect(violation?.advice).toContain('a namespace that your group owns');
  });

  test('a forbid speaks in the words of its annotations', () => {
    const decision = authorize(context(alice), create({ tags: [] }));
    expect(decision.policyIds).toEqual(['required-tags']);
    expect(decision.violations).toEqual([
      {
        policyId: 'required-tags',
        message: 'The tag "team" is missing or empty.',
        advice: 'Add a tag with the key "team" and the name of the team that answers for this association.',
      },
    ]);
  });

  test('policies that decided are sorted', () => {
    const policies = ['c', 'a', 'b'].map((id) => `@id("${id}") permit (principal, action, resource);`);
    expect(over(...policies).authorize(context(alice), create()).policyIds).toEqual(['a', 'b', 'c']);
  });
});

test('two boundaries keep their own policies', () => {
  const { authorize: open } = over(permitAll);
  const { authorize: closed } = over(permitAll, forbidWhen('true'));
  expect(open(context(bob), create()).allowed).toBe(true);
  expect(closed(context(bob), create()).allowed).toBe(false);
  expect(open(context(bob), create()).allowed).toBe(true);
});

test('a policy set that was kept as JSON decides as before', () => {
  const sources = readPolicySources(shipped);
  const kept = createEngine(JSON.parse(JSON.stringify(compilePolicies(sources))) as PolicySet);
  const again = authorizeWith(kept, inventory);
  for (const who of [alice, bob, pat]) expect(again(context(who), create())).toEqual(authorize(context(who), create()));
});
