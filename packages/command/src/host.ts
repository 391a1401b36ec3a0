import type { Environment } from './aws/parameter-file.ts';
import type { Connection } from './aws/settings.ts';
import type { ValueMap } from './aws/value.ts';
import type { GatewayClient } from '../../client/src/client/client.ts';
import type { Command } from './commands.ts';
import type { ContextCluster } from './kubernetes/context.ts';
import type { Prompter } from './prompt.ts';

/** A request of a command: the input of the EKS operation, checked for its types. */
export interface Request {
  readonly command: Command;
  readonly input: ValueMap;
  readonly connection: Connection;
  /**
   * How long to wait for a result that takes longer, and for approvers, in milliseconds; null
   * without `--wait`.
   */
  readonly waitMs: number | null;
}

/** What the command uses of its process. */
export interface Host {
  readonly environment: Environment;
  /** Writes to standard output. */
  readonly write: (text: string) => void;
  /** Writes to standard error. */
  readonly writeError: (text: string) => void;
  /** Columns of the terminal; null if standard output is not a terminal. */
  readonly terminalColumns: number | null;
  /** Whether standard error is a terminal, which shows progress; by default it is not. */
  readonly isErrorTerminal?: boolean;
  readonly version: string;
  /** Standard input; absent in a program without one. */
  readonly input?: () => AsyncIterable<Uint8Array>;
  /** Asks for missing options where `--cli-auto-prompt` wants it; null without a terminal. */
  readonly prompter: Prompter | null;
  /**
   * The cluster of kubectl's current context, where the command is a plugin of kubectl; null if it
   * has none that EKS names.
   */
  readonly contextCluster?: () => Promise<ContextCluster | null>;
  /**
   * Sends a request. Returns the answer of the EKS operation, with times in ISO 8601; what is null
   * counts as absent. Throws a `CommandError`.
   */
  readonly call: (request: Request) => Promise<ValueMap>;
  /** Opens what commands of several requests use; absent in a program without these commands. */
  readonly openSession?: (connection: Connection) => Promise<Session>;
}

/** The gateway, for a command of several requests. */
export interface Session {
  readonly client: GatewayClient;
  /** The gateway's URL in one form. */
  readonly url: string;
  /** Interrupts the requests and waits of the command. */
  readonly signal: AbortSignal | undefined;
  /** Ends at once what a command still finishes after `signal`. */
  readonly secondSignal?: AbortSignal | undefined;
  /** The error of the command for an error of the client; other errors unchanged. */
  readonly errorOf: (operation: string, error: unknown) => unknown;
}

/** What calls use of their process. */
export interface CallSettings {
  readonly environment: Environment;
  /** Writes to standard error. */
  readonly writeError: (text: string) => void;
  /** Sent as the user agent. */
  readonly version: string;
  /** Interrupts calls; its reason becomes the error. */
  readonly signal?: AbortSignal;
  /** Aborted by a second interrupt. */
  readonly secondSignal?: AbortSignal;
  /** What is finished before the process ends, also after an interrupt: the renewal of a login. */
  readonly unfinished?: Set<Promise<unknown>>;
  /** Milliseconds that the renewal of a login goes on after an interrupt; by default 15 seconds. */
  readonly renewalPatienceMs?: number;
  /** Whether a person is at the terminal, so that a login opens the browser. */
  readonly isInteractive?: boolean;
  /** Asks the person at the terminal; absent or null without one. */
  readonly prompter?: Prompter | null;
  /** Milliseconds for the retries of a request of a session; by default 10 minutes. */
  readonly sessionLimitMs?: number;
}
