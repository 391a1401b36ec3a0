import { watch } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Gateway } from './gateway.ts';
import type { Random } from './random.ts';
import { quietMs } from './times.ts';

/** What is done to a gateway. A long freeze lasts until nothing that it had begun may happen any more. */
export type Blow = 'killed' | 'frozen' | 'killed while frozen' | 'frozen for long';

/** In turn, so that a short run has all of them. */
const blows: readonly Blow[] = ['killed', 'frozen for long', 'killed while frozen', 'frozen'];

/** A gateway, and how many requests it has answered so far. */
export interface Victim {
  readonly gateway: Gateway;
  readonly answers: () => number;
}

/** How the blows are dealt. */
export interface Killing {
  readonly victims: readonly Victim[];
  readonly kills: number;
  readonly random: Random;
  readonly ledgerFile: string;
  /** Called after each blow, once its gateway is up again. */
  readonly dealt: (blow: Blow, gateway: Gateway) => void;
}

/** Deals so many blows, to each gateway one after the other, so that both can be down at a time. Afterwards all are up. */
export async function strike({ victims, kills, random, ledgerFile, dealt }: Killing): Promise<void> {
  const plan = Array.from({ length: kills }, (_, index) => blows[index % blows.length] ?? 'killed').values();
  await Promise.all(
    victims.map(async (victim) => {
      for (const blow of plan) {
        await moment(victim, random, ledgerFile);
        await deal(blow, victim.gateway, random);
        dealt(blow, victim.gateway);
      }
    }),
  );
}

/**
 * Any moment, once the victim has answered some requests again; or, as often, one just after something was written to the
 * ledger, when most is at stake.
 */
async function moment({ answers }: Victim, random: Random, ledgerFile: string): Promise<void> {
  const enough = answers() + random.between(1, 15);
  for (const end = Date.now() + patienceMs; answers() < enough && Date.now() < end;) await sleep(20);
  await sleep(random.between(0, 200));
  if (random.chance(0.5)) return;
  await nextWrite(ledgerFile);
  await sleep(random.between(0, 5));
}

/** How long a victim may take to answer some requests, which it does not while the other one holds the ledger. */
const patienceMs = 5_000;

/** Resolves when a process writes to the ledger, or after a second. */
async function nextWrite(ledgerFile: string): Promise<void> {
  const { promise: written, resolve } = Promise.withResolvers<undefined>();
  const watcher = watch(dirname(ledgerFile), (_, name) => {
    if (name?.endsWith('.sqlite-wal')) resolve(undefined);
  });
  const timeOver = new AbortController();
  await Promise.race([written, sleep(1_000, undefined, { signal: timeOver.signal }).catch(() => undefined)]);
  timeOver.abort();
  watcher.close();
}

async function deal(blow: Blow, gateway: Gateway, random: Random): Promise<void> {
  if (blow !== 'killed') {
    gateway.signal('SIGSTOP');
    await sleep(blow === 'frozen for long' ? random.between(quietMs, quietMs + 800) : random.between(20, 1_800));
  }
  if (blow === 'frozen' || blow === 'frozen for long') {
    gateway.signal('SIGCONT');
    return;
  }
  await gateway.kill();
  await sleep(random.between(0, 300));
  await gateway.restart();
}
