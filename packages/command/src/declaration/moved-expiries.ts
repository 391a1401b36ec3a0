import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import { setsExpiry } from './check.ts';
import { keyOf } from './declaration.ts';
import { observe } from './observe.ts';
import type { Change, Denied } from './planner.ts';
import { readPlaces } from './read-places.ts';
import { rowsOf } from './rows.ts';

/** What a plan makes, and what it does not. */
interface Judged {
  readonly changes: readonly Change[];
  readonly denied: readonly Denied[];
}

/**
 * Denies the changes of service accounts whose expiry moved between the read that they are planned
 * from and their check: the revision that they expect is that of the check, so nothing else would
 * tell. Reads once more where updates set an expiry: what moves after the check has another revision.
 */
export async function withoutMovedExpiries(
  client: GatewayClient,
  { changes, denied }: Judged,
  options: CallOptions,
): Promise<Judged> {
  const rows = rowsOf(changes).filter((row) => row.some(setsExpiry));
  if (rows.length === 0) return { changes, denied };
  const targets = rows.map(([{ target }]) => target);
  const { observed } = await observe(client, readPlaces(targets), options);
  const expiries = new Map(observed.map((one) => [keyOf(one), one.expiresAt]));
  const moved = rows.flatMap((row): readonly Denied[] => {
    const [{ target, before }] = row;
    const now = expiries.get(keyOf(target));
    // One that is gone is refused when the plan is applied.
    if (now === undefined || timeOf(now) === timeOf(before?.expiresAt)) return [];
    const reasons = [`Its expiry became ${now ?? 'none'} while the plan was made. Plan again.`];
    return row.map(({ action }) => ({ action, target, before, reasons }));
  });
  const withheld = new Set(moved.map(({ target }) => keyOf(target)));
  return {
    changes: changes.filter(({ target }) => !withheld.has(keyOf(target))),
    denied: [...denied, ...moved],
  };
}

function timeOf(expiresAt: string | null = null): number | null {
  return expiresAt === null ? null : Date.parse(expiresAt);
}
