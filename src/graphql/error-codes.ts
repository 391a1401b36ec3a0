/** What follows from one code of a top-level error. */
interface ErrorCodeRow {
  /** What happened. */
  readonly meaning: string;
  /** What the client does about it. */
  readonly action: string;
  /** Status of an answer without data; an error beside data leaves it 200. */
  readonly status: number;
  /** Seconds after which the same request can succeed without a change; null where it can't. */
  readonly retryAfterSeconds: number | null;
  /**
   * Who has to act: the client, or the operators of the gateway, for whom the log line of the
   * request is an error.
   */
  readonly causedBy: 'client' | 'gateway';
}

/**
 * Every code of a top-level error, and all that follows from it. The answers, the log and the list
 * in docs/contract.md read this table; nothing else decides whether a client may retry.
 */
export const errorCodes = {
  UNAUTHENTICATED: {
    meaning: 'no verified identity',
    action: 'send a valid token or signature',
    status: 401,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  RATE_LIMITED: {
    meaning: 'too many requests of the principal; nothing was done',
    action: 'retry after `retryAfterSeconds` (header `retry-after`)',
    status: 429,
    retryAfterSeconds: 1,
    causedBy: 'client',
  },
  FORBIDDEN: {
    meaning: 'policy denies the read',
    action: 'follow the advice in `extensions.violations`',
    status: 200,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  READS_LOCKED: {
    meaning: 'operators locked the principal, or its service; nothing was read',
    action: 'ask the operators; reads work within 10 s after the lock is lifted',
    status: 403,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  BAD_USER_INPUT: {
    meaning: 'invalid variables or arguments',
    action: 'fix what `extensions.findings` lists',
    status: 400,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  BAD_REQUEST: {
    meaning: 'not a GraphQL request, or no JSON accepted (status 406)',
    action: 'send a JSON object with `query` and `variables`',
    status: 400,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  METHOD_NOT_ALLOWED: {
    meaning: 'not a POST',
    action: 'send POST',
    status: 405,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    meaning: 'not JSON in UTF-8',
    action: 'send `content-type: application/json`',
    status: 415,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  GRAPHQL_PARSE_FAILED: {
    meaning: 'syntax error, or more than 5,000 tokens',
    action: 'fix the document; pass values as variables',
    status: 400,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  GRAPHQL_VALIDATION_FAILED: {
    meaning: 'the document does not match the schema, or exceeds a limit',
    action: 'fix the document',
    status: 400,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  OPERATION_RESOLUTION_FAILURE: {
    meaning: '`operationName` selects no operation',
    action: 'fix `operationName`',
    status: 400,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    meaning: 'extension `persistedQuery`',
    action: 'send `query`, as Apollo Client then does by itself',
    status: 200,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  ANSWER_TOO_LARGE: {
    meaning: 'more than 5,000 associations and entries, or 5 MB; a mutation was carried out',
    action: 'use a smaller `first` or fewer fields; repeat a mutation with its token, which does not repeat the change',
    status: 200,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  ISSUER_UNAVAILABLE: {
    meaning: "the keys of the token's issuer are unavailable; nothing was done",
    action: 'retry',
    status: 503,
    retryAfterSeconds: 5,
    causedBy: 'gateway',
  },
  POLICIES_UNAVAILABLE: {
    meaning: 'the policies in force are unavailable; nothing was done',
    action: 'retry',
    status: 503,
    retryAfterSeconds: 5,
    causedBy: 'gateway',
  },
  EKS_READ_FAILED: {
    meaning: 'a read of EKS failed; nothing was changed',
    action: 'retry; if not retryable (out of time, or EKS denied access), use a smaller `first`, or tell the operators',
    status: 200,
    retryAfterSeconds: 5,
    causedBy: 'gateway',
  },
  LEDGER_UNAVAILABLE: {
    meaning: "DynamoDB does not answer, or the instance's clock is wrong; EKS received no change",
    action: 'send the same request with the same token',
    status: 200,
    retryAfterSeconds: 5,
    causedBy: 'gateway',
  },
  LEDGER_FORMAT_UNSUPPORTED: {
    meaning: 'another version of the gateway wrote an item; nothing was changed',
    action: 'retry; `extensions.endCursor` leads past an entry of the trail',
    status: 200,
    retryAfterSeconds: 60,
    causedBy: 'gateway',
  },
  LEDGER_UNUSABLE: {
    meaning: 'the tables are not those of this version, or reject writes; EKS received no change',
    action: 'tell the operators the `requestId`; a mutation can be repeated with its token',
    status: 200,
    retryAfterSeconds: null,
    causedBy: 'gateway',
  },
  INTERNAL_SERVER_ERROR: {
    meaning: 'a bug of the gateway; a change may have been made',
    action: 'tell the operators the `requestId`; a mutation can be repeated with its token',
    status: 500,
    retryAfterSeconds: null,
    causedBy: 'gateway',
  },
} as const satisfies Record<string, ErrorCodeRow>;

/** Code of a top-level error. */
export type ErrorCode = keyof typeof errorCodes;

/** Whether a value is one of the codes. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCodes, code);
}
