import { setTimeout as sleep } from 'node:timers/promises';
import { accounts, administrator, clusterName } from './accounts.ts';
import type { Account } from './accounts.ts';
import type { RequestResult, AssociationView, LoadMutation } from './request.ts';
import { heldPrefix } from '../stored.ts';
import type { Random } from './random.ts';
import { lifetimeMs } from './times.ts';

/** What a worker of the load works with. */
export interface Worker {
  readonly account: Account;
  /** Its number among the workers, from 0. */
  readonly index: number;
  /** Part of the names of its service accounts, which no other worker uses. */
  readonly name: string;
  readonly random: Random;
  /** A token that this principal has not used yet. Two principals can use the same token. */
  readonly newToken: (principal: string) => string;
  /** Sends a request to one of the two gateways. */
  readonly send: (gateway: 0 | 1, mutation: LoadMutation) => Promise<RequestResult>;
  readonly isOver: () => boolean;
  /** How many times as long as `lifetimeMs` its associations live that end. */
  readonly lifetimeFactor: number;
}

/**
 * Creates, updates and deletes the association of one service account again and again, each time with new tokens. After
 * a request that was given up, its outcome is unknown: the worker then leaves the service account to the gateways and
 * continues with a new one.
 */
export async function runWorker(worker: Worker): Promise<void> {
  // Not by chance: a short load, too, has requests that need approvals, and expiries of both kinds.
  let [lifecycles, expiries] = [worker.index, 0];
  const expiry = () => ((lifecycles += 1) % 5 === 4 ? (expiries += 1) - 1 : null);
  for (let count = 1; !worker.isOver(); count += 1) {
    const prefix = (worker.index + count) % 4 === 0 ? `${heldPrefix}-` : '';
    while (!worker.isOver() && (await runLifecycle(worker, `${prefix}${worker.name}-${count}`, expiry())));
  }
}

/**
 * Returns whether every request got a final answer. `expiry`: how many expiries the worker has set
 * before; null: the association has none.
 */
async function runLifecycle(worker: Worker, serviceAccount: string, expiry: number | null): Promise<boolean> {
  const { random, account } = worker;
  if (random.chance(0.03)) await sendDenied(worker, serviceAccount);
  const principals = random.chance(0.2) ? [account.owner, administrator] : [account.owner];
  const created = await Promise.all(
    principals.map((principal) =>
      create(worker, principal, {
        serviceAccount,
        ...(expiry === null ? {} : newExpiry(random, worker.lifetimeFactor)),
      }),
    ),
  );
  let association = created.find((result) => result?.association)?.association ?? null;
  if (created.includes(null) || !association) return false;

  // Where a delete needs an approval, so does what brings the expiry forward: a short load, too, has some.
  const turn = serviceAccount.startsWith(heldPrefix) ? 0 : expiry;
  if (turn !== null && expiry !== null) return endOrChangeExpiry(worker, association, turn);
  for (let updates = random.between(0, 2); updates > 0; updates -= 1) {
    const updated = await update(worker, association);
    if (!updated?.association) return false;
    association = updated.association;
  }
  return random.chance(0.2) || (await remove(worker, association)) !== null;
}

/** What becomes of an expiry, in turn: a short load, too, brings one forward. */
const expiryChanges = ['sooner', 'later', 'none', 'cleared', 'none'] as const;

/**
 * Leaves an association to its expiry, or puts it off, brings it forward or clears it, alone or with
 * another change. Others use the service account no more.
 */
async function endOrChangeExpiry(worker: Worker, association: AssociationView, turn: number): Promise<false> {
  const { random, account, lifetimeFactor } = worker;
  const kind = expiryChanges[turn % expiryChanges.length] ?? 'none';
  if (kind === 'none') return false;
  if (kind !== 'sooner') await sleep(random.between(0, lifetimeMs.most));
  const factors = { sooner: lifetimeFactor / 3, later: lifetimeFactor * 4 };
  const expiry = kind === 'cleared' ? { expiresAt: null } : newExpiry(random, factors[kind]);
  const other = account.roles.find((role) => role !== association.roleArn);
  const change = random.chance(0.5) ? { roleArn: other } : {};
  const { associationId } = association;
  const input = { clusterName, associationId, ...change, ...expiry };
  await sendUntilFinal(worker, newMutation(worker, 'update', account.owner, input));
  return false;
}

/** An ending within the lifetimes, or some times as far away. */
function newExpiry(random: Random, factor: number): { readonly expiresAt: string } {
  const ms = random.between(lifetimeMs.least, lifetimeMs.most) * factor;
  return { expiresAt: new Date(Date.now() + ms).toISOString() };
}

/** What a create names of its service account, and its expiry. */
interface Created {
  readonly serviceAccount: string;
  readonly expiresAt?: string;
}

function create(worker: Worker, principal: string, created: Created): Promise<RequestResult | null> {
  const { namespace, roles } = worker.account;
  const target = { clusterName, namespace, ...created };
  const input = { ...target, roleArn: worker.random.oneOf(roles), tags: [{ key: 'team', value: 'load' }] };
  return sendUntilFinal(worker, newMutation(worker, 'create', principal, input));
}

function update(worker: Worker, association: AssociationView): Promise<RequestResult | null> {
  const { owner, roles } = worker.account;
  const other = roles.find((role) => role !== association.roleArn);
  const input = { ...existing(worker, association), roleArn: other };
  return sendUntilFinal(worker, newMutation(worker, 'update', owner, input));
}

function remove(worker: Worker, association: AssociationView): Promise<RequestResult | null> {
  const { owner } = worker.account;
  return sendUntilFinal(worker, newMutation(worker, 'delete', owner, existing(worker, association)));
}

/** What names an association. Half of the requests expect the state that the worker has seen, which nobody else changes. */
function existing({ random }: Worker, { associationId, modifiedAt }: AssociationView): LoadMutation['input'] {
  return { clusterName, associationId, ...(random.chance(0.5) ? { expectedModifiedAt: modifiedAt } : {}) };
}

/** A mutation with a new token. */
function newMutation(
  worker: Worker,
  kind: LoadMutation['kind'],
  principal: string,
  input: LoadMutation['input'],
): LoadMutation {
  return { kind, principal, clientRequestToken: worker.newToken(principal), input };
}

/** Sends one request that policy denies: a role for another owner's namespace. */
async function sendDenied(worker: Worker, serviceAccount: string): Promise<void> {
  const { random, account } = worker;
  const { namespace, roles } = random.oneOf(accounts.filter(({ owner }) => owner !== account.owner));
  // chatops also belongs to the team that owns payments, and alice to the team that owns payments-jobs.
  const principal = namespace === 'search' ? account.owner : 'bob';
  const input = { clusterName, namespace, serviceAccount, roleArn: roles[0], tags: [{ key: 'team', value: 'load' }] };
  await worker.send(0, newMutation(worker, 'create', principal, input));
}

/** Enough attempts to outlast any operation in doubt. */
const maxTries = 100;

/** Sends a request with the same token until the answer is final; null if it was given up. */
async function sendUntilFinal(worker: Worker, mutation: LoadMutation): Promise<RequestResult | null> {
  const { random, send, isOver } = worker;
  const patience = random.chance(0.12) ? random.between(1, 4) : maxTries;
  for (let tries = 1; tries <= patience && !isOver(); tries += 1) {
    const gateway = random.oneOf([0, 1] as const);
    const gateways = random.chance(0.2) ? ([0, 1] as const) : [gateway];
    const result = await Promise.all(gateways.map((each) => send(each, mutation)));
    const final = result.find(({ isFinal }) => isFinal);
    if (final) {
      if (random.chance(0.1)) await send(gateway, mutation);
      if (random.chance(0.03) && mutation.kind !== 'delete') await send(gateway, withOtherRole(worker, mutation));
      return final;
    }
    await sleep(random.between(20, 400));
  }
  return null;
}

/** The same token with a different role. */
function withOtherRole({ account }: Worker, mutation: LoadMutation): LoadMutation {
  const roleArn = account.roles.find((role) => role !== mutation.input.roleArn);
  return { ...mutation, input: { ...mutation.input, roleArn } };
}
