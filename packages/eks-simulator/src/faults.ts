import { changingOperations, namelessOperations, operationNames } from './operation.ts';
import type { Call, OperationName } from './operation.ts';
import { asFields, asText, asWhole, optional, required, ShapeError } from './shape.ts';

/** Every kind of fault; `docs/eks-simulator.md` says what each does. `delayed`: needs `delayMs`. */
const kinds = {
  'error-before': { delayed: false, needsEffect: false },
  'error-after': { delayed: false, needsEffect: false },
  'cut-before': { delayed: false, needsEffect: false },
  'cut-after': { delayed: false, needsEffect: false },
  'late-effect': { delayed: true, needsEffect: true },
  delay: { delayed: true, needsEffect: false },
  'delay-before': { delayed: true, needsEffect: false },
  throttle: { delayed: false, needsEffect: false },
  'access-denied': { delayed: false, needsEffect: false },
  hang: { delayed: false, needsEffect: false },
  'hang-after': { delayed: false, needsEffect: false },
  lag: { delayed: true, needsEffect: true },
} as const;

const maxTimes = 1_000_000;
/** A day. */
const maxDelayMs = 86_400_000;

export type FaultKind = keyof typeof kinds;

/** All kinds of fault. */
export const faultKinds = Object.keys(kinds).filter(isKind);

/** One thing that goes wrong with the next requests of an operation. */
export interface Fault {
  readonly operation: OperationName;
  readonly kind: FaultKind;
  /** How many requests it meets; 1 when absent. */
  readonly times?: number;
  /** Only requests about this namespace, service account or association; any when absent. */
  readonly match?: { readonly namespace?: string; readonly serviceAccount?: string; readonly associationId?: string };
  /** Milliseconds; needed by `late-effect`, `delay`, `delay-before` and `lag`, and refused for the others. */
  readonly delayMs?: number;
}

/** Faults waiting for requests, first in, first met. */
export interface Faults {
  readonly add: (fault: Fault) => void;
  /** The first fault that fits the request, used up by one. */
  readonly take: (operation: OperationName, call: Call) => Fault | null;
  /** What still waits, `times` being what is left. */
  readonly pending: () => readonly Fault[];
  readonly clear: () => void;
}

/** Takes `value` for a fault. Throws a ShapeError that says what is wrong. */
export function asFault(value: unknown, where = 'fault'): Fault {
  const fields = asFields(value, where, ['operation', 'kind', 'times', 'match', 'delayMs']);
  const operation = required(fields, 'operation', where, asOperation);
  const kind = required(fields, 'kind', where, asKind);
  const times = optional(fields, 'times', where, (times, at) => asWhole(times, at, 1, maxTimes)) ?? 1;
  const match = optional(fields, 'match', where, asMatch);
  const delayMs = optional(fields, 'delayMs', where, (delay, at) => asWhole(delay, at, 0, maxDelayMs));

  const { delayed, needsEffect } = kinds[kind];
  if (delayed && delayMs === null) throw new ShapeError(`${where}.delayMs is missing: ${kind} needs it`);
  if (!delayed && delayMs !== null) throw new ShapeError(`${where}.delayMs means nothing for ${kind}: leave it out`);
  if (needsEffect && !changingOperations.includes(operation)) {
    throw new ShapeError(`${where}.kind ${kind} means nothing for ${operation}, which changes nothing`);
  }
  if (match?.associationId !== undefined && namelessOperations.includes(operation)) {
    throw new ShapeError(`${where}.match.associationId means nothing for ${operation}, whose requests name none`);
  }
  return { operation, kind, times, ...(match && { match }), ...(delayMs !== null && { delayMs }) };
}

/** Takes `value` for the name of an operation. */
export function asOperation(value: unknown, where: string): OperationName {
  const operation = operationNames.find((name) => name === value);
  if (!operation) throw new ShapeError(`${where} must be one of ${operationNames.join(', ')}`);
  return operation;
}

/** Starts with no faults. */
export function openFaults(): Faults {
  let waiting: readonly Fault[] = [];
  return {
    add: (fault) => {
      waiting = [...waiting, fault];
    },
    take: (operation, call) => {
      const found = waiting.find((fault) => fault.operation === operation && fits(fault, call));
      if (!found) return null;
      const left = (found.times ?? 1) - 1;
      const used = left > 0 ? [{ ...found, times: left }] : [];
      waiting = waiting.flatMap((fault) => (fault === found ? used : [fault]));
      return found;
    },
    pending: () => waiting,
    clear: () => {
      waiting = [];
    },
  };
}

function fits({ match }: Fault, { namespace, serviceAccount, associationId }: Call): boolean {
  return (
    (match?.namespace === undefined || match.namespace === namespace) &&
    (match?.serviceAccount === undefined || match.serviceAccount === serviceAccount) &&
    (match?.associationId === undefined || match.associationId === associationId)
  );
}

function asKind(value: unknown, where: string): FaultKind {
  const kind = faultKinds.find((name) => name === value);
  if (!kind) throw new ShapeError(`${where} must be one of ${faultKinds.join(', ')}`);
  return kind;
}

function asMatch(value: unknown, where: string): NonNullable<Fault['match']> {
  const fields = asFields(value, where, ['namespace', 'serviceAccount', 'associationId']);
  const namespace = optional(fields, 'namespace', where, asText);
  const serviceAccount = optional(fields, 'serviceAccount', where, asText);
  const associationId = optional(fields, 'associationId', where, asText);
  return {
    ...(namespace !== null && { namespace }),
    ...(serviceAccount !== null && { serviceAccount }),
    ...(associationId !== null && { associationId }),
  };
}

function isKind(name: string): name is FaultKind {
  return Object.hasOwn(kinds, name);
}
