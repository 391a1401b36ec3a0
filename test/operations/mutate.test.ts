import { claim } from '../../src/idempotency/claim.ts';
import { defaultTimes } from '../../src/idempotency/times.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { entryText } from '../../src/ledger/stored/entry-json.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import type { Decision, Violation } from '../../src/model/decision.ts';
import { outcomes } from '../../src/model/outcome.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { retryAfterSecondsOf } from '../../src/model/refusal.ts';
import { dryRun } from '../../src/operations/dry-run.ts';
import { answerOf, execute } from '../../src/operations/flow/execute.ts';
import { concludedAs } from '../../src/operations/kinds/observe.ts';
import { operations } from '../../src/operations/kinds/operations.ts';
import { mutate } from '../../src/operations/mutate.ts';
import type { InputOf } from '../../src/operations/terms/admission.ts';
import { alreadyExists, changed } from '../../src/operations/terms/conflict-conclusions.ts';
import { isAllowed } from '../../src/operations/terms/decisions.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import type { Effect } from '../../src/operations/terms/operation.ts';
import { denialOf, invalidRefusal, redactFor } from '../../src/operations/terms/refusals.ts';
import type { MutationResult } from '../../src/operations/terms/result.ts';
import { evaluationFailed, roleUnknown } from '../../src/policy/decide/explain.ts';
import { describeInvalidInput } from '../../src/validation/invalid-input.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { input } from '../support/gateway.ts';
import { association } from '../support/ledger-samples.ts';
import {
  admittedCreate,
  claimOf,
  dependenciesOn,
  doneByEks,
  eksError,
  eksWith,
  identity,
  later,
  leaseOf,
  request,
} from '../support/mutations.ts';
import { entries } from '../support/stored-samples.ts';

type CreateEffect = Effect<'CREATE_POD_IDENTITY_ASSOCIATION'>;

let ledger: Ledger;
beforeEach(() => (ledger = makeSqliteLedger({ file: ':memory:' })));
afterEach(() => ledger.close());

const withEffect = (effect: CreateEffect) => ({ ...operations.CREATE_POD_IDENTITY_ASSOCIATION, effect });

const notExpected = () => Promise.reject(new Error('This step is not expected here.'));

describe('a mutation', () => {
  test('keeps to its own time limit, however much time its function has left', async () => {
    const deadlines: number[] = [];
    const eks = eksWith({
      create: async ({ deadline }) => {
        deadlines.push(deadline);
        return { kind: 'unknown', error: eksError };
      },
      describe: async (_, { deadline }) => {
        deadlines.push(deadline);
        return { kind: 'absent' };
      },
    });
    const deps = dependenciesOn(ledger, { eksFor: () => eks });
    const deadline = Date.now() + 3_600_000;
    await mutate(deps, operations.CREATE_POD_IDENTITY_ASSOCIATION, { identity, input, deadline });
    const named = { clusterName: input.clusterName, associationId: association().associationId };
    await mutate(deps, operations.DELETE_POD_IDENTITY_ASSOCIATION, { identity, input: named, deadline });
    const latest = Date.now() + defaultTimes.requestMs - 4_000;
    expect(deadlines.map((each) => each <= latest)).toEqual([true, true]);
  });

  test('a mutation is decided with all groups of its principal; its entries have a size that does not depend on their number', async () => {
    const deps = dependenciesOn(ledger, { eksFor: () => eksWith({ describe: async () => ({ kind: 'absent' }) }) });
    const decided: number[] = [];
    const counting: Dependencies = {
      ...deps,
      authorize: (context, authorization) => {
        decided.push(context.identity.principal.groups.length);
        return deps.authorize(context, authorization);
      },
    };
    const sizeWith = async (count: number) => {
      const groups = Array.from({ length: count }, (_, index) => `project-${index + 100}`);
      const principal = { ...identity.principal, groups };
      const call = { identity: { ...identity, principal, actor: principal }, input, deadline: Date.now() + 60_000 };
      const { auditEntry } = await mutate(counting, operations.CREATE_POD_IDENTITY_ASSOCIATION, call);
      expect(auditEntry).toMatchObject({ event: 'DENIED', principal: { groups: [], otherGroups: { count } } });
      return entryText(auditEntry).length;
    };
    expect(await sizeWith(100)).toBe(await sizeWith(150));
    expect(decided).toEqual([100, 150]);
  });

  test('keeps four seconds for what follows the effect', async () => {
    const mutation = admittedCreate(60_000);
    const deadlines: number[] = [];
    const perform: CreateEffect['perform'] = async (_, { deadline }) => {
      deadlines.push(deadline);
      return doneByEks;
    };
    const operation = withEffect({ kind: 'change', perform, observe: notExpected });
    const result = await execute(dependenciesOn(ledger), operation, mutation, null);
    expect(answerOf(result)).toMatchObject({ status: 'SUCCEEDED' });
    expect(deadlines).toEqual([mutation.deadline - 4_000]);
  });

  test('stops if its lease is taken over while it observes', async () => {
    const mutation = admittedCreate(60_000_000);
    const { record } = leaseOf(await claim(dependenciesOn(ledger), claimOf(mutation)));
    const observe: CreateEffect['observe'] = async () => {
      leaseOf(await claim(later(ledger, 2), claimOf(mutation)));
      return { kind: 'not-done', association: null };
    };
    const result = await execute(
      later(ledger, 1),
      withEffect({ kind: 'change' as const, perform: notExpected, observe }),
      mutation,
      null,
    );
    expect(answerOf(result)).toMatchObject({
      status: 'IN_PROGRESS',
      auditEntry: { operationId: record.operationId, fence: 2 },
    });
  });
});

describe('an existing association is not shown to a principal who may not view it', () => {
  const denying = (deps: Dependencies): Dependencies => ({
    ...deps,
    authorize: (context, authorizationRequest) => ({
      ...dependenciesOn(ledger).authorize(context, authorizationRequest),
      allowed: authorizationRequest.action === 'CreatePodIdentityAssociation',
    }),
  });
  const hidden = { status: 'REFUSED', refusal: { existing: null, differences: null } };
  const conflict = alreadyExists(association(), request, null);
  const create = (deps: Dependencies, effect: CreateEffect, clientRequestToken: string) =>
    mutate(denying(deps), withEffect(effect), {
      identity,
      input: { ...input, clientRequestToken },
      deadline: Date.now() + 60_000_000,
    });

  test('at the first request, and at a replay', async () => {
    const effect = { kind: 'change' as const, perform: async () => conflict, observe: notExpected };
    expect(await create(dependenciesOn(ledger), effect, 'token')).toMatchObject(hidden);
    expect(await create(dependenciesOn(ledger), effect, 'token')).toMatchObject({ ...hidden, replayed: true });
  });

  test('after a lease was taken over', async () => {
    const unknown = { kind: 'unknown', error: eksError } as const;
    const eksFor = () => eksWith({ create: async () => unknown });
    const { effect } = operations.CREATE_POD_IDENTITY_ASSOCIATION;
    expect(await create(dependenciesOn(ledger, { eksFor }), effect, 'token')).toMatchObject({ status: 'IN_PROGRESS' });
    const observing = { kind: 'change' as const, perform: notExpected, observe: async () => concludedAs(conflict) };
    expect(await create(later(ledger, 1), observing, 'token')).toMatchObject(hidden);
  });

  test('in a refusal of a changed association', () => {
    const { authorization } = admittedCreate(0);
    const result = changed(association(), [], '2026-11-24T10:00:00.000Z');
    const visible = { existing: { associationId: association().associationId }, differences: [] };
    const allowing = () => ({ ...denialDecision(), allowed: true });
    expect(redactFor(allowing, authorization, result).refusal).toMatchObject(visible);
    const { refusal } = redactFor(denying(dependenciesOn(ledger)).authorize, authorization, result);
    expect(refusal).toMatchObject({ existing: null, differences: null });
  });
});

/** The decision on the sample create, as a denial. */
function denialDecision() {
  const { decision } = admittedCreate(0).audit;
  if (!decision) throw new Error('The sample create has a decision.');
  return { ...decision, allowed: false };
}

test('a policy that can’t be evaluated is refused with its own code', () => {
  expect(denialOf(denialDecision()).outcome).toBe('POLICY_DENIED');
  expect(denialOf({ ...denialDecision(), failed: true }).outcome).toBe('POLICY_EVALUATION_FAILED');
});

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

test('a request is allowed only if the deletion that its expiry is is allowed too', () => {
  const { decision: sample } = entries.INTENT;
  if (!sample) throw new Error('The sample has no decision.');
  const [decision, denied] = [true, false].map((allowed) => ({ ...sample, allowed }));
  if (!decision || !denied) throw new Error('unreachable');
  expect(isAllowed({ decision })).toBe(true);
  expect(isAllowed({ decision, deleteDecision: decision })).toBe(true);
  expect(isAllowed({ decision, deleteDecision: denied })).toBe(false);
  expect(isAllowed({ decision: denied, deleteDecision: decision })).toBe(false);
});

/** The most bytes of an entry about an invalid input. */
const maxBytes = 16 * 1024;

const million = 1_000_000;

const texts: [name: string, text: string][] = [
  ['quotes', '"'.repeat(million)],
  ['control characters', '\u0000'.repeat(million)],
  ['characters of four bytes', '😀'.repeat(million / 2)],
  ['characters of three bytes', '\uffff'.repeat(million)],
  ['unpaired surrogates', '\ud800'.repeat(million)],
  ['characters of each rule', '*aws:\ud800#\u{10000}"'.repeat(million / 10)],
];

/** The largest values that are valid, and therefore recorded in full. */
const valid = { reason: '😀'.repeat(1_024), onBehalfOf: '😀'.repeat(256) };

/** A cluster in which alice has permits. */
const cluster = { clusterName: 'apps-dev', accountId: null, region: null };

/** A cluster with such names. */
const clusterOf = (name: string) => ({ clusterName: name, accountId: name, region: name });

/** Every other field of a create with this text or its beginning, and tags of it. */
function createInput(text: string, tagCount = 100): InputOf['CREATE_POD_IDENTITY_ASSOCIATION'] {
  const short = text.slice(0, 1_000);
  return {
    ...cluster,
    ...{ namespace: short, serviceAccount: short },
    ...{ roleArn: text, targetRoleArn: `arn:aws:iam::1:role/${short}`, policy: short, clientRequestToken: short },
    tags: Array.from({ length: tagCount }, () => ({ key: short, value: short })),
    ...valid,
  };
}

/** Every other field of an update with this text or its beginning. */
function updateInput(text: string): InputOf['UPDATE_POD_IDENTITY_ASSOCIATION'] {
  const short = text.slice(0, 1_000);
  return {
    ...cluster,
    ...{ associationId: text, roleArn: short },
    ...{ targetRoleArn: short, policy: `{"Statement":[{"${short}":1}]}`, clientRequestToken: short },
    expectedModifiedAt: text,
    ...valid,
  };
}

/** The only entry of a request. */
async function entryOf({ auditEntry }: Pick<MutationResult, 'auditEntry'>): Promise<AuditEntry> {
  const [entry, ...more] = await ledger.operationEntries(auditEntry.operationId);
  if (!entry || more.length > 0) throw new Error('The request did not leave exactly one entry.');
  return entry;
}

describe.each(texts)('an input of a million %s', (_, text) => {
  const deadline = Date.now() + 60_000;

  test('leaves one entry of at most 16 KB, whatever the operation', async () => {
    const deps = dependenciesOn(ledger);
    const answers = [
      await mutate(deps, operations.CREATE_POD_IDENTITY_ASSOCIATION, { identity, input: createInput(text), deadline }),
      await mutate(deps, operations.UPDATE_POD_IDENTITY_ASSOCIATION, { identity, input: updateInput(text), deadline }),
      await mutate(deps, operations.DELETE_POD_IDENTITY_ASSOCIATION, { identity, input: updateInput(text), deadline }),
      await dryRun(deps, operations.CREATE_POD_IDENTITY_ASSOCIATION, { identity, input: createInput(text), deadline }),
    ];
    for (const answer of answers) {
      const entry = await entryOf(answer);
      expect(entry.findings).toHaveLength(Math.min(10, entry.invalidInput?.findingCount ?? 0));
      expect(Buffer.byteLength(entryText(entry))).toBeLessThanOrEqual(maxBytes);
      expect(Buffer.byteLength(JSON.stringify(answer.refusal))).toBeLessThan(4 * maxBytes);
    }
  });
});

test.each(texts)('an input whose cluster is a thousand %s leaves one entry of at most 1 KB', async (_, text) => {
  const input = { ...createInput(text), ...clusterOf(text.slice(0, 1_000)) };
  const call = { identity, input, deadline: Date.now() + 60_000 };
  const entry = await entryOf(await mutate(dependenciesOn(ledger), operations.CREATE_POD_IDENTITY_ASSOCIATION, call));
  expect(entry.invalidInput?.findingCount).toBeGreaterThan(10);
  expect(Buffer.byteLength(entryText(entry))).toBeLessThanOrEqual(1_024);
});

test('an input of 50,000 invalid tags leaves one entry of at most 16 KB', async () => {
  const input = createInput('"😀\u0000#'.repeat(8), 50_000);
  const call = { identity, input, deadline: Date.now() + 60_000 };
  const entry = await entryOf(await mutate(dependenciesOn(ledger), operations.CREATE_POD_IDENTITY_ASSOCIATION, call));
  expect(entry.invalidInput?.fields).toMatchObject({ tags: 50_000 });
  expect(Buffer.byteLength(entryText(entry))).toBeLessThanOrEqual(maxBytes);
});
