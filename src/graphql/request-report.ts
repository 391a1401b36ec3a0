import { AsyncLocalStorage } from 'node:async_hooks';
import { OperationTypeNode } from 'graphql';
import type { AssociationTarget, ClusterRef } from '../model/association.ts';
import type { RequestIdentity } from '../model/principal.ts';
import { refusalsByGateway } from '../model/refusal.ts';
import type { MutationResult } from '../operations/terms/result.ts';
import type { RefusalCode } from '../model/outcome.ts';
import { makeMeter, meterFields, withMeter } from '../runtime/meter.ts';
import type { Meter } from '../runtime/meter.ts';
import { errorCodes } from './error-codes.ts';
import type { ErrorCode } from './error-codes.ts';

/** A top-level error, as the log has it: no message and no value of the client. */
interface ReportedError {
  readonly code: ErrorCode;
  /**
   * Path of the field in the answer, e.g. `auditTrail.nodes.0.before`; null if the error concerns
   * the whole request.
   */
  readonly path: string | null;
  readonly level: 'warn' | 'error';
  /**
   * Stack, and cause with its message, of an error of the gateway or of a service that it calls;
   * else null.
   */
  readonly detail: string | null;
}

/** The result of a mutation or dry run. */
interface ReportedResult {
  readonly operationId: string;
  /** Name of the event in the audit trail. */
  readonly event: string;
  readonly refusalCode: RefusalCode | null;
  /** Whether the result is one that was recorded for an earlier request. */
  readonly isReplay: boolean;
  /**
   * What EKS or IAM did not permit the gateway; null for other results, whose message is in the
   * audit trail.
   */
  readonly detail: string | null;
}

/** The policies that decide about a request. */
interface ReportedPolicies {
  /** SHA-256 (hex). */
  readonly policySetHash: string;
  /** SHA-256 (hex). */
  readonly inventoryHash: string;
  /** Number of the policy version; null for those of the package. */
  readonly policyVersion: { readonly number: number } | null;
}
/**
 * The cluster that a request is about, and the namespace where that is known: validated names only.
 */
export type RequestTarget = ClusterRef & Partial<Pick<AssociationTarget, 'namespace'>>;

/** What is noted about a request while it is answered, for the one line that the log has of it. */
export interface RequestReport {
  /** Request ID of API Gateway. */
  readonly requestId: string;
  /** E.g. `POST /graphql`. */
  readonly route: string;
  identity: RequestIdentity | null;
  /** What decides about the request; null if it was refused before any policies were known. */
  policies: ReportedPolicies | null;
  /** Null while no cluster is known that the request is about. */
  target: RequestTarget | null;
  operation: OperationTypeNode | null;
  operationName: string | null;
  /** Distinct names of the fields of Query or Mutation. */
  fields: readonly string[];
  /** Null for other queries; a request has one mutation or dry run at most. */
  result: ReportedResult | null;
  readonly errors: ReportedError[];
  readonly meter: Meter;
}

/**
 * The report of the current request. Apollo Server formats errors and answers without access to the
 * request.
 */
const current = new AsyncLocalStorage<RequestReport>();

/** Answers a request; while it does, `currentReport` returns the report. */
export function withReport<T>(report: RequestReport, answer: () => Promise<T>): Promise<T> {
  return current.run(report, () => withMeter(report.meter, answer));
}

/** The report of the request that is being answered. Throws an Error outside of `withReport`. */
export function currentReport(): RequestReport {
  const report = current.getStore();
  if (report === undefined) throw new Error('No request is being answered.');
  return report;
}

/** Creates the report of a request. */
export function makeReport(requestId: string, route: string): RequestReport {
  return {
    requestId,
    route,
    identity: null,
    policies: null,
    target: null,
    operation: null,
    operationName: null,
    fields: [],
    result: null,
    errors: [],
    meter: makeMeter(),
  };
}

/** Reports the result of a mutation or dry run for the log line of the request. */
export function reported<Result extends ReportableResult>(result: Result): Result {
  const { auditEntry, refusal = null, replayed = false } = result;
  const { operationId, event, message } = auditEntry;
  const refusalCode = refusal?.code ?? null;
  const detail = refusalCode === 'GATEWAY_ACCESS_DENIED' ? message : null;
  currentReport().result = { operationId, event, refusalCode, isReplay: replayed, detail };
  return result;
}

/** A dry run has no `replayed`, and a check of several changes no refusal of its own. */
type ReportableResult = Pick<MutationResult, 'auditEntry'> & Partial<Pick<MutationResult, 'refusal' | 'replayed'>>;

/** The most errors in a line of the log. */
const maxErrors = 10;

/**
 * The level of a request's line, and its fields without those that every line has. `requests` is
 * always 1, a metric. `failures` and `failedChanges` are 0 or 1, so that their averages are shares
 * of all requests and of all changes.
 */
export function reportLine(report: RequestReport, answer: { readonly statusCode: number; readonly body: string }) {
  const { requestId, route, identity, policies, target, operation, operationName, fields, result, errors } = report;
  const [first] = errors.toSorted((a, b) => rank[b.level] - rank[a.level]);
  const detail = first?.detail ?? result?.detail;
  return {
    level: first?.level ?? (detail ? 'warn' : 'info'),
    fields: {
      apiRequestId: requestId,
      route,
      principalId: identity?.principal.id ?? null,
      ...(identity?.actor ? { actorId: identity.actor.id } : {}),
      policySetHash: policies?.policySetHash ?? null,
      inventoryHash: policies?.inventoryHash ?? null,
      ...(policies?.policyVersion ? { policyVersion: policies.policyVersion.number } : {}),
      ...target,
      operation,
      operationName,
      fields,
      outcome: first ? 'FAILED' : (result?.event ?? 'ANSWERED'),
      code: first?.code ?? result?.refusalCode ?? null,
      ...(result ? { operationId: result.operationId } : {}),
      ...(result && first ? { result: result.refusalCode ?? result.event } : {}),
      errorCount: errors.length,
      ...(errors.length > 0 ? { errors: errors.slice(0, maxErrors).map(({ code, path }) => ({ code, path })) } : {}),
      ...(detail ? { detail } : {}),
      status: answer.statusCode,
      answerBytes: Buffer.byteLength(answer.body),
      requests: 1,
      failures: first?.level === 'error' ? 1 : 0,
      ...(operation === OperationTypeNode.MUTATION ? { failedChanges: isFailedChange(report) ? 1 : 0 } : {}),
      ...(result?.isReplay ? { replays: 1 } : {}),
      ...meterFields(report.meter),
    },
  } as const;
}

const rank = { warn: 0, error: 1 } as const;

/**
 * Whether a change has no result, or is refused, because of the gateway or a service that it calls,
 * not by its request.
 */
function isFailedChange({ result, errors }: RequestReport): boolean {
  if (result === null) return errors.some(({ code }) => errorCodes[code].causedBy === 'gateway');
  return result.event === 'UNKNOWN' || (result.refusalCode !== null && refusalsByGateway.has(result.refusalCode));
}
