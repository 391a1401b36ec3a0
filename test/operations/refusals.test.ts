import type { Decision, Violation } from '../../src/model/decision.ts';
import { outcomes } from '../../src/model/outcome.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { retryAfterSecondsOf } from '../../src/model/refusal.ts';
import { evaluationFailed, roleUnknown } from '../../src/policy/decide/explain.ts';
import { denialOf, invalidRefusal, redactFor } from '../../src/operations/terms/refusals.ts';
import { describeInvalidInput } from '../../src/validation/invalid-input.ts';
import { admittedCreate } from '../support/mutations.ts';

const findings = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    path: `field${index}`,
    rule: 'rule',
    message: `Message ${index}.`,
    advice: `Advice ${index}.`,
  }));

describe('the refusal of an invalid input', () => {
  test('has all findings, and the advice of its outcome', () => {
    const all = findings(2);
    expect(invalidRefusal(describeInvalidInput({}, all))).toEqual({
      kind: 'InvalidInput',
      code: 'INVALID_INPUT',
      message: 'Message 0. Message 1.',
      advice: outcomes.INVALID_INPUT.advice,
      retryable: false,
      findings: all,
    });
  });

  test.each([
    [4, 'Message 0. Message 1. Message 2. Message 3.'],
    [5, 'Message 0. Message 1. Message 2. Message 3. And 1 more.'],
    [9, 'Message 0. Message 1. Message 2. Message 3. And 5 more.'],
    [1_000, 'Message 0. Message 1. Message 2. Message 3. And 996 more.'],
  ])('summarizes %i findings in its message', (count, message) => {
    expect(invalidRefusal(describeInvalidInput({}, findings(count))).message).toBe(message);
  });
});

const slice = { cluster: null, namespace: null, services: [], timeZone: 'UTC' };
const hashes = { policySetHash: 'p', inventoryHash: 'i', now: 0 };

function decisionWith(failed: boolean, ...violations: readonly Violation[]): Decision {
  return { allowed: false, failed, policyIds: [], violations, ...hashes, slice };
}

const noTag = { policyId: 'required-tags', message: 'No team tag.', advice: 'Add the tag.' };
const noOwner = { policyId: 'default-deny', message: 'Not permitted.', advice: 'Ask the owners.' };
const silent = { policyId: 'x', message: 'Denied.', advice: null };

describe('the refusal of a denial', () => {
  test('has every violation, their messages and their advice', () => {
    expect(denialOf(decisionWith(false, noTag, silent, noOwner))).toEqual({
      outcome: 'POLICY_DENIED',
      refusal: {
        kind: 'PolicyDenied',
        code: 'POLICY_DENIED',
        message: 'No team tag. Denied. Not permitted.',
        advice: 'Add the tag. Ask the owners.',
        retryable: false,
        violations: [noTag, silent, noOwner],
        owners: [],
      },
    });
  });

  test('names the groups that own the namespace', () => {
    const namespace = { name: 'search', owners: ['search-team', 'data'], system: false, rolePaths: [], roleArns: [] };
    const decision = { ...decisionWith(false, noTag), slice: { ...slice, namespace } };
    expect(denialOf(decision).refusal).toMatchObject({ owners: ['search-team', 'data'] });
  });

  test('has the advice of its outcome if no violation has any', () => {
    expect(denialOf(decisionWith(false, silent)).refusal.advice).toBe(outcomes.POLICY_DENIED.advice);
  });

  test('of a policy that can’t be evaluated has its own code, and is retryable', () => {
    const { outcome, refusal } = denialOf(decisionWith(true, evaluationFailed));
    expect(outcome).toBe('POLICY_EVALUATION_FAILED');
    expect(refusal).toMatchObject({ advice: evaluationFailed.advice, retryable: true });
    expect(retryAfterSecondsOf(refusal)).toBe(outcomes.POLICY_EVALUATION_FAILED.retryAfterSeconds);
  });

  test('of a role that does not exist has its own code, and is retryable', () => {
    const { outcome, refusal } = denialOf(decisionWith(false, roleUnknown('arn', { arn: 'arn', kind: 'absent' })));
    expect(outcome).toBe('ROLE_NOT_FOUND_FOR_POLICY');
    expect(refusal).toMatchObject({ code: 'ROLE_NOT_FOUND', retryable: true });
    expect(retryAfterSecondsOf(refusal)).toBe(10);
  });
});

test('a refusal without an existing association needs no decision on showing one', () => {
  const invalid = invalidRefusal(describeInvalidInput({}, []));
  const refusal = {
    ...invalid,
    kind: 'AssociationAlreadyExists',
    existing: null,
    differences: null,
  } as const;
  const authorize = () => {
    throw new Error('Policy is not evaluated here.');
  };
  const { authorization } = admittedCreate(0);
  expect(redactFor(authorize, authorization, { refusal })).toEqual({ refusal });
  expect(redactFor(authorize, authorization, { refusal: invalid }).refusal.kind).toBe('InvalidInput');
});

const refused = Object.entries<Outcome>(outcomes).filter(([, { status }]) => status === 'REFUSED');

test.each(refused)(
  'a refusal for %s says when to retry if and only if it is retryable',
  (_, { code, retryable, retryAfterSeconds }) => {
    expect(retryAfterSeconds !== null).toBe(retryable);
    expect(code && retryAfterSecondsOf({ code, retryable })).toBe(retryAfterSeconds);
  },
);
