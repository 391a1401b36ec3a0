import { claim } from '../../src/idempotency/claim.ts';
import { defaultTimes } from '../../src/idempotency/times.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { entryText } from '../../src/ledger/stored/entry-json.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { alreadyExists, changed } from '../../src/operations/terms/conflict-conclusions.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { answerOf, execute } from '../../src/operations/flow/execute.ts';
import { mutate } from '../../src/operations/mutate.ts';
import type { Effect } from '../../src/operations/terms/operation.ts';
import { concludedAs } from '../../src/operations/kinds/observe.ts';
import { operations } from '../../src/operations/kinds/operations.ts';
import { denialOf, redactFor } from '../../src/operations/terms/refusals.ts';
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
