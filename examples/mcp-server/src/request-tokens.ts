import { createHash, randomUUID } from 'node:crypto';
import type { Association, MutationResult } from 'pod-identity-client';

/** The client request tokens of the changes of a session that gave none. */
export interface RequestTokens {
  /** The token of a call: the given one, or that of the equal calls before it. */
  readonly tokenOf: (call: ChangeCall) => string;
  /** Takes note of what a call with a token was answered. */
  readonly answered: (call: ChangeCall, token: string, result: MutationResult) => void;
}

/** A call of a tool that changes an association. */
interface ChangeCall {
  readonly tool: string;
  readonly input: { readonly clientRequestToken?: string | undefined; readonly reason?: string | undefined };
}

/**
 * How long a call repeats an equal one that succeeded: longer than an agent needs to find out that
 * it has no answer.
 */
const repetitionMs = 600_000;

/**
 * Makes the memory of a session, which is that of the process. An id of JSON-RPC does not identify
 * what an agent wants: each repetition has another one. Equal arguments do, as long as nothing else
 * happened: a call without a token repeats the request of the equal call before it, whose answer
 * may not have reached the agent, until that is refused for good, until another change of the same
 * service account succeeds after it, or until it succeeded ten minutes ago. So `bind, bind` is one
 * request, and `bind, delete, bind` are three. As at the gateway, the reason does not tell requests
 * apart.
 */
export function makeRequestTokens(clock = Date.now): RequestTokens {
  const remembered = new Map<string, Remembered>();
  return {
    tokenOf: (call) => {
      if (call.input.clientRequestToken !== undefined) return call.input.clientRequestToken;
      const key = keyOf(call);
      const known = remembered.get(key);
      if (known && (known.done === null || clock() - known.done.at < repetitionMs)) return known.token;
      const token = `mcp-${randomUUID()}`;
      remembered.set(key, { token, done: null });
      return token;
    },
    answered: (call, token, result) => {
      const key = keyOf(call);
      const entry = remembered.get(key);
      const own = entry?.token === token ? entry : undefined;
      if (result.kind === 'refused' && !result.refusal.retryable && own) remembered.delete(key);
      if (result.kind !== 'succeeded') return;
      const target = targetOf(result.association);
      for (const [other, earlier] of remembered) {
        if (earlier.done?.target === target && earlier !== own) remembered.delete(other);
      }
      if (own) own.done ??= { target, at: clock() };
    },
  };
}

interface Remembered {
  readonly token: string;
  /** The service account that was changed, and when; null before. */
  done: { readonly target: string; readonly at: number } | null;
}

function targetOf({ accountId, region, clusterName, namespace, serviceAccount }: Association): string {
  return JSON.stringify([accountId, region, clusterName, namespace, serviceAccount]);
}

/**
 * Identifies a call by its tool and arguments. The order of fields is that of the tool's schema.
 */
function keyOf({ tool, input }: ChangeCall): string {
  const { clientRequestToken: _, reason: __, ...others } = input;
  return createHash('sha256')
    .update(JSON.stringify([tool, others]))
    .digest('base64');
}
