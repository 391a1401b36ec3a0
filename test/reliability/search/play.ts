import type { Ledger } from '../../../src/ledger/ledger.ts';
import { createCallers } from './callers.ts';
import { createEks } from './eks.ts';
import { createModel } from './model.ts';
import { createProcesses } from './processes.ts';
import { createWitness } from './seen.ts';
import { faultless, schedulerOf, toldHabits } from './story.ts';
import type { AuditEventDetails, Story } from './story.ts';
import { home, roleArn, serviceAccount, times, ulids } from './world.ts';
import type { World } from './world.ts';

/** What a story came to. */
export interface Played {
  /** The rules that did not hold, each in a sentence; empty when all did. */
  readonly broken: readonly string[];
  /** What happened, a line each; empty unless it was asked for. */
  readonly told: readonly string[];
}

/** Past the time from which nothing of what has begun can still happen, and past every lease. */
const quietMs = 600_000;

/**
 * Plays a story on a ledger that may hold other stories, of other `series`: what happens, one after the other, and in
 * between the processes as the scheduler chooses. In the end everybody comes to an end, the reconciler closes what is open,
 * and the model says whether all is as it should be.
 */
export async function play(story: Story, ledger: Ledger, series: number, isTold = false): Promise<Played> {
  const { habits, isTaken, steps } = story;
  const broken: string[] = [];
  const told: string[] = [];
  const tell = (line: () => string) => {
    if (isTold) told.push(line());
  };
  let now = Date.UTC(2026, 0, 1);
  let isAllowed = true;
  const clock = () => now;
  const isBroken = (rule: string) => {
    broken.push(rule);
    tell(() => `! ${rule}`);
  };
  const model = createModel(clock, isBroken);
  const witness = createWitness(clock);
  const eks = createEks(clock, habits, (change) => {
    const { kind, association, operationId } = change;
    tell(() => `  EKS does the ${kind} of ${association.associationId} by ${operationId ?? 'an outsider'}`);
    model.applied(change);
    witness.applied(change);
  });
  const processes = createProcesses(schedulerOf(story), clock);
  const world: World = {
    ...{ ledger, eks, model, witness, processes, clock, tell, series },
    ...{ clusterName: `c${series}`, ulid: ulids(series), isAllowed: () => isAllowed },
  };
  const callers = createCallers(world);

  async function moveClock(ms: number): Promise<void> {
    const end = now + ms;
    for (let next = eks.due[0]; next && next.at <= end; next = eks.due[0]) {
      eks.due.shift();
      now = Math.max(now, next.at);
      next.run();
    }
    now = end;
    if (ms > times.retentionMs) witness.expired();
    await processes.ring();
  }

  async function happen(details: AuditEventDetails): Promise<void> {
    switch (details.do) {
      case 'ask':
        void callers.ask(details.wish, details.faults);
        return;
      case 'again':
        void callers.askAgain(details.who, details.faults);
        return;
      case 'reconcile':
        void callers.reconcile(details.faults);
        return;
      case 'crash':
      case 'freeze':
      case 'thaw': {
        const process = await processes[details.do](details.who);
        if (process) tell(() => `${process.context.name}: ${details.do}`);
        return;
      }
      case 'clock':
        tell(() => `clock + ${details.ms / 1000} s`);
        await moveClock(details.ms);
        return;
      case 'policy':
        isAllowed = details.allows;
        tell(() => `policy ${isAllowed ? 'allows' : 'denies'} what is asked for from now on`);
        return;
      case 'outsider':
        tell(() => `an outsider asks EKS for the ${details.what}`);
        outsiderAsks(world, details.what);
    }
  }

  /** Everybody comes to an end, those who were frozen last, and the reconciler closes what is open. */
  async function end(): Promise<void> {
    tell(
      () =>
        'in the end: all go on; past every doubt the reconciler runs, then those go on who were frozen, and it runs again',
    );
    await processes.go(Infinity);
    await moveClock(quietMs);
    void callers.reconcile(faultless);
    await processes.go(Infinity);
    while (await processes.thaw(0));
    await processes.go(Infinity);
    processes.goStraight();
    for (let run = 0; run < 2; run += 1) {
      await moveClock(quietMs);
      await callers.reconcile(faultless);
    }
    model.atRest(eks.associations());
    for (const rule of await witness.atRest(world.clusterName, ledger, model, eks.associations(), callers.answers()))
      isBroken(rule);
  }

  const restore = processes.standInForTimers();
  try {
    tell(() => toldHabits(habits));
    if (isTaken) await happen({ do: 'outsider', what: 'create' });
    for (const { details, turns } of steps) {
      await happen(details);
      await processes.go(turns);
      if (broken.length > 0) return { broken, told };
    }
    await end();
  } finally {
    restore();
  }
  return { broken, told };
}

/** What somebody does directly at EKS. */
export function outsiderAsks({ eks, clusterName }: World, what: 'create' | 'update' | 'delete'): void {
  const [there] = eks.associations();
  // As an update may ask for it, too: what is there already is hard to tell from what was done.
  const settings = { roleArn: roleArn('update-0'), targetRoleArn: null, disableSessionTags: false, policy: null };
  if (what === 'create') eks.outsider.create({ ...home, clusterName, ...serviceAccount, ...settings, tags: [] });
  else if (what === 'update' && there) eks.outsider.update(there.associationId, roleArn('outside'));
  else if (there) eks.outsider.remove(there.associationId);
}
