import { compilePolicies } from '../../src/policy/policies/compile.ts';
import type { PolicySet } from '../../src/policy/policies/compile.ts';
import { makeAuthorize, authorizeOnSlice, authorizeWith } from '../../src/policy/decide/authorize.ts';
import { processCedar } from '../../src/policy/cedar/cedar.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { toCedar } from '../../src/policy/entities/entities.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import type { Inventory } from '../../src/policy/inventory/inventory.ts';
import { loadPolicy, readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import {
  alice,
  context,
  bob,
  create,
  forbidWhen,
  over,
  overflow,
  pat,
  permitAll,
  person,
  request as sampleRequest,
  shipped,
  update,
} from '../support/policy-sample.ts';

const { schema } = readPolicySources(shipped);
const inventory = parseInventory(readInventoryText(shipped));
const { authorize } = loadPolicy(shipped);

const evaluationFailed: unknown = expect.objectContaining({ policyId: 'evaluation-failed' });

describe('denies a request', () => {
  test('when a forbid fails, although Cedar itself allows it', () => {
    const { authorize, failures } = over(permitAll, forbidWhen(overflow));
    const decision = authorize(context(alice), create());
    expect(decision).toMatchObject({ allowed: false, failed: true, policyIds: ['condition'] });
    expect(decision.violations).toEqual([evaluationFailed]);
    expect(failures).toEqual([expect.stringContaining('overflow')]);
  });

  test('with the IDs of all policies that fail, sorted', () => {
    const policies = ['b', 'c', 'a'].map((id) => forbidWhen(overflow).replace('condition', id));
    expect(over(permitAll, ...policies).authorize(context(alice), create()).policyIds).toEqual(['a', 'b', 'c']);
  });

  test('when a permit fails, even if another permit applies', () => {
    const effect = 'permit (principal, action, resource)';
    const { authorize } = over(permitAll, forbidWhen(overflow, effect));
    expect(authorize(context(alice), create())).toMatchObject({
      allowed: false,
      failed: true,
      policyIds: ['condition'],
    });
  });

  test('when the context violates the schema, e.g. with a user as the actor', () => {
    const { authorize, failures } = over(permitAll);
    const decision = authorize(context(alice, { actor: bob }), create());
    expect(decision).toMatchObject({ allowed: false, failed: true, policyIds: [], violations: [evaluationFailed] });
    expect(failures).toHaveLength(1);
  });

  test('when the time is out of range', () => {
    const { authorize } = over(permitAll);
    for (const now of [Number.NaN, Infinity, 8.64e15]) {
      expect(authorize(context(alice, { now }), create())).toMatchObject({ allowed: false, failed: true });
    }
  });

  test('when the engine throws, without the cause in the message', () => {
    const failures: string[] = [];
    const policySet = compilePolicies({ schema, policies: { 'test.cedar': permitAll } });
    const evaluate = (): never => {
      throw new Error('unreachable at 0x2a');
    };
    const engine = {
      policySet,
      evaluate,
      evaluatePermits: evaluate,
      usesDryRun: () => false,
      sessionPolicyReaders: () => [],
      roleAttributes: null,
    };
    const decision = authorizeWith(engine, inventory, (detail) => failures.push(detail))(context(alice), create());
    expect(decision).toMatchObject({ allowed: false, failed: true, violations: [evaluationFailed] });
    expect(JSON.stringify(decision)).not.toContain('unreachable');
    // The log has the cause and its stack.
    expect(failures).toEqual([expect.stringMatching(/unreachable at 0x2a\n +at .*evaluate/)]);
  });

  test('when the request violates the schema, e.g. with a cluster as the principal', () => {
    const engine = makeEngine(compilePolicies({ schema, policies: { 'test.cedar': permitAll } }));
    const cedarRequest = toCedar(context(alice), create(), authorize(context(alice), create()).slice);
    expect(engine.evaluate(cedarRequest)).toMatchObject({ kind: 'decided', allowed: true });
    const principal = { type: 'PodIdentity::Cluster', id: cedarRequest.principal.id };
    expect(engine.evaluate({ ...cedarRequest, principal })).toMatchObject({ kind: 'failed', policyIds: [] });
  });

  test('when Cedar rejects a policy that can apply, as no compiled set has', () => {
    const { policies, ...rest } = compilePolicies({ schema, policies: { 'test.cedar': permitAll } });
    const broken = Object.fromEntries(
      Object.entries(policies).map(([id, one]) => [id, { ...one, effect: 'sometimes' }]),
    );
    const engine = makeEngine({ ...rest, policies: broken as unknown as PolicySet['policies'] });
    const failures: string[] = [];
    const decision = authorizeWith(engine, inventory, (detail) => failures.push(detail))(context(alice), create());
    expect(decision).toMatchObject({ allowed: false, failed: true, violations: [evaluationFailed] });
    expect(failures).toEqual([expect.stringContaining('Cedar rejects the policies')]);
  });

  test('when a role ARN is invalid, even if the log throws', () => {
    const onFailure = (): never => {
      throw new Error('the log is full');
    };
    const authorize = makeAuthorize({ schema, policies: { 'test.cedar': permitAll }, inventory, onFailure });
    for (const change of [{ roleArn: 'nonsense' }, { targetRoleArn: 'arn:aws:iam::111122223333:user/x' }]) {
      expect(authorize(context(alice), create(change))).toMatchObject({ allowed: false, failed: true });
    }
  });

  test('when an update is from or to an invalid role ARN', () => {
    const { authorize, failures } = over(permitAll);
    for (const request of [
      update({}, { roleArn: 'x' }),
      update({ roleArn: 'x' }, { roleArn: sampleRequest.roleArn }),
    ]) {
      expect(authorize(context(alice), request)).toMatchObject({ allowed: false, failed: true });
    }
    expect(failures).toEqual(Array(2).fill(expect.stringContaining('not an IAM role ARN: x')));
  });

  test('when a principal ID makes Cedar throw, and still evaluates the next request', () => {
    const { authorize, failures } = over(permitAll);
    const decision = authorize(context(person('\ud800')), create());
    expect(decision).toMatchObject({ allowed: false, failed: true, violations: [evaluationFailed] });
    expect(failures).toEqual([expect.stringContaining('hex escape')]);
    expect(authorize(context(alice), create()).allowed).toBe(true);
  });

  test('when Cedar throws, in an instance that is not used again: each exception uses up some of its stack', () => {
    const { authorize } = over(permitAll);
    const instance = processCedar.instance();
    authorize(context(person('\ud800')), create());
    expect(authorize(context(alice), create()).allowed).toBe(true);
    expect(processCedar.instance()).not.toBe(instance);
  });

  test('when the inventory throws', () => {
    const broken: Inventory = {
      ...inventory,
      get clusters(): never {
        throw new Error('broken');
      },
    };
    const failures: string[] = [];
    const engine = makeEngine(compilePolicies({ schema, policies: { 'test.cedar': permitAll } }));
    const decision = authorizeWith(engine, broken, (detail) => failures.push(detail))(context(alice), create());
    expect(decision).toMatchObject({ allowed: false, failed: true, violations: [evaluationFailed] });
    expect(failures).toEqual([expect.stringContaining('broken')]);
  });

  test('when the slice lacks the namespace', () => {
    const engine = makeEngine(compilePolicies({ schema, policies: { 'test.cedar': permitAll } }));
    const slice = { ...authorize(context(alice), create()).slice, namespace: null };
    expect(authorizeOnSlice(engine, context(alice), create(), slice)).toMatchObject({ allowed: false, failed: true });
  });

  test('when there are no policies', () => {
    const { authorize } = over();
    expect(authorize(context(pat), create())).toMatchObject({ allowed: false, failed: false, policyIds: [] });
  });
});
