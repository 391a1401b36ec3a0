import type { CallOptions, GatewayClient } from 'pod-identity-client';
import type * as z from 'zod';
import type { Answer } from './answer.ts';
import type { RequestTokens } from './request-tokens.ts';

/** What a tool runs with. */
export interface Run {
  readonly client: GatewayClient;
  /**
   * Ends the call when the client cancels it or its time is over, and tells the client of retries.
   */
  readonly options: CallOptions;
  readonly tokens: RequestTokens;
}

/** A tool: its description for agents, and what it does. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodObject;
  /** What the list of tools shows as `input`, where that would repeat other tools. */
  readonly listedInput?: z.ZodObject;
  /** What `data` of its answers has. */
  readonly data: readonly string[];
  readonly annotations: Annotations;
  /** Throws what the client throws. */
  readonly run: (input: never, run: Run) => Promise<Answer>;
}

/** The hints of the protocol: see the README for what was decided. */
interface Annotations {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
}

/** A read of what operators wrote: the inventory, and the person's own identity. */
export const reads = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
/**
 * A read whose texts can come from anyone: names, tags, reasons, comments, also of associations
 * made outside the gateway.
 */
export const readsOthers = { ...reads, openWorldHint: true };

/** A tool whose `run` gets the input of its schema. */
export function tool<Input extends z.ZodObject>(
  definition: Omit<Tool, 'input' | 'run'> & {
    readonly input: Input;
    readonly run: (input: z.infer<Input>, run: Run) => Promise<Answer>;
  },
): Tool {
  return definition;
}
