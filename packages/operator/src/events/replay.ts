import { eventBridgeClient, eventBusTarget, webhookTarget } from '../../../../src/app/event-target.ts';
import { deliver } from '../../../../src/events/deliver.ts';
import type { EventTarget } from '../../../../src/events/deliver.ts';
import type { Context } from '../cli/command.ts';
import { withLedger } from '../session.ts';
import type { ReplaySettings } from './settings.ts';
import { slicesOf } from './slices.ts';
import type { TimeRange } from './slices.ts';

/** What to replay. */
export interface ReplayRequest extends TimeRange {
  readonly to: 'webhook' | 'eventbridge';
}

/** Longest time of one part, in milliseconds. */
const partMs = 300_000;

/**
 * Sends the events of a range again, with the same ids. Throws an Error that says where to
 * continue.
 */
export async function run({ since, until }: ReplayRequest, context: Context<ReplaySettings>): Promise<number> {
  const { settings, print, warn } = context;
  const target = targetOf(settings);
  const log = (_: string, message: string, { eventId, reason }: Record<string, unknown>) =>
    warn(`${message} ${String(eventId)}: ${String(reason)}`);
  let count = 0;
  await withLedger(settings.ledger, async (ledger) => {
    for await (const entries of slicesOf(ledger, { since, until })) {
      const { denialShare } = settings;
      const { sent, failedAt } = await deliver({ ledger, target, denialShare, log }, entries, Date.now() + partMs);
      count += sent;
      if (failedAt === null) continue;
      const time = entries[failedAt]?.time ?? new Date(since).toISOString();
      throw new Error(`${count} events were sent. Continue with --since ${time}: events that were sent are repeated.`);
    }
  });
  print(`${count} events sent.`);
  return 0;
}

function targetOf({ webhook, eventBus, ledger: { region } }: ReplaySettings): EventTarget {
  return webhook === null ? eventBusTarget(eventBridgeClient(region), eventBus) : webhookTarget(webhook, region);
}
