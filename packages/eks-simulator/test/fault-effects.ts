import type { Fault, FaultKind } from '../src/faults.ts';
import type { OperationName } from '../src/operation.ts';
import { clientOf, failure } from './simulation.ts';
import type { Client } from './simulation.ts';

/** `delayMs` of the faults that require it. */
export const delayMs = 60;

/** Documented result of each kind: part of the client's error, whether there is an effect, and the log entry. */
export const expected: Record<
  FaultKind,
  { error: string | null; effect: boolean; outcome: string; answer: number | 'cut' | null }
> = {
  'error-before': { error: 'ServerException', effect: false, outcome: 'not-done', answer: 500 },
  'error-after': { error: 'ServerException', effect: true, outcome: 'succeeded', answer: 500 },
  'cut-before': { error: 'socket hang up', effect: false, outcome: 'not-done', answer: 'cut' },
  'cut-after': { error: 'socket hang up', effect: true, outcome: 'succeeded', answer: 'cut' },
  'late-effect': { error: 'socket hang up', effect: false, outcome: 'pending', answer: 'cut' },
  delay: { error: null, effect: true, outcome: 'succeeded', answer: 200 },
  'delay-before': { error: null, effect: true, outcome: 'succeeded', answer: 200 },
  throttle: { error: 'ThrottlingException', effect: false, outcome: 'not-done', answer: 429 },
  'access-denied': { error: 'AccessDeniedException', effect: false, outcome: 'not-done', answer: 403 },
  hang: { error: 'TimeoutError', effect: false, outcome: 'not-done', answer: null },
  'hang-after': { error: 'TimeoutError', effect: true, outcome: 'succeeded', answer: null },
  lag: { error: null, effect: true, outcome: 'succeeded', answer: 200 },
};

/** A client that waits one second where the kind gives no answer, and long enough for a busy machine otherwise. */
export function clientFor(kind: FaultKind, simulator: Parameters<typeof clientOf>[0]): Client {
  return clientOf(simulator, expected[kind].error === 'TimeoutError' ? { timeoutMs: 1_000 } : {});
}

/** A fault of the kind for the next request of the operation. A late effect comes after the test. */
export function faultOf(operation: OperationName, kind: FaultKind): Fault {
  if (kind === 'late-effect') return { operation, kind, delayMs: 60_000 };
  const delayed = ['delay', 'delay-before', 'lag'].includes(kind);
  return { operation, kind, ...(delayed ? { delayMs } : {}) };
}

/** Name and message of an error. Under Jest the SDK wraps socket errors and puts their name into the message. */
export async function failureText(call: Promise<unknown>): Promise<string> {
  const { name, message } = await failure(call);
  return `${name}: ${message}`;
}
