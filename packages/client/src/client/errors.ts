/**
 * An error of the gateway: an entry of `errors` in a GraphQL response, or an answer of API Gateway
 * in its place.
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  /**
   * `extensions.code`, e.g. `FORBIDDEN`. Codes may be added. For an answer that is not GraphQL,
   * `HTTP_` and the status.
   */
  readonly code: string;
  /** Status of the HTTP response. */
  readonly status: number;
  /**
   * What the operators of the gateway need to find the request in their logs; null when the answer
   * has none.
   */
  readonly requestId: string | null;
  /** Whether the unchanged request can succeed later. */
  readonly retryable: boolean;
  /** Seconds to wait before the request is sent again; null when the gateway names none. */
  readonly retryAfterSeconds: number | null;
  /** All extensions of the error, e.g. `violations` or `findings`. */
  readonly extensions: Readonly<Record<string, unknown>>;
  /** The data of the response, whose fields with errors are null; null when it has none. */
  readonly data: Readonly<Record<string, unknown>> | null;

  constructor(message: string, details: GatewayErrorDetails) {
    super(message);
    this.code = details.code;
    this.status = details.status;
    this.requestId = details.requestId;
    this.retryable = details.retryable;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.extensions = details.extensions;
    this.data = details.data;
  }
}

type GatewayErrorDetails = Pick<
  GatewayError,
  'code' | 'status' | 'requestId' | 'retryable' | 'retryAfterSeconds' | 'extensions' | 'data'
>;

/**
 * No attempt got an answer: the connection failed, timed out, or ended before the answer was
 * complete. A change may have been made. To learn what happened, send the same input with
 * `clientRequestToken` again.
 */
export class LostAnswerError extends Error {
  override readonly name = 'LostAnswerError';
  /** The token of the mutation; null for a query. */
  readonly clientRequestToken: string | null;

  constructor(message: string, clientRequestToken: string | null, cause: unknown) {
    super(message, { cause });
    this.clientRequestToken = clientRequestToken;
  }
}

/**
 * The request was not sent, and sending it again would not help: the certificate of the gateway is
 * not trusted, or the token can't be in a header. A `fetch` of your own can throw it to end the
 * retries.
 */
export class UnsentError extends Error {
  override readonly name = 'UnsentError';
}

/**
 * A request can't be signed, because neither the URL of the gateway nor the settings name its
 * region.
 */
export class RegionMissingError extends Error {
  override readonly name = 'RegionMissingError';
}
