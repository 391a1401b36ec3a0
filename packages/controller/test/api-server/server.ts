import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Access } from './access.ts';
import { kinds, namespaces, serviceAccounts } from './kinds.ts';
import { discovery, tableOf, valueAt } from './kubectl.ts';
import { makeStore, mergePatch, StatusError } from './store.ts';
import type { Change, Kind, Stored } from './store.ts';
import { makeIssuer } from './tokens.ts';
import type { TokenSpec } from './tokens.ts';

/** What happens to the next request that matches. */
export interface Fault {
  readonly match: (request: SeenRequest) => boolean;
  /** `before` and `after` the effect the connection is cut; a number is a status; `slow` is answered after a while. */
  readonly kind: 'before' | 'after' | 'slow' | 'silence' | number;
  readonly times?: number;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly user: string;
}

interface Target {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/**
 * The part of the Kubernetes API that the controller and kubectl use here, over HTTP. There is no kube-apiserver for these tests: what it does in
 * addition (admission, server-side apply, storage versions) is not covered.
 */
export async function startApiServer(users: Readonly<Record<string, Access | 'admin'>>) {
  const store = makeStore(kinds);
  const issuer = await makeIssuer();
  const faults: (Fault & { left: number })[] = [];
  const seen: SeenRequest[] = [];
  const watches = new Set<ServerResponse>();

  const server = createServer((request, response) => {
    void handle(request, response).catch((error: unknown) => {
      if (!response.headersSent && error instanceof StatusError) send(response, error.code, statusOf(error));
      else response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', url);
    const open = { '/.well-known/openid-configuration': issuer.discovery(url), '/keys': issuer.keys }[path];
    if (open !== undefined) {
      send(response, 200, open);
      return;
    }
    const user = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = { method: request.method ?? '', path, query, body: Buffer.concat(chunks).toString(), user };
    seen.push(one);
    const fault = faults.find(({ left, match }) => left > 0 && match(one));
    if (fault) fault.left -= 1;
    if (fault?.kind === 'before') throw new Error('cut');
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'slow') await sleep(300);
    if (typeof fault?.kind === 'number') throw new StatusError(fault.kind, 'InternalError', 'a fault');
    const access = users[user];
    if (access === undefined) throw new StatusError(401, 'Unauthorized', 'Unauthorized');
    const found = discovery(store, path);
    if (found !== null) {
      send(response, 200, found);
      return;
    }
    const target = targetOf(path);
    const verb = verbOf(one, target);
    if (access !== 'admin' && !access.allows({ verb, ...target }))
      throw new StatusError(
        403,
        'Forbidden',
        `User "${user}" cannot ${verb} resource "${target.kind.plural}" in API group "${target.kind.group}"`,
      );
    if (verb === 'watch') {
      watch(response, target, query);
      return;
    }
    const answer = await answerTo(one, target, (request.headers.accept ?? '').includes('as=Table'));
    if (fault?.kind === 'after') throw new Error('cut');
    send(response, one.method === 'POST' ? 201 : 200, answer);
  }

  async function answerTo({ method, body, query }: SeenRequest, target: Target, asTable: boolean): Promise<object> {
    const { kind, namespace, name, subresource } = target;
    const given = body === '' ? {} : (JSON.parse(body) as Partial<Stored>);
    const part = subresource === 'status' ? 'status' : 'main';
    if (subresource === 'token') {
      store.get(serviceAccounts, namespace, name ?? '');
      assertOpen(namespace);
      return issuer.grant(url, namespace ?? '', name ?? '', given.spec as TokenSpec);
    }
    if (method === 'POST') {
      assertOpen(namespace);
      return store.create(kind, namespace, given);
    }
    if (name === undefined) return list(target, query, asTable);
    if (method === 'PUT') return store.update(kind, namespace, name, part, () => given as Stored);
    if (method === 'PATCH')
      return store.update(
        kind,
        namespace,
        name,
        part,
        (now) => mergePatch({ ...now, metadata: { ...now.metadata, resourceVersion: '' } }, given) as Stored,
      );
    if (method === 'DELETE') return store.remove(kind, namespace, name);
    const object = store.get(kind, namespace, name);
    return asTable ? tableOf(kind, [object], object.metadata.resourceVersion) : object;
  }

  /** Nothing is created in a namespace that is being deleted, not even a token. */
  function assertOpen(namespace: string | undefined): void {
    const one = store.list(namespaces, undefined).find(({ metadata }) => metadata.name === namespace);
    if (one?.metadata.deletionTimestamp !== undefined)
      throw new StatusError(
        403,
        'Forbidden',
        `unable to create new content in namespace ${namespace} because it is being terminated`,
      );
  }

  function list({ kind, namespace }: Target, query: URLSearchParams, asTable: boolean): object {
    const [version = String(store.version()), from = '0'] = query.get('continue')?.split(':') ?? [];
    if (store.since(Number(version)) === null)
      throw new StatusError(410, 'Expired', 'The provided continue parameter is too old');
    const all = store.list(kind, namespace).filter((object) => isSelected(object, query));
    const [start, limit] = [Number(from), Number(query.get('limit') ?? 0) || all.length];
    const items = all.slice(start, start + limit);
    if (asTable) return tableOf(kind, items, version);
    const next = start + limit < all.length ? { continue: `${version}:${start + limit}` } : {};
    return {
      kind: `${kind.kind}List`,
      apiVersion: apiVersionOf(kind),
      metadata: { resourceVersion: version, ...next },
      items,
    };
  }

  function watch(response: ServerResponse, { kind, namespace }: Target, query: URLSearchParams): void {
    const from = Number(query.get('resourceVersion') ?? 0);
    const isOf = ({ plural, object }: Change) =>
      plural === kind.plural &&
      (namespace === undefined || object.metadata.namespace === namespace) &&
      isSelected(object, query);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const write = (type: string, object: object) => {
      // In two parts, as a slow network delivers it.
      const line = Buffer.from(`${JSON.stringify({ type, object })}\n`);
      response.write(line.subarray(0, line.length / 2));
      response.write(line.subarray(line.length / 2));
    };
    const past = from === 0 ? [] : store.since(from);
    if (past === null) {
      write('ERROR', statusOf(new StatusError(410, 'Expired', `too old resource version: ${from}`)));
      response.end();
      return;
    }
    if (from === 0)
      for (const object of store.list(kind, namespace).filter((one) => isSelected(one, query))) write('ADDED', object);
    for (const change of past.filter(isOf)) write(change.type, change.object);
    const stop = store.listen((change) => isOf(change) && write(change.type, change.object));
    const bookmark = () =>
      write('BOOKMARK', {
        kind: kind.kind,
        apiVersion: apiVersionOf(kind),
        metadata: { resourceVersion: String(store.version()) },
      });
    const bookmarks = query.get('allowWatchBookmarks') === 'true' ? setInterval(bookmark, 500) : undefined;
    watches.add(response);
    response.on('close', () => {
      stop();
      clearInterval(bookmarks);
      watches.delete(response);
    });
  }

  return {
    url,
    store,
    seen,
    tokenRequests: issuer.requests,
    addFault: (fault: Fault) => void faults.push({ ...fault, left: fault.times ?? 1 }),
    pendingFaults: () => faults.filter(({ left }) => left > 0).length,
    /** Cuts the connections of all watches. */
    cutWatches: () => watches.forEach((response) => response.destroy()),
    watches: () => watches.size,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type ApiServer = Awaited<ReturnType<typeof startApiServer>>;

function apiVersionOf({ group, version }: Kind): string {
  return group === '' ? version : `${group}/${version}`;
}

/** @throws StatusError for a path that names no kind */
function targetOf(path: string): Target {
  for (const kind of kinds) {
    const base = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
    const pattern = new RegExp(`^${base}(?:/namespaces/([^/]+))?/${kind.plural}(?:/([^/]+)(?:/([^/]+))?)?$`);
    const [match, namespace, name, subresource] = pattern.exec(path) ?? [];
    if (match !== undefined) return { kind, namespace, name, subresource };
  }
  throw new StatusError(404, 'NotFound', 'the server could not find the requested resource');
}

function verbOf({ method, query }: SeenRequest, { name }: Target): string {
  if (method === 'GET')
    return query.get('watch') === 'true' || query.get('watch') === '1' ? 'watch' : name === undefined ? 'list' : 'get';
  return { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }[method] ?? method;
}

/** Field selectors, such as `metadata.name=api,involvedObject.uid=…`. */
function isSelected(object: Stored, query: URLSearchParams): boolean {
  const terms = (query.get('fieldSelector') ?? '').split(',').filter((term) => term !== '');
  return terms.every((term) => {
    const [path = '', value = ''] = term.split(/==?/);
    return (valueAt(object, `.${path}`) ?? '') === value;
  });
}

function statusOf({ code, reason, message }: StatusError): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
