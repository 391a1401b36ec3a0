import { monotonicFactory } from 'ulid';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Association } from '../../src/model/association.ts';
import { observeServiceAccount } from '../../src/observations/observe-service-account.ts';
import type { Dependencies } from '../../src/operations/dependencies.ts';
import { mutate } from '../../src/operations/mutate.ts';
import { operationOf } from '../../src/operations/operations.ts';
import { countReadFailures, reconcileOperation } from '../../src/operations/reconcile-operation.ts';
import { randomFrom } from '../reliability/search/ledger-faults.ts';
import { home } from '../support/gateway.ts';
import { dependenciesOn, identity } from '../support/mutations.ts';
import { makeWorld, roles, second, times } from './interleaving-world.ts';

// The real operations, reconciler and observation of one service account, in random interleavings: each call of a port is a turn.
// The reference is EKS itself, which knows who made each version. It tells what a correct observer may report as made outside.

/** Runs one random interleaving; returns the violations and what it met. */
async function run(ledger: Ledger & ObservationStore, seed: number) {
  const random = randomFrom(seed);
  const target = { clusterName: 'apps-dev', serviceAccount: `api-${seed}` };
  const account = { ...home, ...target, namespace: 'payments' };
  const world = makeWorld(target, random);
  const violations: string[] = [];
  let reportedOutside = 0;
  let turns: (() => void)[] = [];
  let isFree = false;
  const turn = () => (isFree ? Promise.resolve() : new Promise<void>((resolve) => turns.push(resolve)));
  const gated = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (from, name) => {
        const method = Reflect.get(from, name) as (...given: unknown[]) => Promise<unknown>;
        return async (...given: unknown[]) => {
          await turn();
          return method.apply(from, given);
        };
      },
    });
  const observations = gated(ledger) as ObservationStore;
  const deps = dependenciesOn(gated(ledger), {
    clock: world.clock,
    ulid: monotonicFactory(() => random(1_000) / 1_000),
    times,
    eksFor: () => gated(world.eks),
    serves: () => true,
    preauthorize: () => null,
  });
  const allowed = {
    ...deps,
    authorize: (...given: Parameters<Dependencies['authorize']>) => ({
      ...deps.authorize(...given),
      allowed: true,
      violations: [],
    }),
  };
  let tokens = 0;
  const mutateOnce = (kind: 'CREATE' | 'UPDATE' | 'DELETE' | 'ADOPT', associationId: string) => {
    const name = `${kind}_POD_IDENTITY_ASSOCIATION` as const;
    const settings = kind === 'DELETE' || kind === 'ADOPT' ? {} : { roleArn: roles[random(3)] };
    const place =
      kind === 'CREATE' ? { namespace: 'payments', serviceAccount: target.serviceAccount } : { associationId };
    const input = { ...target, ...place, ...settings, clientRequestToken: `${seed}-${++tokens}` };
    const { serviceAccount: _, ...rest } = { ...input };
    const given = (kind === 'CREATE' ? input : rest) as never;
    return mutate(allowed, operationOf(name), { identity, input: given, deadline: world.clock() + 25 * second });
  };
  /** The versions that adoptions recorded. */
  const adopted = new Set<string>();
  const adopt = async (associationId: string) => {
    const { status, association } = await mutateOnce('ADOPT', associationId);
    if (status === 'SUCCEEDED' && association) adopted.add(association.modifiedAt);
  };
  const scan = async () => {
    const adoptedBefore = new Set(adopted);
    const before = await observations.getAssociationState(account);
    const listedAt = world.clock();
    const shown = world.read();
    let seen: Association | null | undefined;
    /** The association that the scan wrote to be gone. */
    let gone = '';
    const eks = {
      describe: async (id: string, bounds: { deadline: number }) => {
        const result = await deps.eksFor(account).describe(id, bounds);
        seen = result.kind === 'found' ? result.association : null;
        return result;
      },
    };
    const listed = {
      target: account,
      associationId: shown?.associationId ?? null,
      listedAt,
      knownRevision: before?.revision ?? 0,
      scan: { fence: 1, completedAt: null },
    };
    const states = {
      getAssociationState: observations.getAssociationState,
      observeAssociation: (...given: Parameters<ObservationStore['observeAssociation']>) => {
        const { sight } = given[1].observed ?? {};
        gone = sight?.isGone ? sight.associationId : '';
        return observations.observeAssociation(...given);
      },
    };
    const result = await observeServiceAccount({ ...deps, observations: states }, eks, listed, Infinity);
    if (result.kind !== 'observed' || result.origin !== 'OUTSIDE') return;
    reportedOutside += 1;
    if (seen && adoptedBefore.has(seen.modifiedAt))
      violations.push(`the adopted state ${seen.modifiedAt} was reported as made outside`);
    const author = seen ? world.author(seen) : world.deletedBy(gone);
    if (author !== 'outside')
      violations.push(
        `${seen ? `the state ${seen.modifiedAt}` : `the absence of ${gone}`} is of ${author ?? 'nobody'}, and was reported as made outside`,
      );
  };
  const reconcile = async () => {
    const [record] = await deps.ledger.expiredLeases(world.clock(), 1);
    if (record) await reconcileOperation(deps, countReadFailures(), record, 'run');
  };
  const running: Promise<unknown>[] = [];
  const start = (process: () => Promise<unknown>) => {
    // A request whose time is over by its turn ends without an answer.
    const failed = (error: unknown) => error instanceof LedgerUnavailable || violations.push(String(error));
    running.push(process().catch(failed));
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  for (let step = 0; step < 120; step++) {
    const choice = random(40);
    const id = world.read()?.associationId ?? null;
    const kind = random(4) === 0 ? 'DELETE' : 'UPDATE';
    if (turns.length > 0 && choice < 28) turns.splice(random(turns.length), 1)[0]?.();
    else if (choice < 31 && turns.length < 4) {
      if (id !== null && random(4) === 0) start(() => adopt(id));
      else start(() => mutateOnce(id === null ? 'CREATE' : kind, id ?? ''));
    } else if (choice < 34 && turns.length < 4) start(scan);
    else if (choice === 34) world.outside();
    else if (choice === 35) world.late.splice(0, 1)[0]?.apply();
    else if (choice === 36) world.pass([second, 5 * second, 40 * second, 70 * second][random(4)] ?? 0);
    else if (choice < 39 && turns.length < 4) start(reconcile);
    // A crash: a process gets no more turns.
    else if (random(2) === 0) turns.splice(random(turns.length || 1), 1);
    await settle();
  }

  // At rest: nothing is in flight, reads have caught up, and the reconciler has completed every operation.
  turns = [];
  isFree = true;
  world.late.length = 0;
  world.pass(600 * second);
  for (let round = 0; round < 6; round++) {
    for (const record of await ledger.expiredLeases(world.clock(), 100)) {
      if (record.idempotencyKey) await reconcileOperation(deps, countReadFailures(), record, 'rest');
    }
    world.pass(3_700 * second);
  }
  for (let round = 0; round < 2; round++) {
    await scan();
    world.pass(60 * second);
  }
  const state = await ledger.getAssociationState(account);
  const real = world.real();
  if (real) {
    const isOutside = world.author(real) === 'outside';
    const confirmed = state?.confirmed?.association;
    const isAdopted = confirmed?.modifiedAt === real.modifiedAt;
    if (isOutside && !isAdopted && state?.observed?.origin !== 'OUTSIDE')
      violations.push(`the foreign state ${real.modifiedAt} is not reported by the second scan`);
    const known = state?.observed?.association ?? confirmed;
    if (known?.modifiedAt !== real.modifiedAt) violations.push('the state does not agree with EKS');
  } else if (state?.observed && state.observed.sight?.isGone === false)
    violations.push('the association is gone, and the state does not say so');
  return { violations, reportedOutside };
}

/** Runs an interleaving for each of `count` seeds, and expects no violation. Returns how often something was reported as made outside. */
export async function runInterleavings(ledger: Ledger & ObservationStore, first: number, count: number) {
  let outside = 0;
  for (let seed = first; seed < first + count; seed++) {
    const { violations, reportedOutside } = await run(ledger, seed);
    outside += reportedOutside;
    expect({ seed, violations }).toEqual({ seed, violations: [] });
  }
  return outside;
}
