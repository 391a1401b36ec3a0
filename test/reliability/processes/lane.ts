import { setTimeout as sleep } from 'node:timers/promises';
import { accounts, administrator, clusterName } from './accounts.ts';
import type { Account } from './accounts.ts';
import type { Told, ToldAssociation, Wish } from './ask.ts';
import type { Random } from './random.ts';

/** What a lane of the load works with. */
export interface Lane {
  readonly account: Account;
  /** Part of the names of its service accounts, which are its own. */
  readonly name: string;
  readonly random: Random;
  /** A token that this asker has not used yet. Two askers can come to use the same. */
  readonly newToken: (asker: string) => string;
  /** Sends a request to one of the two gateways. */
  readonly send: (gateway: 0 | 1, wish: Wish) => Promise<Told>;
  readonly isOver: () => boolean;
}

/**
 * One service account after the other: created, changed and deleted, time and again, each time with new tokens. One of
 * which a request was given up, so that nobody knows what became of it, is left alone from then on: what happens to it is
 * the gateways' doing alone.
 */
export async function live(lane: Lane): Promise<void> {
  for (let count = 1; !lane.isOver(); count += 1) {
    while (!lane.isOver() && (await liveOnce(lane, `${lane.name}-${count}`)));
  }
}

/** True where every request came to a final answer. */
async function liveOnce(lane: Lane, serviceAccount: string): Promise<boolean> {
  const { random, account } = lane;
  if (random.chance(0.03)) await trespass(lane, serviceAccount);
  const askers = random.chance(0.2) ? [account.owner, administrator] : [account.owner];
  const created = await Promise.all(askers.map((asker) => create(lane, asker, serviceAccount)));
  let association = created.find((told) => told?.association)?.association ?? null;
  if (created.includes(null) || !association) return false;

  for (let updates = random.between(0, 2); updates > 0; updates -= 1) {
    const updated = await update(lane, association);
    if (!updated?.association) return false;
    association = updated.association;
  }
  return random.chance(0.2) || (await remove(lane, association)) !== null;
}

function create(lane: Lane, asker: string, serviceAccount: string): Promise<Told | null> {
  const { namespace, roles } = lane.account;
  const target = { clusterName, namespace, serviceAccount };
  const input = { ...target, roleArn: lane.random.oneOf(roles), tags: [{ key: 'team', value: 'load' }] };
  return pursue(lane, { kind: 'create', asker, clientRequestToken: lane.newToken(asker), input });
}

function update(lane: Lane, { associationId, roleArn }: ToldAssociation): Promise<Told | null> {
  const { owner, roles } = lane.account;
  const other = roles.find((role) => role !== roleArn);
  const input = { clusterName, associationId, roleArn: other };
  return pursue(lane, { kind: 'update', asker: owner, clientRequestToken: lane.newToken(owner), input });
}

function remove(lane: Lane, { associationId }: ToldAssociation): Promise<Told | null> {
  const { owner } = lane.account;
  const input = { clusterName, associationId };
  return pursue(lane, { kind: 'delete', asker: owner, clientRequestToken: lane.newToken(owner), input });
}

/** Asks once for what policy denies: a role for another owner's namespace. */
async function trespass(lane: Lane, serviceAccount: string): Promise<void> {
  const { random, account } = lane;
  const { namespace, roles } = random.oneOf(accounts.filter(({ owner }) => owner !== account.owner));
  // chatops is of the team that owns payments as well, and alice of the one that owns payments-jobs.
  const asker = namespace === 'search' ? account.owner : 'bob';
  const input = { clusterName, namespace, serviceAccount, roleArn: roles[0], tags: [{ key: 'team', value: 'load' }] };
  await lane.send(0, { kind: 'create', asker, clientRequestToken: lane.newToken(asker), input });
}

/** Asks again until a doubt must be over, by far. */
const most = 100;

/** Sends a request with its token until the answer is final; null where it was given up before. */
async function pursue(lane: Lane, wish: Wish): Promise<Told | null> {
  const { random, send, isOver } = lane;
  const patience = random.chance(0.12) ? random.between(1, 4) : most;
  for (let tries = 1; tries <= patience && !isOver(); tries += 1) {
    const gateway = random.oneOf([0, 1] as const);
    const gateways = random.chance(0.2) ? ([0, 1] as const) : [gateway];
    const told = await Promise.all(gateways.map((each) => send(each, wish)));
    const final = told.find(({ isFinal }) => isFinal);
    if (final) {
      if (random.chance(0.1)) await send(gateway, wish);
      if (random.chance(0.03) && wish.kind !== 'delete') await send(gateway, otherwise(lane, wish));
      return final;
    }
    await sleep(random.between(20, 400));
  }
  return null;
}

/** Another request with the same token. */
function otherwise({ account }: Lane, wish: Wish): Wish {
  const roleArn = account.roles.find((role) => role !== wish.input.roleArn);
  return { ...wish, input: { ...wish.input, roleArn } };
}
