import { useEffect, useRef, useState } from 'preact/hooks';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import type { CheckFragment } from '../../../client/src/generated/operations.ts';
import { useGateway } from '../api/gateway.ts';
import type { Change } from './change.ts';

/** What is known of the dry run of a change. */
export interface Check {
  readonly result: CheckFragment | null;
  readonly error: Error | null;
  /** Whether a dry run of exactly this change is under way or about to be sent. */
  readonly isPending: boolean;
  /** Sends the dry run once more, e.g. after a permission was given. */
  readonly again: () => void;
}

/**
 * How long a change stays as it is before it is checked, in milliseconds: each dry run writes an
 * entry of the audit trail.
 */
const settledMs = 1_000;

type Outcome = CheckFragment | Error;

/**
 * The dry run of a change that is complete, once for each input; null: there is nothing to check.
 */
export function useCheck(change: Change | null): Check {
  const { client } = useGateway();
  const outcomes = useRef(new Map<string, Promise<Outcome>>());
  const [shown, setShown] = useState<{ readonly key: string; readonly outcome: Outcome } | null>(null);
  const [round, setRound] = useState(0);
  const isAsked = useRef(false);
  const key = change === null ? null : keyOf(change);
  useEffect(() => {
    if (change === null || key === null) return;
    let isCurrent = true;
    const show = () => {
      const outcome = outcomes.current.get(key) ?? run(client, change);
      outcomes.current.set(key, outcome);
      void outcome.then((value) => isCurrent && setShown({ key, outcome: value }));
    };
    const timer = setTimeout(show, outcomes.current.has(key) || isAsked.current ? 0 : settledMs);
    isAsked.current = false;
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [client, key, round]);
  const again = () => {
    if (key !== null) outcomes.current.delete(key);
    isAsked.current = true;
    setShown(null);
    setRound((last) => last + 1);
  };
  const outcome = shown !== null && shown.key === key ? shown.outcome : null;
  const isError = outcome instanceof Error;
  return {
    result: isError ? null : outcome,
    error: isError ? outcome : null,
    isPending: key !== null && outcome === null,
    again,
  };
}

/** Policy sees whether there is a reason, and not its words. */
function keyOf({ kind, input }: Change): string {
  return JSON.stringify([kind, { ...input, reason: Boolean(input.reason) }]);
}

function run(client: GatewayClient, change: Change): Promise<Outcome> {
  return send(client, change).catch((error: unknown) => error as Error);
}

function send(client: GatewayClient, change: Change): Promise<CheckFragment> {
  switch (change.kind) {
    case 'create':
      return client.checkCreatePodIdentityAssociation(change.input);
    case 'update':
      return client.checkUpdatePodIdentityAssociation(change.input);
    case 'delete':
      return client.checkDeletePodIdentityAssociation(change.input);
  }
}
