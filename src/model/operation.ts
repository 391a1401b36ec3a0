import type {
  AdoptRequest,
  AssociationSettings,
  CreateRequest,
  DeleteRequest,
  TagRequest,
  UntagRequest,
  UpdateRequest,
} from './association.ts';
import { completeSettings } from './setting-fields.ts';
import type { NamedTags } from './tags.ts';

/**
 * The canonical request of each operation. A new operation is added here first: every table over
 * its keys then fails to compile until it has a row for it.
 */
export interface RequestOf {
  readonly CREATE_POD_IDENTITY_ASSOCIATION: CreateRequest;
  readonly UPDATE_POD_IDENTITY_ASSOCIATION: UpdateRequest;
  readonly DELETE_POD_IDENTITY_ASSOCIATION: DeleteRequest;
  readonly ADOPT_POD_IDENTITY_ASSOCIATION: AdoptRequest;
  readonly TAG_POD_IDENTITY_ASSOCIATION: TagRequest;
  readonly UNTAG_POD_IDENTITY_ASSOCIATION: UntagRequest;
}

/** Names an operation. The discriminant of everything that differs between operations. */
export type OperationKind = keyof RequestOf;

/**
 * What audit entries are about: operations, reads of the audit trail itself, the locks of operators
 * and their permissions to begin its signed log, what scans observe, votes that were not counted,
 * withdrawals that were refused, and erasures.
 */
export type AuditedOperation =
  | OperationKind
  | 'CHECK_CHANGES'
  | 'READ_AUDIT_TRAIL'
  | 'LOCK_CHANGES'
  | 'OBSERVE_ASSOCIATION'
  | 'APPROVE_REQUEST'
  | 'WITHDRAW_APPROVAL'
  | 'BEGIN_LOG'
  | 'ERASE_PERSONAL_DATA';

const audited: Readonly<Record<Exclude<AuditedOperation, OperationKind>, true>> = {
  CHECK_CHANGES: true,
  READ_AUDIT_TRAIL: true,
  LOCK_CHANGES: true,
  OBSERVE_ASSOCIATION: true,
  APPROVE_REQUEST: true,
  WITHDRAW_APPROVAL: true,
  BEGIN_LOG: true,
  ERASE_PERSONAL_DATA: true,
};

/** Whether an entry's operation is one that this version knows. */
export function isAuditedOperation(operation: string): operation is AuditedOperation {
  return Object.hasOwn(audited, operation) || isOperation(operation);
}

/** What code that does not run operations needs to know of a kind of operation. */
export interface OperationTraits {
  /**
   * Whether it sends a change to EKS. One that sends none begins and ends in one transaction.
   */
  readonly sendsChange: boolean;
  /**
   * Whether its change makes an association. Only such a kind has no association in its request,
   * puts the ownership tag on one, and can adopt an existing one instead.
   */
  readonly creates: boolean;
  /** Whether it changes an association in place: its settings, or its expiry. */
  readonly updates: boolean;
  /** Whether a success leaves no association. */
  readonly deletes: boolean;
  /**
   * Whether it changes tags alone: neither `modifiedAt` nor who made or adopted the association.
   */
  readonly changesTags: boolean;
  /** The origin of the version that a success leaves; of a change of tags, that of the version before. */
  readonly origin: 'OPERATION' | 'ADOPTED';
}

/**
 * The traits of each kind. Code compares traits and not kinds, so that a new kind is a new row
 * here.
 */
export const operationTraits = {
  CREATE_POD_IDENTITY_ASSOCIATION: {
    sendsChange: true,
    creates: true,
    updates: false,
    deletes: false,
    changesTags: false,
    origin: 'OPERATION',
  },
  UPDATE_POD_IDENTITY_ASSOCIATION: {
    sendsChange: true,
    creates: false,
    updates: true,
    deletes: false,
    changesTags: false,
    origin: 'OPERATION',
  },
  DELETE_POD_IDENTITY_ASSOCIATION: {
    sendsChange: true,
    creates: false,
    updates: false,
    deletes: true,
    changesTags: false,
    origin: 'OPERATION',
  },
  ADOPT_POD_IDENTITY_ASSOCIATION: {
    sendsChange: false,
    creates: false,
    updates: false,
    deletes: false,
    changesTags: false,
    origin: 'ADOPTED',
  },
  TAG_POD_IDENTITY_ASSOCIATION: {
    sendsChange: true,
    creates: false,
    updates: false,
    deletes: false,
    changesTags: true,
    origin: 'OPERATION',
  },
  UNTAG_POD_IDENTITY_ASSOCIATION: {
    sendsChange: true,
    creates: false,
    updates: false,
    deletes: false,
    changesTags: true,
    origin: 'OPERATION',
  },
} as const satisfies Readonly<Record<OperationKind, OperationTraits>>;

/** The traits that a kind has or has not. */
type Trait = Exclude<keyof OperationTraits, 'origin'>;

/** The kinds that have a trait. */
export type KindThat<Has extends Trait> = {
  readonly [Kind in OperationKind]: (typeof operationTraits)[Kind][Has] extends true ? Kind : never;
}[OperationKind];

/**
 * Whether the operation of an entry, a request or a record has a trait; false for what is about no
 * operation. Narrows a union that `operation` discriminates.
 */
export function hasTrait<Has extends Trait, Of extends { readonly operation: string }>(
  trait: Has,
  of: Of,
): of is Of & { readonly operation: KindThat<Has> } {
  return isOperation(of.operation) && operationTraits[of.operation][trait];
}

/** The settings that a request names: all of a create, those that an update changes. */
export const namedSettings: {
  readonly [Kind in OperationKind]: (request: RequestOf[Kind]) => Partial<AssociationSettings>;
} = {
  CREATE_POD_IDENTITY_ASSOCIATION: completeSettings,
  UPDATE_POD_IDENTITY_ASSOCIATION: ({ changes }) => changes,
  DELETE_POD_IDENTITY_ASSOCIATION: () => ({}),
  ADOPT_POD_IDENTITY_ASSOCIATION: () => ({}),
  TAG_POD_IDENTITY_ASSOCIATION: () => ({}),
  UNTAG_POD_IDENTITY_ASSOCIATION: () => ({}),
};

/**
 * The tags that a request changes of an existing association, by key, each to its value or to null,
 * which removes it.
 */
export const namedTags: { readonly [Kind in OperationKind]: (request: RequestOf[Kind]) => NamedTags } = {
  CREATE_POD_IDENTITY_ASSOCIATION: () => [],
  UPDATE_POD_IDENTITY_ASSOCIATION: () => [],
  DELETE_POD_IDENTITY_ASSOCIATION: () => [],
  ADOPT_POD_IDENTITY_ASSOCIATION: () => [],
  TAG_POD_IDENTITY_ASSOCIATION: ({ tags }) => tags.map(({ key, value }) => ({ key, requested: value })),
  UNTAG_POD_IDENTITY_ASSOCIATION: ({ tagKeys }) => tagKeys.map((key) => ({ key, requested: null })),
};

/**
 * The revision of the service account that a request expects when its operation begins; null: any.
 */
export const expectedRevisions: { readonly [Kind in OperationKind]: (request: RequestOf[Kind]) => number | null } = {
  CREATE_POD_IDENTITY_ASSOCIATION: ({ expectedRevision }) => expectedRevision ?? null,
  UPDATE_POD_IDENTITY_ASSOCIATION: ({ expectedRevision }) => expectedRevision ?? null,
  DELETE_POD_IDENTITY_ASSOCIATION: ({ expectedRevision }) => expectedRevision ?? null,
  ADOPT_POD_IDENTITY_ASSOCIATION: ({ expectedRevision }) => expectedRevision ?? null,
  TAG_POD_IDENTITY_ASSOCIATION: ({ expectedRevision }) => expectedRevision ?? null,
  UNTAG_POD_IDENTITY_ASSOCIATION: ({ expectedRevision }) => expectedRevision ?? null,
};

/**
 * The expiry that a request sets; null: it clears it. Undefined: the expiry stays as it is, if
 * there is one.
 */
export const namedExpiries: {
  readonly [Kind in OperationKind]: (request: RequestOf[Kind]) => string | null | undefined;
} = {
  CREATE_POD_IDENTITY_ASSOCIATION: ({ expiresAt }) => expiresAt,
  UPDATE_POD_IDENTITY_ASSOCIATION: ({ expiresAt }) => expiresAt,
  DELETE_POD_IDENTITY_ASSOCIATION: () => undefined,
  ADOPT_POD_IDENTITY_ASSOCIATION: () => undefined,
  TAG_POD_IDENTITY_ASSOCIATION: () => undefined,
  UNTAG_POD_IDENTITY_ASSOCIATION: () => undefined,
};

/**
 * Whether an update changes the expiry alone: then it sends nothing to EKS, and begins and ends in
 * one transaction.
 */
export function changesExpiryOnly({ changes, expiresAt }: UpdateRequest): boolean {
  return expiresAt !== undefined && Object.keys(changes).length === 0;
}

/** Whether what an entry is about is an operation. */
export function isOperation(operation: string): operation is OperationKind {
  return Object.hasOwn(operationTraits, operation);
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
