import { AsyncLocalStorage } from 'node:async_hooks';
import type { OperationTypeNode } from 'graphql';
import type { RequestIdentity } from '../model/principal.ts';
import type { ErrorCode } from './error-codes.ts';

/** A top-level error, as the log has it: no message and no value of the client. */
interface ReportedError {
  readonly code: ErrorCode;
  /** Path of the field in the answer, e.g. `auditTrail.nodes.0.before`; null if the error concerns the whole request. */
  readonly path: string | null;
  readonly level: 'warn' | 'error';
  /** Stack, and cause with its message, of an error of the gateway or of a service that it calls; else null. */
  readonly detail: string | null;
}

/** The result of a mutation or dry run. */
interface ReportedResult {
  /** Name of the event in the audit trail. */
  readonly event: string;
  readonly refusalCode: string | null;
}

/** What is noted about a request while it is answered, for the one line that the log has of it. */
export interface RequestReport {
  /** Request ID of API Gateway. */
  readonly requestId: string;
  /** E.g. `POST /graphql`. */
  readonly route: string;
  identity: RequestIdentity | null;
  operation: OperationTypeNode | null;
  operationName: string | null;
  /** Distinct names of the fields of Query or Mutation. */
  fields: readonly string[];
  readonly results: ReportedResult[];
  readonly errors: ReportedError[];
}

/** The report of the current request. Apollo Server formats errors and answers without access to the request. */
const current = new AsyncLocalStorage<RequestReport>();

/** Answers a request; while it does, `currentReport` returns the report. */
export function withReport<T>(report: RequestReport, answer: () => Promise<T>): Promise<T> {
  return current.run(report, answer);
}

/** The report of the request that is being answered. Throws an Error outside of `withReport`. */
export function currentReport(): RequestReport {
  const report = current.getStore();
  if (report === undefined) throw new Error('No request is being answered.');
  return report;
}

/** Creates the report of a request. */
export function createReport(requestId: string, route: string): RequestReport {
  return {
    requestId,
    route,
    identity: null,
    operation: null,
    operationName: null,
    fields: [],
    results: [],
    errors: [],
  };
}

/** The most errors in a line of the log. */
const maxErrors = 10;

/** The level of a request's line, and its fields without those that every line has. */
export function reportLine(report: RequestReport, answer: { readonly statusCode: number; readonly body: string }) {
  const { requestId, route, identity, operation, operationName, fields, results, errors } = report;
  const level = errors.some((error) => error.level === 'error') ? 'error' : errors.length > 0 ? 'warn' : 'info';
  const result = results.at(-1);
  const [first] = errors.toSorted((a, b) => rank[b.level] - rank[a.level]);
  return {
    level,
    fields: {
      apiRequestId: requestId,
      route,
      principalId: identity?.principal.id ?? null,
      ...(identity?.actor ? { actorId: identity.actor.id } : {}),
      operation,
      operationName,
      fields,
      outcome: first ? 'FAILED' : (result?.event ?? 'ANSWERED'),
      code: first?.code ?? result?.refusalCode ?? null,
      ...(results.length > 1 ? { results: results.map(({ event, refusalCode }) => refusalCode ?? event) } : {}),
      errorCount: errors.length,
      ...(errors.length > 0 ? { errors: errors.slice(0, maxErrors).map(({ code, path }) => ({ code, path })) } : {}),
      ...(first?.detail ? { detail: first.detail } : {}),
      status: answer.statusCode,
      answerBytes: Buffer.byteLength(answer.body),
    },
  } as const;
}

const rank = { warn: 0, error: 1 } as const;
