import { Readable } from 'node:stream';
import { makeCall, makeSession } from '../src/gateway/call.ts';
import type { Environment } from '../src/aws/parameter-file.ts';
import type { Host } from '../src/host.ts';
import { runCommandLine } from '../src/index.ts';
import type { Prompter } from '../src/prompt.ts';
import type { Outcome } from './host.ts';

/** What a command line uses of its process, in a test. */
export interface Terminal {
  /** By default no files of AWS, and a region; undefined removes a variable. */
  readonly environment?: Environment;
  readonly signal?: AbortSignal;
  /** Aborted by a second interrupt. */
  readonly secondSignal?: AbortSignal;
  /** Whether standard error is a terminal; by default it is not. */
  readonly isErrorTerminal?: boolean;
  /** Standard input; without it, the program has none. */
  readonly input?: string;
  /** Answers questions; by default there is no terminal. */
  readonly prompter?: Prompter;
  /** Sees each text on standard error. */
  readonly onError?: (text: string) => void;
  /** Changes what the requests of the command line do. */
  readonly around?: (call: Host['call']) => Host['call'];
}

/** Runs a command line in this process, with the requests that the executable sends. */
export async function runOnGateway(args: readonly string[], terminal: Terminal = {}): Promise<Outcome> {
  const { environment = {}, prompter = null, onError, around = (call: Host['call']) => call } = terminal;
  const { signal, secondSignal, isErrorTerminal = false, input } = terminal;
  let [stdout, stderr] = ['', ''];
  const host = {
    environment: {
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_REGION: 'eu-central-1',
      XDG_CONFIG_HOME: '/dev/null',
      ...environment,
    },
    write: (text: string) => (stdout += text),
    writeError: (text: string) => {
      stderr += text;
      onError?.(text);
    },
    ...(input !== undefined && { input: () => Readable.from([Buffer.from(input)]) }),
    terminalColumns: null,
    isErrorTerminal,
    version: 'pod-identity/0.0.0',
    prompter,
  };
  const settings = { ...host, ...(signal && { signal }), ...(secondSignal && { secondSignal }) };
  const call = around(makeCall(settings));
  const code = await runCommandLine(args, { ...host, call, openSession: makeSession(settings) });
  return { code, stdout, stderr };
}
