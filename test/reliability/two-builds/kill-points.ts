import { entriesWritten } from './journal.ts';
import type { Message } from './line.ts';

/** A step of an operation at which a gateway is killed: a message that it sends, or does not receive any more. */
export interface KillPoint {
  readonly name: string;
  readonly isAt: (message: Message) => boolean;
}

/** Its operation has begun, EKS has received nothing, and another gateway must go on with it. */
export const afterIntent: KillPoint = {
  name: 'after the INTENT',
  isAt: (message) => isAnswered(message) && writes(message, 'INTENT'),
};

/** The other points of an operation, in their order. */
export const otherPoints: readonly KillPoint[] = [
  { name: 'before the INTENT', isAt: (message) => isSent(message) && writes(message, 'INTENT') },
  { name: 'before the change', isAt: (message) => isSent(message) && isChange(message) },
  { name: 'after the change', isAt: (message) => isAnswered(message) && isChange(message) },
  { name: 'before the outcome', isAt: (message) => isSent(message) && writes(message, 'SUCCEEDED') },
  { name: 'after the outcome', isAt: (message) => isAnswered(message) && writes(message, 'SUCCEEDED') },
];

function isSent({ status }: Message): boolean {
  return status === null;
}

function isAnswered({ status }: Message): boolean {
  return status === 200;
}

function writes({ request }: Message, event: string): boolean {
  return entriesWritten(request).some((entry) => entry.event === event);
}

/** Whether it changes an association at EKS: every such request but reads, which are GET. */
function isChange({ request: { target, method, url } }: Message): boolean {
  return target === null && method !== 'GET' && url.includes('/pod-identity-associations');
}
