import { createHash } from 'node:crypto';
import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib';
import type { PageConfig } from './config.ts';
import type { CompressedFile, CompressedFiles } from './files.ts';
import { securityHeaders } from './headers.ts';
import { resourceMetadata, resourceMetadataPath } from './resource-metadata.ts';
import type { CommandSignIn } from './resource-metadata.ts';

/** Where the page's configuration is. */
const configPath = '/page.json';

/** The paths that the page answers, as routes of API Gateway; with the methods GET and HEAD. */
export const pagePaths = ['/', '/assets/{proxy+}', configPath, resourceMetadataPath] as const;

/** The parts of a request that decide the answer. */
export interface PageRequest {
  readonly method: string;
  /**
   * Without the query, of which the page has none: views are in the fragment of the URL, which
   * servers don't see.
   */
  readonly path: string;
  /** The value of a header by its name in lower case. */
  readonly header: (name: string) => string | undefined;
}

/** An answer with the body as it is sent. */
export interface PageAnswer {
  readonly statusCode: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** What is served. */
export interface PageContents {
  readonly files: CompressedFiles;
  readonly config: PageConfig;
  /** Origins that signing in calls, besides that of the issuer. */
  readonly connectOrigins: readonly string[];
  /** How people who use the command sign in; null: they say it themselves. */
  readonly commandSignIn: CommandSignIn | null;
}

/**
 * Answers requests of {@link pagePaths}: the same way on a local machine and in Lambda. Other paths
 * get status 404.
 */
export function makePage({
  files,
  config,
  connectOrigins,
  commandSignIn,
}: PageContents): (request: PageRequest) => PageAnswer {
  const { signIn } = config;
  const issuer = signIn.kind === 'oidc' ? [new URL(signIn.issuer).origin] : [];
  const headers = securityHeaders([...new Set([...issuer, ...connectOrigins])]);
  const json = (text: string) => compressed('application/json', text);
  const all = new Map([...files, [configPath, json(JSON.stringify(config))]]);
  if (commandSignIn !== null) all.set(resourceMetadataPath, json(resourceMetadata(commandSignIn)));
  const etags = new Map([...all].map(([path, file]) => [path, etagOf(file, headers)]));
  return ({ method, path, header }) => {
    const file = all.get(path);
    if (file === undefined) return answerTo(method, notFound(headers));
    const etag = etags.get(path) ?? '';
    const isAsset = path.startsWith('/assets/');
    const common = [
      ...headers,
      // The names of assets change with their contents.
      ['cache-control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache'],
      ['etag', etag],
      ['vary', 'accept-encoding'],
    ] as const;
    const known = (header('if-none-match') ?? '').split(',').map((each) => each.trim());
    if (known.includes(etag)) return { statusCode: 304, headers: new Map(common), body: Buffer.alloc(0) };
    const { encoding, body } = encoded(file, header('accept-encoding') ?? '');
    return answerTo(method, {
      statusCode: 200,
      headers: new Map([
        ...common,
        ['content-type', file.type],
        ...(encoding === null ? [] : ([['content-encoding', encoding]] as const)),
      ]),
      body,
    });
  };
}

function answerTo(method: string, answer: PageAnswer): PageAnswer {
  return method === 'HEAD' ? { ...answer, body: Buffer.alloc(0) } : answer;
}

function compressed(type: string, text: string): CompressedFile {
  return { type, br: brotliCompressSync(text), gzip: gzipSync(text) };
}

/**
 * Weak, because it is the same for all encodings. A browser that keeps the file keeps its headers
 * too, so they are part of it.
 */
function etagOf({ gzip }: CompressedFile, headers: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256')
    .update(gunzipSync(gzip))
    .update(JSON.stringify([...headers]));
  return `W/"${hash.digest('base64url').slice(0, 22)}"`;
}

function encoded({ br, gzip }: CompressedFile, accepted: string): { encoding: 'br' | 'gzip' | null; body: Buffer } {
  const names = accepted
    .toLowerCase()
    .split(',')
    .filter((each) => !/;\s*q=0(\.0*)?\s*$/.test(each))
    .map((each) => (each.split(';')[0] ?? '').trim());
  if (names.includes('br')) return { encoding: 'br', body: br };
  if (names.includes('gzip')) return { encoding: 'gzip', body: gzip };
  return { encoding: null, body: gunzipSync(gzip) };
}

function notFound(headers: ReadonlyMap<string, string>): PageAnswer {
  return {
    statusCode: 404,
    headers: new Map([...headers, ['cache-control', 'no-cache'], ['content-type', 'application/json']]),
    body: Buffer.from('{"message":"Not Found"}'),
  };
}
