import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A version of an object, or a delete marker. */
interface StoredVersion {
  readonly key: string;
  readonly id: string;
  /** Null: a delete marker. */
  readonly bytes: Buffer | null;
}

/** The objects of a bucket with versioning, as S3 defines it: puts and deletes add versions, and the newest one counts. */
function makeVersionedObjects() {
  const versions: StoredVersion[] = [];
  const add = (key: string, bytes: Buffer | null) => {
    versions.push({ key, id: `v${String(versions.length).padStart(6, '0')}`, bytes });
  };
  const newest = (key: string) => versions.findLast((one) => one.key === key) ?? null;
  return {
    put: (key: string, bytes: Buffer) => add(key, bytes),
    /** Adds a delete marker: Object Lock does not stop that. */
    hide: (key: string) => add(key, null),
    /** Removes versions, as their deletion does where nothing locks them; without ids, all. */
    remove: (key: string, ...ids: string[]) => {
      const isKept = (one: StoredVersion) => one.key !== key || (ids.length > 0 && !ids.includes(one.id));
      versions.splice(0, versions.length, ...versions.filter(isKept));
    },
    newest,
    get: (key: string, id: string) => versions.find((one) => one.key === key && one.id === id) ?? null,
    /** Names of the objects that are not hidden. */
    names: () => [...new Set(versions.map(({ key }) => key))].filter((key) => newest(key)?.bytes).sort(),
    /** All versions in the order of lists: by name, then the newest first. */
    list: () =>
      versions
        .toReversed()
        .sort((one, other) => Number(one.key > other.key) - Number(one.key < other.key))
        .map((one) => ({ ...one, isLatest: newest(one.key) === versions.find(({ id }) => id === one.id) })),
  };
}

/**
 * The parts of the REST API of S3 and of KMS that a log uses, with one bucket with versions and one Ed25519 key. `conflicts`: how many puts are
 * answered as S3 does while another put of the object runs. `pageSize`: versions in an answer. `refuses`: the service that refuses every request, S3
 * as a policy does, and KMS as with a disabled key. `isDown`: whether a call is answered by a failure that the SDK repeats.
 */
export async function startLogServers() {
  const objects = makeVersionedObjects();
  const requests: string[] = [];
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const isDown = (_operation: string): boolean => false;
  const state: State = { conflicts: 0, checksums: new Set<string>(), pageSize: 1_000, refuses: null, isDown };

  const s3 = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://s3');
    const key = decodeURIComponent(url.pathname.replace(/^\/[^/]+\/?/, ''));
    const fail = (status: number, code: string) => {
      response.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`);
    };
    const operation = operationOf(request.method, url.searchParams);
    if (state.refuses === 's3') {
      fail(403, 'AccessDenied');
      return;
    }
    requests.push(operation);
    if (state.isDown(operation)) {
      fail(500, 'InternalError');
      return;
    }
    if (operation === 'ListObjectVersions') {
      response.end(versionsPage(objects.list(), url.searchParams, state.pageSize));
      return;
    }
    if (operation === 'ListObjectsV2') {
      const prefix = url.searchParams.get('prefix') ?? '';
      const names = objects.names().filter((name) => name.startsWith(prefix));
      const contents = names.map((name) => `<Contents><Key>${name}</Key></Contents>`).join('');
      response.end(`<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`);
      return;
    }
    if (operation === 'GetObject') {
      const id = url.searchParams.get('versionId');
      const version = id === null ? objects.newest(key) : objects.get(key, id);
      if (version?.bytes) {
        response.end(version.bytes);
        return;
      }
      if (version !== null) response.setHeader('x-amz-delete-marker', 'true');
      fail(404, 'NoSuchKey');
      return;
    }
    const bytes = await buffer(request);
    for (const name of Object.keys(request.headers)) if (name.startsWith('x-amz-checksum-')) state.checksums.add(name);
    // Only a visible object exists: where a delete marker is the newest version, the put succeeds.
    if (request.headers['if-none-match'] === '*' && objects.newest(key)?.bytes) fail(412, 'PreconditionFailed');
    else if (state.conflicts-- > 0) fail(409, 'ConditionalRequestConflict');
    else {
      objects.put(key, bytes);
      response.end();
    }
  };

  const kms = async (request: IncomingMessage, response: ServerResponse) => {
    const operation = String(request.headers['x-amz-target']).replace('TrentService.', '');
    requests.push(operation);
    if (state.isDown(operation)) {
      response
        .writeHead(500, { 'content-type': 'application/x-amz-json-1.1' })
        .end('{"__type":"KMSInternalException"}');
      return;
    }
    const body = JSON.parse((await buffer(request)).toString()) as Record<string, string>;
    if (state.refuses === 'kms') {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ __type: 'DisabledException', message: 'The key is disabled.' }));
      return;
    }
    const answer =
      operation === 'GetPublicKey'
        ? { PublicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') }
        : { Signature: sign(null, Buffer.from(body.Message ?? '', 'base64'), privateKey).toString('base64') };
    const isAsked =
      operation === 'GetPublicKey' || (body.MessageType === 'RAW' && body.SigningAlgorithm === 'ED25519_SHA_512');
    response.writeHead(isAsked ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(isAsked ? answer : { __type: 'ValidationException' }));
  };

  const server = createServer((request, response) => {
    const answer = request.headers['x-amz-target'] === undefined ? s3 : kms;
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ objects, requests, state },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface State {
  conflicts: number;
  readonly checksums: Set<string>;
  pageSize: number;
  refuses: 's3' | 'kms' | null;
  isDown: (operation: string) => boolean;
}

/** The operation of a request to S3. */
function operationOf(method: string | undefined, query: URLSearchParams): string {
  if (method === 'PUT') return 'PutObject';
  if (query.has('versions')) return 'ListObjectVersions';
  return query.get('list-type') === '2' ? 'ListObjectsV2' : 'GetObject';
}

/** The versions after a marker as XML ("ListObjectVersions" in the API reference of S3). */
function versionsPage(
  all: ReturnType<ReturnType<typeof makeVersionedObjects>['list']>,
  query: URLSearchParams,
  pageSize: number,
): string {
  const [keyMarker, idMarker] = [query.get('key-marker'), query.get('version-id-marker')];
  const start = all.findIndex(({ key, id }) => key === keyMarker && id === idMarker) + 1;
  const page = all.slice(start, start + pageSize);
  const last = page.at(-1);
  const next = `<NextKeyMarker>${last?.key}</NextKeyMarker><NextVersionIdMarker>${last?.id}</NextVersionIdMarker>`;
  const isTruncated = start + pageSize < all.length;
  const items = page.map(({ key, id, isLatest, bytes }) => {
    const fields = `<Key>${key}</Key><VersionId>${id}</VersionId><IsLatest>${isLatest}</IsLatest>`;
    return bytes === null ? `<DeleteMarker>${fields}</DeleteMarker>` : `<Version>${fields}</Version>`;
  });
  const truncated = `<IsTruncated>${isTruncated}</IsTruncated>${isTruncated ? next : ''}`;
  return `<ListVersionsResult>${truncated}${items.join('')}</ListVersionsResult>`;
}
