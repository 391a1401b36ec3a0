import process from 'node:process';
import { runController } from './controller.ts';
import { readSettings } from './settings.ts';

const log = (level: string, message: string, details: object = {}) =>
  void process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...details })}\n`);

const stopping = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stopping.abort(new Error(name)));

try {
  const settings = { ...readSettings(process.env), log };
  const isKept = await runController(settings, stopping.signal, (port) =>
    log('info', 'The controller has started.', { port }),
  );
  if (!isKept) log('error', 'The lease was lost: another controller leads.');
  process.exitCode = isKept ? 0 : 1;
} catch (error) {
  log('error', error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
