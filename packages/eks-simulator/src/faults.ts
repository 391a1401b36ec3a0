import { changingOperations, operationsWithoutId, operationNames } from './operation.ts';
import type { Call, OperationName } from './operation.ts';
import { asFields, asText, asWhole, optional, required, ShapeError } from './shape.ts';

/**
 * Every kind of fault; README.md describes them. `delayed`: requires `delayMs`. `needsEffect`: not
 * for reads.
 */
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
/** One day. */
const maxDelayMs = 86_400_000;

/** Name of a kind of fault. */
export type FaultKind = keyof typeof kinds;

/** All kinds of faults. */
export const faultKinds = Object.keys(kinds).filter(isKind);

/** A fault to inject into the next requests of an operation. */
export interface Fault {
  readonly operation: OperationName;
  readonly kind: FaultKind;
  /** How many requests it applies to; 1 when absent. */
  readonly times?: number;
  /** Only requests about this namespace, service account or association; any when absent. */
  readonly match?: { readonly namespace?: string; readonly serviceAccount?: string; readonly associationId?: string };
  /**
   * Milliseconds; required for `late-effect`, `delay`, `delay-before` and `lag`, rejected for the
   * others.
   */
  readonly delayMs?: number;
}

/** Queue of faults, applied in the order in which they were added. */
export interface Faults {
  readonly add: (fault: Fault) => void;
  /**
   * Returns the first fault that matches the request, and uses it up by one. Null when none
   * matches.
   */
  readonly take: (operation: OperationName, call: Call) => Fault | null;
  /** Faults that are not used up; `times` is what remains. */
  readonly pending: () => readonly Fault[];
  readonly clear: () => void;
}

/** Parses a fault. Throws a ShapeError. */
export function asFault(value: unknown): Fault {
  const where = 'fault';
  const fields = asFields(value, where, ['operation', 'kind', 'times', 'match', 'delayMs']);
  const operation = required(fields, 'operation', where, asOperation);
  const kind = required(fields, 'kind', where, asKind);
  const times = optional(fields, 'times', where, (times, at) => asWhole(times, at, 1, maxTimes)) ?? 1;
  const match = optional(fields, 'match', where, asMatch);
  const delayMs = optional(fields, 'delayMs', where, (delay, at) => asWhole(delay, at, 0, maxDelayMs));

  const { delayed, needsEffect } = kinds[kind];
  if (delayed && delayMs === null) throw new ShapeError(`${where}.delayMs is required for ${kind}`);
  if (!delayed && delayMs !== null) throw new ShapeError(`${where}.delayMs has no meaning for ${kind}: remove it`);
  if (needsEffect && !changingOperations.includes(operation)) {
    throw new ShapeError(`${where}.kind ${kind} has no meaning for ${operation}, which changes nothing`);
  }
  if (match?.associationId !== undefined && operationsWithoutId.includes(operation)) {
    throw new ShapeError(
      `${where}.match.associationId has no meaning for ${operation}, whose requests name no association`,
    );
  }
  return { operation, kind, times, ...(match && { match }), ...(delayMs !== null && { delayMs }) };
}

/** Parses the name of an operation. Throws a ShapeError. */
export function asOperation(value: unknown, where: string): OperationName {
  const operation = operationNames.find((name) => name === value);
  if (!operation) throw new ShapeError(`${where} must be one of ${operationNames.join(', ')}`);
  return operation;
}

/** Creates an empty queue of faults. */
export function openFaults(): Faults {
  let queue: readonly Fault[] = [];
  return {
    add: (fault) => {
      queue = [...queue, fault];
    },
    take: (operation, call) => {
      const found = queue.find((fault) => fault.operation === operation && matches(fault, call));
      if (!found) return null;
      const left = (found.times ?? 1) - 1;
      const used = left > 0 ? [{ ...found, times: left }] : [];
      queue = queue.flatMap((fault) => (fault === found ? used : [fault]));
      return found;
    },
    pending: () => queue,
    clear: () => {
      queue = [];
    },
  };
}

function matches({ match }: Fault, { namespace, serviceAccount, associationId }: Call): boolean {
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
