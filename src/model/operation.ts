import type { AdoptRequest, AssociationSettings, CreateRequest, DeleteRequest, UpdateRequest } from './association.ts';
import { completeSettings } from './setting-fields.ts';

/**
 * The canonical request of each operation. A new operation is added here first: every table over
 * its keys then fails to compile until it has a row for it.
 */
export interface RequestOf {
  readonly CREATE_POD_IDENTITY_ASSOCIATION: CreateRequest;
  readonly UPDATE_POD_IDENTITY_ASSOCIATION: UpdateRequest;
  readonly DELETE_POD_IDENTITY_ASSOCIATION: DeleteRequest;
  readonly ADOPT_POD_IDENTITY_ASSOCIATION: AdoptRequest;
}

/** Names an operation. The discriminant of everything that differs between operations. */
export type OperationKind = keyof RequestOf;

/**
 * What audit entries are about: operations, reads of the audit trail itself, the locks of operators
 * and their permissions to begin its signed log, what scans observe, votes that were not counted,
 * and erasures.
 */
export type AuditedOperation =
  | OperationKind
  | 'CHECK_CHANGES'
  | 'READ_AUDIT_TRAIL'
  | 'LOCK_CHANGES'
  | 'OBSERVE_ASSOCIATION'
  | 'APPROVE_REQUEST'
  | 'BEGIN_LOG'
  | 'ERASE_PERSONAL_DATA';

const audited: Readonly<Record<Exclude<AuditedOperation, OperationKind>, true>> = {
  CHECK_CHANGES: true,
  READ_AUDIT_TRAIL: true,
  LOCK_CHANGES: true,
  OBSERVE_ASSOCIATION: true,
  APPROVE_REQUEST: true,
  BEGIN_LOG: true,
  ERASE_PERSONAL_DATA: true,
};

/** Whether an entry's operation is one that this version knows. */
export function isAuditedOperation(operation: string): operation is AuditedOperation {
  return Object.hasOwn(audited, operation) || Object.hasOwn(sendsChange, operation);
}

/** The settings that a request names: all of a create, those that an update changes. */
export const namedSettings: {
  readonly [Kind in OperationKind]: (request: RequestOf[Kind]) => Partial<AssociationSettings>;
} = {
  CREATE_POD_IDENTITY_ASSOCIATION: completeSettings,
  UPDATE_POD_IDENTITY_ASSOCIATION: ({ changes }) => changes,
  DELETE_POD_IDENTITY_ASSOCIATION: () => ({}),
  ADOPT_POD_IDENTITY_ASSOCIATION: () => ({}),
};

/**
 * Whether an operation sends a change to EKS. One that sends none begins and ends in one
 * transaction.
 */
export const sendsChange: Readonly<Record<OperationKind, boolean>> = {
  CREATE_POD_IDENTITY_ASSOCIATION: true,
  UPDATE_POD_IDENTITY_ASSOCIATION: true,
  DELETE_POD_IDENTITY_ASSOCIATION: true,
  ADOPT_POD_IDENTITY_ASSOCIATION: false,
};

/**
 * The revision of the service account that a request expects when its operation begins; null: any.
 */
export const expectedRevisions: { readonly [Kind in OperationKind]: (request: RequestOf[Kind]) => number | null } = {
  CREATE_POD_IDENTITY_ASSOCIATION: ({ expectedRevision }) => expectedRevision ?? null,
  UPDATE_POD_IDENTITY_ASSOCIATION: () => null,
  DELETE_POD_IDENTITY_ASSOCIATION: () => null,
  ADOPT_POD_IDENTITY_ASSOCIATION: () => null,
};

/**
 * The ending that a request sets; null: it clears it. Undefined: the ending stays as it is, if
 * there is one.
 */
export const namedEndings: {
  readonly [Kind in OperationKind]: (request: RequestOf[Kind]) => string | null | undefined;
} = {
  CREATE_POD_IDENTITY_ASSOCIATION: ({ expiresAt }) => expiresAt,
  UPDATE_POD_IDENTITY_ASSOCIATION: ({ expiresAt }) => expiresAt,
  DELETE_POD_IDENTITY_ASSOCIATION: () => undefined,
  ADOPT_POD_IDENTITY_ASSOCIATION: () => undefined,
};

/**
 * Whether an update changes the ending alone: then it sends nothing to EKS, and begins and ends in
 * one transaction.
 */
export function changesEndingOnly({ changes, expiresAt }: UpdateRequest): boolean {
  return expiresAt !== undefined && Object.keys(changes).length === 0;
}

/** Whether what an entry is about is an operation. */
export function isOperation(operation: AuditedOperation): operation is OperationKind {
  return Object.hasOwn(sendsChange, operation);
}

/** A canonical request of any operation. What kind it is, only the `operation` beside it tells. */
export type MutationRequest = RequestOf[OperationKind];

/** An operation and its canonical request: a union that `operation` discriminates. */
export type RequestedOperation<Kind extends OperationKind = OperationKind> = {
  readonly [K in Kind]: { readonly operation: K; readonly request: RequestOf[K] };
}[Kind];

/**
 * Pairs an operation with its request. The pair is correlated by the type parameter, which
 * TypeScript can't see in a union.
 */
export function requestedOperation<Kind extends OperationKind>(operation: Kind, request: RequestOf[Kind]) {
  return { operation, request } as RequestedOperation;
}
