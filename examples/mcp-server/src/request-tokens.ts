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
 * Makes the memory of a session, which is that of the process. An id of JSON-RPC does not identify what an agent wants: each repetition has another
 * one. Equal arguments do, as long as nothing else happened: a call without a token repeats the request of the equal call before it, whose answer
 * may not have reached the agent, until that is refused for good, or until another change of the same service account succeeds after it. So
 * `bind, bind` is one request, and `bind, delete, bind` are three. As at the gateway, the reason does not tell requests apart.
 */
export function makeRequestTokens(): RequestTokens {
  /** Tokens by calls, and the service account of those that succeeded. */
  const remembered = new Map<string, { readonly token: string; target: string | null }>();
  return {
    tokenOf: (call) => {
      if (call.input.clientRequestToken !== undefined) return call.input.clientRequestToken;
      const key = keyOf(call);
      const entry = remembered.get(key) ?? { token: `mcp-${randomUUID()}`, target: null };
      remembered.set(key, entry);
      return entry.token;
    },
    answered: (call, token, result) => {
      const key = keyOf(call);
      const entry = remembered.get(key);
      const own = entry?.token === token ? entry : undefined;
      if (result.kind === 'refused' && !result.refusal.retryable && own) remembered.delete(key);
      if (result.kind !== 'succeeded') return;
      const target = targetOf(result.association);
      for (const [other, earlier] of remembered) {
        if (earlier.target === target && earlier !== own) remembered.delete(other);
      }
      if (own) own.target = target;
    },
  };
}

function targetOf({ accountId, region, clusterName, namespace, serviceAccount }: Association): string {
  return JSON.stringify([accountId, region, clusterName, namespace, serviceAccount]);
}

/** Identifies a call by its tool and arguments. The order of fields is that of the tool's schema. */
function keyOf({ tool, input }: ChangeCall): string {
  const { clientRequestToken: _, reason: __, ...others } = input;
  return createHash('sha256')
    .update(JSON.stringify([tool, others]))
    .digest('base64');
}
