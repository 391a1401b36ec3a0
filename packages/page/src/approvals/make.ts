import { resumedRequest } from '../../../client/src/client/resume.ts';
import { useGateway } from '../api/gateway.ts';
import type { SentChange } from '../bind/change.ts';
import type { Pending } from '../bind/pending.ts';
import { useSender } from '../bind/sender.ts';
import { go } from '../route.ts';
import { turnsChanged } from './turns.ts';

/** An approval of a request of the person. */
interface Approved {
  readonly id: string;
  readonly target: Pending['place'];
}

/**
 * Makes the change that was approved: sends the same request under its token, so that it takes
 * effect once. It is followed in the form. Rejects if the request is not known any more.
 */
export function useMake(): (approved: Approved) => Promise<void> {
  const { client, viewer } = useGateway();
  const { start } = useSender();
  return async ({ id, target }) => {
    const held = await client.heldRequest({ id });
    const request = held && resumedRequest(held);
    if (!request) throw new Error('The request is not known any more: reload the page.');
    const { operation: kind, input } = request;
    start({ viewerId: viewer.id, place: target, submittedAt: Date.now(), change: { kind, input } as SentChange });
    turnsChanged();
    go('bind');
  };
}
