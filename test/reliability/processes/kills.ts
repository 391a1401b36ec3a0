import { watch } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Gateway } from './gateway.ts';
import type { Random } from './random.ts';
import { inDoubtMs } from './times.ts';

/** How a gateway is interrupted. A long freeze lasts until none of its operations is in doubt. */
export type KillKind = 'killed' | 'frozen' | 'killed while frozen' | 'frozen for long';

/** Applied in turn, so that a short run has all kinds. */
const killKinds: readonly KillKind[] = ['killed', 'frozen for long', 'killed while frozen', 'frozen'];

/** A gateway, and the number of requests that it has answered so far. */
interface Target {
  readonly gateway: Gateway;
  readonly answers: () => number;
}

/** The kills of a run. */
export interface KillPlan {
  readonly targets: readonly Target[];
  readonly kills: number;
  readonly random: Random;
  readonly ledgerFile: string;
  /** Called after each kill, once its gateway is running again. */
  readonly onKill: (kind: KillKind, gateway: Gateway) => void;
}

/**
 * Performs the given number of kills on both gateways independently, so that both can be down at the same time. Returns
 * when both are running.
 */
export async function killGateways({ targets, kills, random, ledgerFile, onKill }: KillPlan): Promise<void> {
  const plan = Array.from({ length: kills }, (_, index) => killKinds[index % killKinds.length] ?? 'killed').values();
  await Promise.all(
    targets.map(async (target) => {
      for (const kind of plan) {
        await waitForMoment(target, random, ledgerFile);
        await interrupt(kind, target.gateway, random);
        onKill(kind, target.gateway);
      }
    }),
  );
}

/**
 * Waits until the target has answered some requests, and then for a random moment or, half of the time, for the next
 * write to the ledger, when a kill is most likely to do harm.
 */
async function waitForMoment({ answers }: Target, random: Random, ledgerFile: string): Promise<void> {
  const enough = answers() + random.between(1, 15);
  for (const end = Date.now() + patienceMs; answers() < enough && Date.now() < end;) await sleep(20);
  await sleep(random.between(0, 200));
  if (random.chance(0.5)) return;
  await nextWrite(ledgerFile);
  await sleep(random.between(0, 5));
}

/** Longest wait for answers. A gateway answers nothing while the other one holds the ledger's lock. Milliseconds. */
const patienceMs = 5_000;

/** Resolves at the next write to the ledger, or after one second. */
async function nextWrite(ledgerFile: string): Promise<void> {
  const { promise: written, resolve } = Promise.withResolvers<undefined>();
  const watcher = watch(dirname(ledgerFile), (_, name) => {
    if (name?.endsWith('.sqlite-wal')) resolve(undefined);
  });
  const waiting = new AbortController();
  await Promise.race([written, sleep(1_000, undefined, { signal: waiting.signal }).catch(() => undefined)]);
  waiting.abort();
  watcher.close();
}

async function interrupt(kind: KillKind, gateway: Gateway, random: Random): Promise<void> {
  if (kind !== 'killed') {
    gateway.signal('SIGSTOP');
    await sleep(kind === 'frozen for long' ? random.between(inDoubtMs, inDoubtMs + 800) : random.between(20, 1_800));
  }
  if (kind === 'frozen' || kind === 'frozen for long') {
    gateway.signal('SIGCONT');
    return;
  }
  await gateway.kill();
  await sleep(random.between(0, 300));
  await gateway.restart();
}
