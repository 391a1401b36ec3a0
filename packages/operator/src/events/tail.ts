import { setTimeout as sleep } from 'node:timers/promises';
import { eventOf, isSelected } from '../../../../src/events/event.ts';
import type { GatewayEvent } from '../../../../src/events/event.ts';
import { predecessorOf } from '../../../../src/events/predecessor.ts';
import type { Ledger } from '../../../../src/ledger/ledger.ts';
import { auditEntryId } from '../../../../src/model/audit.ts';
import type { LedgerSettings } from '../../../../tools/ledger/settings.ts';
import type { Context } from '../cli/command.ts';
import { withLedger } from '../session.ts';
import { entriesIn, slicesOf } from './slices.ts';

/** What to show. */
export interface TailRequest {
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly isJson: boolean;
  /** Whether to end with the newest event. */
  readonly isOnce: boolean;
}

/** How often new entries are read, in milliseconds. */
const pollMs = 1_000;

/** How much later than the time in its id an entry can become visible, in milliseconds. */
const lateMs = 30_000;

/** Prints events as they are recorded, until the process ends. */
export async function run(request: TailRequest, { settings, print }: Context<LedgerSettings>): Promise<number> {
  const show = (event: GatewayEvent) => print(request.isJson ? JSON.stringify(event) : lineOf(event));
  return withLedger(settings, async (ledger) => {
    for await (const event of eventsSince(ledger, request)) show(event);
    return 0;
  });
}

async function* eventsSince(
  ledger: Pick<Ledger, 'readTrail'>,
  { since, isOnce }: TailRequest,
): AsyncGenerator<GatewayEvent> {
  /** Ids of the events shown that can be read again. */
  let shown = new Set<string>();
  let now = Date.now();
  for await (const entries of slicesOf(ledger, { since, until: now })) {
    for (const entry of entries) {
      if (!isSelected(entry, 1)) continue;
      shown.add(auditEntryId(entry));
      yield eventOf(entry, await predecessorOf(ledger, entry));
    }
  }
  while (!isOnce) {
    await sleep(pollMs);
    const from = Math.max(since, now - lateMs);
    now = Date.now();
    const entries = (await entriesIn(ledger, { since: from, until: now + lateMs })).filter((entry) =>
      isSelected(entry, 1),
    );
    const before = shown;
    shown = new Set(entries.map(auditEntryId));
    for (const entry of entries) {
      if (!before.has(auditEntryId(entry))) yield eventOf(entry, await predecessorOf(ledger, entry));
    }
  }
}

/** An event as a line: when, what, where, by whom. */
function lineOf({ time, type, target, cluster, lock, refusalCode, principal, id }: GatewayEvent): string {
  const others = lock ?? cluster?.clusterName ?? '-';
  const where = target ? [target.clusterName, target.namespace, target.serviceAccount].join('/') : others;
  return [time, type.padEnd(21), where, `by ${principal.id}`, ...(refusalCode === null ? [] : [refusalCode]), id]
    .join('  ')
    .replaceAll(/\p{Cc}/gu, '?');
}
