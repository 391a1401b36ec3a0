import { command } from '../cli/command.ts';
import { flag, text, timeOption } from '../options.ts';
import { existingLedger } from '../settings.ts';
import type { ReplayRequest } from './replay.ts';
import { replaySettings } from './settings.ts';
import type { TailRequest } from './tail.ts';

export const tail = command({
  name: 'events tail',
  summary: 'Prints events as they are recorded, a line each, until it is stopped.',
  details: 'It reads the audit trail, so it needs no webhook and shows all denials.',
  options: {
    since: timeOption('events of this time and later (default: now)'),
    json: flag('print events as JSON'),
    once: flag('end after the newest event'),
  },
  settings: existingLedger,
  examples: ['', '--json --once --since 2026-11-27T00:00:00Z'],
  fails: 'The ledger fails',
  request: ({ since = Date.now(), json, once }): TailRequest => ({ since, isJson: json, isOnce: once }),
  run: async (request, context) => (await import('./tail.ts')).run(request, context),
});

export const replay = command({
  name: 'events replay',
  summary: 'Sends the events of a time again, from the audit trail.',
  details: 'The events have the same ids as before, so that a consumer drops those that it has.',
  options: {
    since: { ...timeOption('events of this time and later'), required: true },
    until: timeOption('events before this time (default: now)'),
    to: { ...text('TARGET', 'where events are sent'), choices: ['webhook', 'eventbridge'], required: true },
  },
  settings: replaySettings,
  examples: [
    '--since 2026-11-27T00:00:00Z --to webhook',
    '--since 2026-11-27T00:00:00Z --until 2026-11-27T06:00:00Z --to eventbridge',
  ],
  fails: 'The ledger or the target fails',
  request: ({ since, until = Date.now(), to }, _, problem): ReplayRequest => {
    if (since >= until) problem('--since must be before --until.');
    return { since, until, to };
  },
  run: async (request, context) => (await import('./replay.ts')).run(request, context),
});
