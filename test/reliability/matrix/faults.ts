import type { StepKind } from './steps.ts';

/** A fault that is injected at one request of a flow. */
export interface Fault {
  readonly name: string;
  /** Whether and when the request takes effect; `frozen`: minutes later, when the frozen process resumes. */
  readonly effect: 'none' | 'now' | 'later' | 'frozen';
  /** What the process receives: the real response, no response, a connection reset, or a replacement response. */
  readonly answer: 'true' | 'silence' | 'cut' | Answer;
  /** The process crashes: nothing that it sends afterwards arrives. */
  readonly crashes?: true;
  /** The client's own retries of the request meet the same fault. */
  readonly repeats?: true;
  /** Somebody changes the association directly at EKS just before. */
  readonly outsider?: true;
  /** Reads at EKS lag behind the effect. */
  readonly delaysReads?: true;
  /** From this request on, the clock of the process is ten minutes ahead of the dates of answers. */
  readonly wrongClock?: true;
  /** Another request with the token takes over and completes before this request takes effect. */
  readonly superseded?: true;
}

/** A replacement response in JSON. */
export interface Answer {
  readonly status: number;
  /** Name of the exception. */
  readonly type: string;
  readonly fields?: object;
}

const crashes: readonly Fault[] = [
  { name: 'crash before the effect', effect: 'none', answer: 'silence', crashes: true },
  { name: 'crash after the effect', effect: 'now', answer: 'silence', crashes: true },
  { name: 'crash after the response', effect: 'now', answer: 'true', crashes: true },
];

const crashesOnRead: readonly Fault[] = crashes.filter(({ name }) => name !== 'crash after the effect');

const serverError: Answer = { status: 500, type: 'ServerException' };
const throttled: Answer = { status: 429, type: 'ThrottlingException' };
const forbidden: Answer = { status: 403, type: 'AccessDeniedException' };

const internal: Answer = { status: 500, type: 'InternalServerError' };
const exceeded: Answer = { status: 400, type: 'ProvisionedThroughputExceededException' };
const conflict: Answer = {
  status: 400,
  type: 'TransactionCanceledException',
  fields: { CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }] },
};
const inProgress: Answer = { status: 400, type: 'TransactionInProgressException' };

/** The faults of each kind of request. */
const faults: Readonly<Record<StepKind, readonly Fault[]>> = {
  'eks-change': [
    ...crashes,
    { name: 'timeout, applied', effect: 'now', answer: 'silence' },
    { name: 'timeout, applied later', effect: 'later', answer: 'silence' },
    { name: 'timeout, not applied', effect: 'none', answer: 'silence' },
    { name: 'process frozen for minutes', effect: 'frozen', answer: 'true' },
    { name: 'throttled', effect: 'none', answer: throttled, repeats: true },
    { name: '403', effect: 'none', answer: forbidden, repeats: true },
    { name: '5xx before the effect', effect: 'none', answer: serverError },
    { name: '5xx after the effect', effect: 'now', answer: serverError },
    { name: 'connection reset before the effect', effect: 'none', answer: 'cut' },
    { name: 'connection reset after the effect', effect: 'now', answer: 'cut' },
    { name: 'connection reset after the effect, reads lag', effect: 'now', answer: 'cut', delaysReads: true },
    { name: 'concurrent change outside the gateway (409, 404)', effect: 'now', answer: 'true', outsider: true },
  ],
  'eks-read': [
    ...crashesOnRead,
    { name: 'timeout', effect: 'none', answer: 'silence', repeats: true },
    { name: 'throttled', effect: 'none', answer: throttled, repeats: true },
    { name: '403', effect: 'none', answer: forbidden, repeats: true },
    { name: '5xx', effect: 'none', answer: serverError, repeats: true },
    { name: 'connection reset', effect: 'none', answer: 'cut', repeats: true },
    { name: 'the clock of the process is wrong', effect: 'now', answer: 'true', wrongClock: true },
  ],
  'ledger-write': [
    ...crashes,
    { name: 'timeout, applied', effect: 'now', answer: 'silence', repeats: true },
    { name: 'timeout, not applied', effect: 'none', answer: 'silence', repeats: true },
    { name: 'response lost after the effect', effect: 'now', answer: 'cut' },
    { name: 'connection reset before the effect', effect: 'none', answer: 'cut' },
    { name: 'connection reset, repeatedly', effect: 'none', answer: 'cut', repeats: true },
    { name: '5xx before the effect', effect: 'none', answer: internal, repeats: true },
    { name: '5xx after the effect', effect: 'now', answer: internal },
    { name: 'transaction conflict', effect: 'none', answer: conflict },
    { name: 'transaction conflict, repeatedly', effect: 'none', answer: conflict, repeats: true },
    { name: 'transaction in progress', effect: 'none', answer: inProgress },
    { name: 'throughput exceeded', effect: 'none', answer: exceeded, repeats: true },
    { name: 'process frozen for minutes', effect: 'frozen', answer: 'true' },
    { name: 'the clock of the process is wrong', effect: 'now', answer: 'true', wrongClock: true },
    { name: 'conditional check failure: superseded while frozen', effect: 'now', answer: 'true', superseded: true },
  ],
  'ledger-read': [
    ...crashesOnRead,
    { name: 'timeout', effect: 'none', answer: 'silence', repeats: true },
    { name: '5xx', effect: 'none', answer: internal, repeats: true },
    { name: 'connection reset', effect: 'none', answer: 'cut', repeats: true },
    { name: 'throughput exceeded', effect: 'none', answer: exceeded, repeats: true },
    { name: 'transaction conflict', effect: 'none', answer: conflict },
    { name: 'transaction conflict, repeatedly', effect: 'none', answer: conflict, repeats: true },
  ],
};

/** The faults that can be injected at a request. */
export function faultsAt({
  kind,
  operation,
}: {
  readonly kind: StepKind;
  readonly operation: string;
}): readonly Fault[] {
  const isTransaction = operation.startsWith('Transact');
  return faults[kind].filter(({ name }) => isTransaction || !name.startsWith('transaction'));
}

/** Faults with which an earlier process leaves its operation open: before and after the effect at EKS. */
export const [crashBefore, crashAfter] = [crashes[0], crashes[1]] as [Fault, Fault];
