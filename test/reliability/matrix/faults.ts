import type { StepKind } from './steps.ts';

/** What happens to one request of a road. */
export interface Fault {
  readonly name: string;
  /** Whether, and when, what was asked for is carried out; `frozen`: as soon as the process goes on, minutes later. */
  readonly effect: 'none' | 'now' | 'later' | 'frozen';
  /** What comes back: the true answer, nothing ever, a cut connection, or an answer in the other's stead. */
  readonly answer: 'true' | 'silence' | 'cut' | Answer;
  /** The process is gone afterwards: nothing that it does reaches anybody. */
  readonly dies?: true;
  /** Whether the client's own repetitions of the request meet the same. */
  readonly lasts?: true;
  /** Somebody else changes the association at EKS just before. */
  readonly outsider?: true;
  /** EKS shows the effect only some time after it, as its reads may. */
  readonly lags?: true;
  /** Another request with the token comes, takes over and ends before the request is carried out. */
  readonly rival?: true;
}

/** An answer in JSON. */
export interface Answer {
  readonly status: number;
  /** Name of the exception. */
  readonly type: string;
  readonly fields?: object;
}

const gone: readonly Fault[] = [
  { name: 'process gone before', effect: 'none', answer: 'silence', dies: true },
  { name: 'process gone after the effect', effect: 'now', answer: 'silence', dies: true },
  { name: 'process gone after the answer', effect: 'now', answer: 'true', dies: true },
];

const goneReading: readonly Fault[] = gone.filter(({ name }) => name !== 'process gone after the effect');

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

/** What can happen at each kind of step. */
const faults: Readonly<Record<StepKind, readonly Fault[]>> = {
  'eks-change': [
    ...gone,
    { name: 'time-out, though applied', effect: 'now', answer: 'silence' },
    { name: 'time-out, applied later', effect: 'later', answer: 'silence' },
    { name: 'time-out, not applied', effect: 'none', answer: 'silence' },
    { name: 'frozen until long after', effect: 'frozen', answer: 'true' },
    { name: 'throttled', effect: 'none', answer: throttled, lasts: true },
    { name: '403', effect: 'none', answer: forbidden, lasts: true },
    { name: '5xx before the effect', effect: 'none', answer: serverError },
    { name: '5xx after the effect', effect: 'now', answer: serverError },
    { name: 'cut connection before', effect: 'none', answer: 'cut' },
    { name: 'cut connection after the effect', effect: 'now', answer: 'cut' },
    { name: 'cut connection after an effect that shows late', effect: 'now', answer: 'cut', lags: true },
    { name: 'somebody else was first (409, 404)', effect: 'now', answer: 'true', outsider: true },
  ],
  'eks-read': [
    ...goneReading,
    { name: 'time-out', effect: 'none', answer: 'silence', lasts: true },
    { name: 'throttled', effect: 'none', answer: throttled, lasts: true },
    { name: '403', effect: 'none', answer: forbidden, lasts: true },
    { name: '5xx', effect: 'none', answer: serverError, lasts: true },
    { name: 'cut connection', effect: 'none', answer: 'cut', lasts: true },
  ],
  'ledger-write': [
    ...gone,
    { name: 'time-out, though applied', effect: 'now', answer: 'silence', lasts: true },
    { name: 'time-out, not applied', effect: 'none', answer: 'silence', lasts: true },
    { name: 'answer lost after it was applied', effect: 'now', answer: 'cut' },
    { name: 'cut connection before', effect: 'none', answer: 'cut' },
    { name: 'cut connection, again and again', effect: 'none', answer: 'cut', lasts: true },
    { name: '5xx before the effect', effect: 'none', answer: internal, lasts: true },
    { name: '5xx after the effect', effect: 'now', answer: internal },
    { name: 'transaction conflict', effect: 'none', answer: conflict },
    { name: 'transaction conflict, again and again', effect: 'none', answer: conflict, lasts: true },
    { name: 'transaction in progress', effect: 'none', answer: inProgress },
    { name: 'throughput exceeded', effect: 'none', answer: exceeded, lasts: true },
    { name: 'conditional failure: overtaken while frozen', effect: 'now', answer: 'true', rival: true },
  ],
  'ledger-read': [
    ...goneReading,
    { name: 'time-out', effect: 'none', answer: 'silence', lasts: true },
    { name: '5xx', effect: 'none', answer: internal, lasts: true },
    { name: 'cut connection', effect: 'none', answer: 'cut', lasts: true },
    { name: 'throughput exceeded', effect: 'none', answer: exceeded, lasts: true },
  ],
};

/** The faults that a step can meet. */
export function faultsAt({
  kind,
  operation,
}: {
  readonly kind: StepKind;
  readonly operation: string;
}): readonly Fault[] {
  const isTransaction = operation === 'TransactWriteItems';
  return faults[kind].filter(({ name }) => isTransaction || !name.startsWith('transaction'));
}

/** The faults by which an earlier process leaves an operation open. */
export const [goneBefore, goneAfter] = [gone[0], gone[1]] as [Fault, Fault];
