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

/** How the blows are dealt. */
export interface Killing {
  readonly gateways: readonly Gateway[];
  readonly kills: number;
  readonly random: Random;
  readonly ledgerFile: string;
  /** Called after each blow, once its gateway is up again. */
  readonly dealt: (blow: Blow, gateway: Gateway) => void;
}

/** Deals so many blows, to each gateway one after the other, so that both can be down at a time. Afterwards all are up. */
export async function strike({ gateways, kills, random, ledgerFile, dealt }: Killing): Promise<void> {
  const plan = Array.from({ length: kills }, (_, index) => blows[index % blows.length] ?? 'killed').values();
  await Promise.all(
    gateways.map(async (gateway) => {
      for (const blow of plan) {
        await moment(random, ledgerFile);
        await deal(blow, gateway, random);
        dealt(blow, gateway);
      }
    }),
  );
}

/** Any moment; or, as often, one just after something was written to the ledger, when most is at stake. */
async function moment(random: Random, ledgerFile: string): Promise<void> {
  await sleep(random.between(100, 700));
  if (random.chance(0.5)) return;
  await nextWrite(ledgerFile);
  await sleep(random.between(0, 5));
}

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
