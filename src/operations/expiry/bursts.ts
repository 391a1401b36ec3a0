import { personKeyOf } from '../../ledger/association-expiry.ts';
import type { ExpirySetter, ListedExpiry } from '../../ledger/association-expiry.ts';
import type { SetterExpiries } from './setters.ts';
import { hold } from './due.ts';
import { inParallel } from './in-turns.ts';
import type { Run } from './one-run.ts';

/**
 * Those of associations that others changed or deleted are seldom carried out, and make no burst.
 */
export function isFresh({ expiry, hasDrift }: ListedExpiry): boolean {
  return expiry.heldAt === undefined && !hasDrift;
}

/**
 * Holds the expiries of bursts, and raises one alarm for each burst. Small ones first, so that they
 * don't wait for a large one.
 */
export async function holdAll(run: Run, bursts: readonly SetterExpiries[]): Promise<void> {
  const { ports, settings, result, isInTime } = run;
  const fresh = bursts.map(({ setter, expiries }) => ({ setter, expiries: expiries.filter(isFresh) }));
  for (const { setter, expiries } of fresh) logBurst(run, setter, expiries);
  const all = fresh
    .sort((one, other) => one.expiries.length - other.expiries.length)
    .flatMap(({ expiries }) => expiries);
  await inParallel(all, async (listed) => {
    if (isInTime() && (await hold(ports, listed, settings.graceMs))) result.held += 1;
  });
}

/** Before they are held, so that none is carried out whose alarm is not a grace old. */
function logBurst({ ports, settings }: Run, setter: ExpirySetter, expiries: readonly ListedExpiry[]): void {
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
