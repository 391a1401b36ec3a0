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
    meaning: 'The request carries no verified identity.',
    action: 'Send a valid token or signature.',
    status: 401,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  RATE_LIMITED: {
    meaning: 'The principal sent more requests than it may; nothing was done.',
    action: 'Retry after `retryAfterSeconds`, which the header `retry-after` repeats.',
    status: 429,
    retryAfterSeconds: 1,
    causedBy: 'client',
  },
  FORBIDDEN: {
    meaning: 'Policy denies the read; `extensions.violations` has all reasons.',
    action: 'Follow the advice of the violations.',
    status: 200,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  READS_LOCKED: {
    meaning: 'Operators have locked the principal, or the service through which it acts; nothing was read.',
    action: 'Ask the operators of the gateway. Reads are answered again within 10 s after they lift the lock.',
    status: 403,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  BAD_USER_INPUT: {
    meaning: 'Variables or arguments are not valid; `extensions.findings` has the reasons.',
    action: 'Fix the fields that the findings name.',
    status: 400,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  BAD_REQUEST: {
    meaning: 'The HTTP request is not a GraphQL request, or accepts no JSON (status 406).',
    action: 'Send a JSON object with `query` and `variables`.',
    status: 400,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  METHOD_NOT_ALLOWED: {
    meaning: 'The method of the HTTP request is not POST.',
    action: 'Send the request with POST, as the header `allow` says.',
    status: 405,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    meaning: 'The content type of the HTTP request is not `application/json` in UTF-8.',
    action: 'Send JSON with `content-type: application/json`.',
    status: 415,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  GRAPHQL_PARSE_FAILED: {
    meaning: 'The document has a syntax error or more than 5,000 tokens.',
    action: 'Fix the document; pass values as variables.',
    status: 400,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  GRAPHQL_VALIDATION_FAILED: {
    meaning: 'The document does not match the schema, or exceeds a limit.',
    action: 'Fix the document.',
    status: 400,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  OPERATION_RESOLUTION_FAILURE: {
    meaning: '`operationName` does not select an operation of the document.',
    action: 'Fix `operationName`.',
    status: 400,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    meaning: 'The request has the extension `persistedQuery`; the gateway stores no documents.',
    action: 'Send the document as `query`, without the extension. Apollo Client does so by itself.',
    status: 200,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  ANSWER_TOO_LARGE: {
    meaning:
      'The answer would have more than 5,000 associations and entries, or more than 5 MB. A mutation was carried out.',
    action:
      'Use a smaller `first` or select fewer fields. Repeat a mutation with the same token: it is not carried out again.',
    status: 200,
    retryAfterSeconds: null,
    causedBy: 'client',
  },
  ISSUER_UNAVAILABLE: {
    meaning: "The keys of the token's issuer cannot be read; nothing was done.",
    action: 'Retry.',
    status: 503,
    retryAfterSeconds: 5,
    causedBy: 'gateway',
  },
  POLICIES_UNAVAILABLE: {
    meaning: 'The policies in force cannot be read; nothing was done.',
    action: 'Retry.',
    status: 503,
    retryAfterSeconds: 5,
    causedBy: 'gateway',
  },
  EKS_READ_FAILED: {
    meaning:
      'A read of EKS failed; nothing was changed. Not retryable if the time of the request was over, or EKS denied the gateway access.',
    action: 'Retry; if not retryable, use a smaller `first`, or tell the operators.',
    status: 200,
    retryAfterSeconds: 5,
    causedBy: 'gateway',
  },
  LEDGER_UNAVAILABLE: {
    meaning:
      'DynamoDB did not answer, or the clock of the instance is wrong, as the message says; EKS did not receive a change.',
    action: 'Send the same request with the same token again.',
    status: 200,
    retryAfterSeconds: 5,
    causedBy: 'gateway',
  },
  LEDGER_FORMAT_UNSUPPORTED: {
    meaning: 'Another version of the gateway wrote an item that this one cannot read; nothing was changed.',
    action: 'Retry; on a page of the trail, `extensions.endCursor` leads past the entry.',
    status: 200,
    retryAfterSeconds: 60,
    causedBy: 'gateway',
  },
  LEDGER_UNUSABLE: {
    meaning:
      'The tables of the ledger are not those of this version of the gateway, or reject what it writes; EKS did not receive a change.',
    action: 'Tell the operators the `requestId`. Repeating a mutation with the same token is safe.',
    status: 200,
    retryAfterSeconds: null,
    causedBy: 'gateway',
  },
  INTERNAL_SERVER_ERROR: {
    meaning: 'The gateway has a bug. A change may have been made.',
    action: 'Tell the operators the `requestId`. Repeating a mutation with the same token is safe.',
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
