import { changeFailure } from '../../../../src/eks/errors.ts';

/** EKS behaves otherwise than assumed. The message says what was seen. */
export class Refuted extends Error {}

/** A trial proved nothing, and would not if it was repeated. The message says why. */
export class NotTried extends Error {}

/** Throws `Refuted` with what was seen, unless the condition holds. */
export function expectThat(holds: boolean, seen: string): void {
  if (!holds) throw new Refuted(seen);
}

/** How EKS should reject a request. */
interface ExpectedRejection {
  readonly status: number;
  readonly exception?: string;
  readonly message?: RegExp;
}

/** An exception of the SDK. */
interface Raised {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Throws `Refuted` unless EKS rejects the request in this way. */
export async function expectRejection(call: Promise<unknown>, expected: ExpectedRejection): Promise<void> {
  const error = await rejectionOf(call);
  const { status, exception = error.name, message = /(?:)/ } = expected;
  const { httpStatusCode } = error.$metadata ?? {};
  const isExpected = httpStatusCode === status && error.name === exception && message.test(error.message);
  expectThat(isExpected, `${httpStatusCode} ${error.name}: ${error.message}`);
}

/**
 * The error with which EKS rejects a request. Throws one that proves nothing: of the network,
 * throttling, 5xx, a missing right.
 */
async function rejectionOf(call: Promise<unknown>): Promise<Raised> {
  try {
    await call;
  } catch (error) {
    const { httpStatusCode: status = 0 } = (error as Raised).$metadata ?? {};
    const failure = changeFailure(error);
    const isThrottled = failure.kind === 'rejected' && failure.outcome === 'THROTTLED';
    if (status < 400 || status >= 500 || isThrottled || denialOf(error) !== null) throw error;
    return error as Raised;
  }
  throw new Refuted('EKS accepted the request');
}

/** A right that AWS misses; null for other errors. */
export function denialOf(error: unknown): { readonly action: string; readonly isExplicit: boolean } | null {
  const { name, message } = error as Raised;
  if (name !== 'AccessDeniedException') return null;
  const [, action = 'the request'] = /not authorized to perform: ([\w:]+)/.exec(message) ?? [];
  return { action, isExplicit: message.includes('explicit deny') };
}
