import type { Draft } from './draft.ts';

let handed: Draft = {};

/** Gives the form what a URL does not have: a session policy, and a long reason. */
export function handOver({ policy, reason }: Draft): void {
  handed = { ...(policy !== undefined && { policy }), ...(reason !== undefined && { reason }) };
}

/** What was given to the form, once. */
export function takeHandedOver(): Draft {
  const taken = handed;
  handed = {};
  return taken;
}
