import { useEffect, useReducer } from 'preact/hooks';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import { sendResumed } from '../../../client/src/client/resume.ts';
import type { ResumedRequest } from '../../../client/src/client/resume.ts';
import { useGateway } from '../api/gateway.ts';
import { OperationState } from '../generated/bind.ts';
import { keepPending } from './pending.ts';
import type { Pending } from './pending.ts';
import { sendToEnd } from './sending.ts';
import type { Progress, Requests } from './sending.ts';

/**
 * A request under way or just ended, while the page is open: it goes on when another view is shown.
 */
export interface Sending {
  readonly pending: Pending;
  readonly progress: Progress;
}

interface Sender {
  sending: Sending | null;
  abort: AbortController;
  readonly listeners: Set<() => void>;
}

/** One for each sign-in. */
const senders = new WeakMap<GatewayClient, Sender>();

function senderOf(client: GatewayClient): Sender {
  const sender = senders.get(client) ?? { sending: null, abort: new AbortController(), listeners: new Set() };
  senders.set(client, sender);
  return sender;
}

/** The request under way, and what can be done with it. */
export function useSender() {
  const { client, signedOut } = useGateway();
  const sender = senderOf(client);
  const [, rerender] = useReducer((round: number, _: null) => round + 1, 0);
  useEffect(() => {
    const listener = () => rerender(null);
    sender.listeners.add(listener);
    return () => void sender.listeners.delete(listener);
  }, [sender]);
  const show = (sending: Sending | null) => {
    sender.sending = sending;
    for (const listener of sender.listeners) listener();
  };
  const start = (pending: Pending) => {
    keepPending(pending);
    sender.abort.abort();
    sender.abort = new AbortController();
    const signal = AbortSignal.any([sender.abort.signal, signedOut]);
    const onProgress = (progress: Progress) => {
      if (!signal.aborted) show({ pending, progress });
    };
    sendToEnd(requestsOf(client, pending), onProgress, signal).then(
      (result) => {
        if (result.kind === 'succeeded' || (result.kind === 'refused' && !result.refusal.retryable)) keepPending(null);
        onProgress({ phase: 'ended', result });
      },
      (error: unknown) => onProgress({ phase: 'failed', error: error as Error }),
    );
  };
  /** Ends the waiting, and what is shown of it. A request that was sent may still take effect. */
  const stop = () => {
    sender.abort.abort();
    show(null);
  };
  return { sending: sender.sending, start, stop };
}

function requestsOf(client: GatewayClient, { change }: Pending): Requests {
  return {
    send: (options) => sendResumed(client, { operation: change.kind, input: change.input } as ResumedRequest, options),
    statusOf: async (id, { signal }) =>
      (await client.request(OperationState, { id }, { ...(signal && { signal }) })).operation?.status ?? null,
  };
}
