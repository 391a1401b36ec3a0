/** The metadata of an object that the controller reads. */
export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An object of the Kubernetes API. */
export interface KubernetesObject {
  readonly metadata: Metadata;
}

/** An answer of the API server that is not a success. */
export class KubernetesError extends Error {
  override readonly name = 'KubernetesError';
  readonly status: number;
  /** E.g. `Conflict` or `Expired`; the text of the status where the answer has none. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** Where the API server is. */
export interface Connection {
  readonly url: string;
  /** Called for each request: the kubelet renews the token. */
  readonly token: () => Promise<string>;
}

/** A request to the API server. */
interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly signal?: AbortSignal;
}

/** The requests of the controller. */
export interface KubernetesApi {
  /** @throws KubernetesError, and what `fetch` throws if there is no answer */
  readonly request: <Answer>(request: ApiRequest) => Promise<Answer>;
  /** The events of a watch, until the server ends it. Throws as `request` does. */
  readonly watch: (
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ) => AsyncGenerator<WatchEvent, void, undefined>;
}

/** A line of a watch. */
export interface WatchEvent {
  readonly type: string;
  readonly object: KubernetesObject & { readonly code?: number; readonly reason?: string; readonly message?: string };
}

/** How long an answer may take. Milliseconds. */
const answerMs = 30_000;

/** How long a watch lasts. A half-open connection is noticed when it should have ended. Seconds. */
const watchSeconds = 240;

/** The API server as HTTP and JSON. */
export function makeKubernetesApi({ url, token }: Connection): KubernetesApi {
  const send = async ({ method, path, query = {}, body }: ApiRequest, signal: AbortSignal) => {
    const target = new URL(path, url);
    target.search = new URLSearchParams(query).toString();
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const response = await fetch(target, {
      method,
      headers: { authorization: `Bearer ${await token()}`, accept: 'application/json', 'content-type': type },
      ...(body && { body: JSON.stringify(body) }),
      signal,
    });
    if (!response.ok) throw errorOf(response.status, response.statusText, await response.text());
    return response;
  };
  return {
    request: async (request) => {
      const signal = AbortSignal.any([AbortSignal.timeout(answerMs), ...(request.signal ? [request.signal] : [])]);
      return (await (await send(request, signal)).json()) as never;
    },
    watch: async function* (path, query, stop) {
      const signal = AbortSignal.any([AbortSignal.timeout(watchSeconds * 1_000 + answerMs), stop]);
      const given = { ...query, watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds: String(watchSeconds) };
      const { body } = await send({ method: 'GET', path, query: given }, signal);
      for await (const line of linesOf(body ?? [])) yield JSON.parse(line) as WatchEvent;
    },
  };
}

async function* linesOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}

function errorOf(status: number, statusText: string, text: string): KubernetesError {
  try {
    const { reason, message } = JSON.parse(text) as { reason?: string; message?: string };
    return new KubernetesError(status, reason ?? statusText, message ?? statusText);
  } catch {
    return new KubernetesError(status, statusText, text.slice(0, 500) || statusText);
  }
}
