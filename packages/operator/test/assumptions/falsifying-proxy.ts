import { startAnsweringServer } from '../../../../test/support/answering-server.ts';
import { closeAtEnd } from '../../../../test/support/left-open.ts';

/** An association in the JSON of EKS, as far as falsifications change it. */
interface WireAssociation {
  readonly associationId: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** A request to EKS. Fields of the body that it does not have are undefined. */
export interface WireRequest {
  readonly operation: 'create' | 'describe' | 'list' | 'update' | 'delete' | 'tag' | 'untag';
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: {
    readonly clientRequestToken?: string | undefined;
    readonly serviceAccount?: string | undefined;
    readonly roleArn?: string | undefined;
    readonly policy?: string | undefined;
    readonly targetRoleArn?: string | undefined;
    readonly tags?: Readonly<Record<string, string>> | undefined;
    readonly disableSessionTags?: boolean | undefined;
  };
}

/** An answer of EKS. */
export interface WireAnswer {
  readonly status: number;
  /** Null for a success. */
  readonly exception: string | null;
  readonly date: string;
  readonly body: {
    readonly message?: string | undefined;
    readonly association?: Partial<WireAssociation> | undefined;
    readonly associations?: readonly object[] | undefined;
    readonly nextToken?: string | null | undefined;
  };
}

/** Sends a request to the simulator, by default as it came. */
type Send = (change?: Partial<WireRequest>) => Promise<WireAnswer>;

/** An EKS that behaves otherwise than assumed in one respect. */
export type Falsification = (request: WireRequest, send: Send) => Promise<WireAnswer>;

/** Starts a proxy to a simulator that answers as the falsification does. Closed at the end of the test file. */
export async function startFalsifyingProxy(simulatorUrl: string, falsify: Falsification): Promise<string> {
  const server = await startAnsweringServer((response, { method, path, headers, body }) => {
    const { pathname, searchParams } = new URL(path, simulatorUrl);
    const request: WireRequest = {
      operation: operationOf(method, pathname),
      path: pathname,
      query: searchParams,
      body: body === '' ? {} : (JSON.parse(body) as WireRequest['body']),
    };
    const send: Send = async (change = {}) => {
      const sent = { ...request, ...change };
      const query = sent.query.size === 0 ? '' : `?${sent.query.toString()}`;
      const answer = await fetch(`${simulatorUrl}${sent.path}${query}`, {
        method: sent.operation === 'describe' ? 'GET' : method,
        headers: Object.fromEntries(['authorization', 'x-amz-date'].map((name) => [name, String(headers[name])])),
        ...(method === 'POST' && sent.operation !== 'describe' ? { body: JSON.stringify(sent.body) } : {}),
      });
      return {
        status: answer.status,
        exception: answer.headers.get('x-amzn-errortype'),
        date: answer.headers.get('date') ?? '',
        body: (await answer.json()) as WireAnswer['body'],
      };
    };
    void falsify(request, send).then(({ status, exception, date, body: answered }) => {
      const type = exception === null ? {} : { 'x-amzn-errortype': exception };
      response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-requestid': '1', date, ...type });
      response.end(JSON.stringify(answered));
    });
  });
  closeAtEnd(server.stop);
  return server.endpoint;
}

function operationOf(method: string, path: string): WireRequest['operation'] {
  if (path.startsWith('/tags/')) return method === 'POST' ? 'tag' : 'untag';
  const isOfOne = /pod-identity-associations\/./.test(path);
  if (method === 'GET') return isOfOne ? 'describe' : 'list';
  if (method === 'DELETE') return 'delete';
  return isOfOne ? 'update' : 'create';
}
