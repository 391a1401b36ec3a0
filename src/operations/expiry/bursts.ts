import { personKeyOf } from '../../ledger/association-expiry.ts';
import type { ListedExpiry } from '../../ledger/association-expiry.ts';
import type { SetterExpiries } from './setters.ts';
import { hold } from './due.ts';
import type { Holder } from './due.ts';
import { inParallel } from './in-turns.ts';
import type { Run } from './one-run.ts';

/**
 * Those of associations that others changed or deleted are seldom carried out, and make no burst.
 */
export function isFresh({ expiry, hasDrift }: ListedExpiry): boolean {
  return expiry.heldAt === undefined && !hasDrift;
}

/** Holds the expiries of bursts. Small ones first, so that they don't wait for a large one. */
export async function holdAll(run: Run, bursts: readonly SetterExpiries[]): Promise<void> {
  const fresh = bursts.map(({ setter, expiries }) => ({ setter, expiries: expiries.filter(isFresh) }));
  for (const burst of fresh.sort((one, other) => one.expiries.length - other.expiries.length))
    await holdBurst(run, burst);
}

/**
 * Holds the expiries of a burst. The run whose write holds the first of them raises the alarm: so two
 * runs at the same time raise one. It does so before it holds the others: if it is killed before the
 * alarm, the others are a burst of the next run, or so few that they make none.
 */
async function holdBurst(run: Run, burst: SetterExpiries): Promise<void> {
  const { ports, settings, holderId: heldBy, result, isInTime } = run;
  const how = { graceMs: settings.graceMs, heldBy };
  const holdOne = async (listed: ListedExpiry): Promise<Holder> => {
    const holder = isInTime() ? await hold(ports, listed, how) : 'none';
    if (holder === 'this-run') result.held += 1;
    return holder;
  };
  for (const [index, listed] of burst.expiries.entries()) {
    const holder = await holdOne(listed).catch((error: unknown) => {
      // The write may have been applied: two alarms are better than none.
      logBurst(run, burst);
      throw error;
    });
    if (holder === 'none') continue;
    if (holder === 'this-run') logBurst(run, burst);
    await inParallel(burst.expiries.slice(index + 1), async (other) => {
      await holdOne(other);
    });
    return;
  }
  // None could be held: they wait for the next run, and nothing else would say so.
  logBurst(run, burst);
}

function logBurst({ ports, settings }: Run, { setter, expiries }: SetterExpiries): void {
  const heldUntil = new Date(ports.clock() + settings.graceMs).toISOString();
  const lock = `npx pod-identity-operator lock --principal ${JSON.stringify(setter.principalId)}`;
  const { principalId, actorId, onBehalfOf } = setter;
  const fields = {
    principalId,
    actorId,
    onBehalfOf: personKeyOf(onBehalfOf),
    endings: expiries.length,
    heldUntil,
    lock,
  };
  ports.log('error', 'Endings are held: many of one setter came due at once.', fields);
}
