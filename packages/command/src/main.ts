import process from 'node:process';
import { addAbortSignal } from 'node:stream';
import { interruptedCode, InterruptedError } from './aws/errors.ts';
import { completeCommand } from './complete/asked.ts';
import type { CallSettings, Host } from './host.ts';
import { runCommandLine } from './run.ts';
import metadata from '../package.json' with { type: 'json' };

/** npm and npx pass on an interrupt that the terminal sent to the command already. Milliseconds. */
const repeatMs = 250;

/** Time for the report after a second interrupt, in milliseconds. */
const reportMs = 1_000;

const [interrupt, secondInterrupt] = [new AbortController(), new AbortController()];
let interruptedAt: number | null = null;
/** What is finished before the process ends, also after an interrupt. */
const unfinished = new Set<Promise<unknown>>();
const exitWhenFinished = async (code?: number) => {
  await Promise.allSettled(unfinished);
  process.exit(code ?? process.exitCode);
};
const onInterrupt = () => {
  interruptedAt ??= performance.now();
  interrupt.abort(new InterruptedError('Interrupted.'));
  if (performance.now() - interruptedAt < repeatMs) return;
  secondInterrupt.abort(new InterruptedError('Interrupted before the result was known.'));
  setTimeout(() => process.exit(interruptedCode), reportMs).unref();
};
// Supervisors, and terminals that are closed, ask in their own way.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onInterrupt);
// A reader such as `head` can end before the output does: that changes nothing for a command that
// has its result, and ends one that would read more pages. A full disk is an error.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') return void exitWhenFinished();
  process.stderr.write(`The output can't be written: ${message}\n`);
  void exitWhenFinished(255);
});
// An interrupt also ends a reader such as `tee`: what is under way is finished without it.
process.stderr.on('error', () => undefined);
process.exitCode = 255;
// The SDK's notices about versions of Node.js are for those who develop with it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const host = {
  environment: process.env,
  write: (text: string) => process.stdout.write(text),
  writeError: (text: string) => process.stderr.write(text),
  input: () => addAbortSignal(interrupt.signal, process.stdin),
  terminalColumns: process.stdout.isTTY ? process.stdout.columns : null,
  isErrorTerminal: process.stderr.isTTY,
  unfinished,
  version: `pod-identity/${metadata.version} Node.js/${process.versions.node} ${process.platform}/${process.arch}`,
};
const isInteractive = process.stdin.isTTY && process.stderr.isTTY;
let call: Host['call'] | null = null;
const contextCluster = async () => (await import('./kubernetes/context.ts')).clusterOfContext(process.env);

const prompter = isInteractive ? (await import('./terminal-prompter.ts')).terminalPrompter : null;
const signals = { signal: interrupt.signal, secondSignal: secondInterrupt.signal };
const settings: CallSettings = { ...host, ...signals, isInteractive, prompter };

process.exitCode = await runCommandLine(process.argv.slice(2), {
  ...host,
  prompter,
  ...(process.env.POD_IDENTITY_KUBECTL_PLUGIN !== undefined && { contextCluster }),
  call: async (request) => {
    const { makeCall } = await import('./gateway/call.ts');
    call ??= makeCall(settings);
    return call(request);
  },
  openSession: async (connection) => {
    const { makeSession } = await import('./gateway/call.ts');
    return makeSession(settings)(connection);
  },
});
// A name that is still being resolved would keep a shell waiting.
if (process.argv[2] === completeCommand) process.stdout.write('', () => process.exit());
// Timers and connections of what was interrupted would keep the process for seconds.
if (interrupt.signal.aborted) await exitWhenFinished();
