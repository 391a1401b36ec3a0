import { defaultTimes, inDoubtUntil } from '../../../src/idempotency/times.ts';
import { goneAfter, goneBefore } from './faults.ts';
import type { Fault } from './faults.ts';

/** What has happened before the road that is looked at. */
export interface Road {
  readonly name: string;
  /** Faults that an earlier process with the token met, at its request for the change; null: it met none. Absent: there was no earlier one. */
  readonly earlier?: Fault | null;
  /** How long ago that was, milliseconds. */
  readonly passed?: number;
  /** Who takes the road: a request, or the reconciler. */
  readonly by: 'alice' | 'bob' | 'reconciler';
  /** Whether the request asks, with the same token, for something else. */
  readonly other?: true;
  /** Whether it breaks rules. */
  readonly invalid?: true;
}

/** From when a lease is over, and from when a doubt is. */
export const leaseMs = defaultTimes.leaseMs + 1_000;
export const quietMs = inDoubtUntil(0, defaultTimes) + 1_000;

const throttled: Fault = {
  name: 'throttled',
  effect: 'none',
  answer: { status: 429, type: 'ThrottlingException' },
  lasts: true,
};

/** The road of a request with a new token. */
export const firstRoad: Road = { name: 'first', by: 'alice' };

/** Every road of a mutation: its first request, and all that can become of a later one with its token. */
export const roads: readonly Road[] = [
  firstRoad,
  { name: 'taken over, done', earlier: goneAfter, passed: leaseMs, by: 'alice' },
  { name: 'taken over, in doubt', earlier: goneBefore, passed: leaseMs, by: 'alice' },
  { name: 'begun anew', earlier: goneBefore, passed: quietMs, by: 'alice' },
  { name: 'after a release', earlier: throttled, by: 'alice' },
  { name: 'contended', earlier: goneBefore, by: 'alice' },
  { name: 'replayed', earlier: null, by: 'alice' },
  { name: 'token reused', earlier: null, by: 'alice', other: true },
  { name: 'denied', by: 'bob' },
  { name: 'invalid', by: 'alice', invalid: true },
  { name: 'settled, done', earlier: goneAfter, passed: leaseMs, by: 'reconciler' },
  { name: 'settled, in doubt', earlier: goneBefore, passed: leaseMs, by: 'reconciler' },
  { name: 'settled, not done', earlier: goneBefore, passed: quietMs, by: 'reconciler' },
];

/** What comes after a fault. */
export const nexts = [
  'same token at once',
  'same token after the lease',
  'same token after quiet',
  'second process meanwhile',
  'never',
  'only the reconciler',
] as const;

export type Next = (typeof nexts)[number];
