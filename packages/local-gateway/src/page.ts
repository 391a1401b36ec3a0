import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PageConfig } from '../../../src/page/config.ts';
import { readPageFiles } from '../../../src/page/files.ts';
import type { CompressedFiles } from '../../../src/page/files.ts';
import { makePage } from '../../../src/page/page.ts';
import { resourceMetadataPath } from '../../../src/page/resource-metadata.ts';
import { graphqlPath } from '../../../src/app/page-settings.ts';
import type { IssuerSignIn } from '../../../src/app/page-settings.ts';
import type * as Build from '../../page/build.ts';
import type * as Write from '../../page/write.ts';
import { gatewayAnswer } from './http-api/answer.ts';
import type { Answer } from './http-api/answer.ts';
import type { BodyRead } from './http-api/body.ts';
import type { RequestHead } from './http-api/event.ts';
import type { ExamplePrincipal } from './principals.ts';

/** A request, as the page's routes see it. */
interface LocalPageRequest {
  readonly head: RequestHead;
  /** Whether a page of this server sent the request, or a program that is not a browser. */
  readonly isOwn: boolean;
  readonly readBody: () => Promise<BodyRead>;
}

/**
 * Answers requests of the page; null for those of other routes, and where the client has
 * disconnected.
 */
export type AnswerPage = (request: LocalPageRequest) => Promise<Answer | null>;

/**
 * How people sign in: at an issuer, or as one of the principals, of whom `mint` makes tokens of
 * this lifetime.
 */
export interface LocalPage {
  readonly issuer: IssuerSignIn | null;
  readonly principals: readonly ExamplePrincipal[];
  readonly expiresInSeconds: number;
  readonly mint: (principal: ExamplePrincipal) => Promise<string>;
}

/** The files of the package. */
const packaged = join(import.meta.dirname, 'page-files');

/** Quality of Brotli for files that are built when they are first asked for. */
const quickQuality = 4;

/**
 * The routes of the page, as in AWS; and `POST /page/token` where people don't sign in at an
 * issuer.
 */
export function makeLocalPage(local: LocalPage): AnswerPage {
  const { issuer, principals } = local;
  const { connectOrigins = [], commandSignIn = null } = issuer ?? {};
  const named = principals.map(({ name, description }) => ({ name, description }));
  const config: PageConfig = { graphql: graphqlPath, signIn: issuer?.signIn ?? { kind: 'local', principals: named } };
  let page: Promise<ReturnType<typeof makePage>> | undefined;
  const load = async () => makePage({ files: await loadFiles(), config, connectOrigins, commandSignIn });
  return async (request) => {
    const { method, path, headers } = request.head;
    if (method === 'POST' && path === '/page/token' && issuer === null) return answerToken(local, request);
    const isPage = ['/', '/page.json', resourceMetadataPath].includes(path) || path.startsWith('/assets/');
    if (!isPage || !['GET', 'HEAD'].includes(method)) return null;
    page ??= load();
    const answer = (await page)({ method, path, header: (name) => headers.get(name) });
    return { ...answer, cookies: [] };
  };
}

/**
 * The files of the package, or those of the sources of the repository, which esbuild makes in a
 * moment.
 */
async function loadFiles(): Promise<CompressedFiles> {
  if (existsSync(packaged)) return readPageFiles(packaged);
  // Not literals, so that the package does not contain esbuild.
  const sources = join(import.meta.dirname, '../../page');
  const { buildPage } = (await import(join(sources, 'build.ts'))) as typeof Build;
  const { compressPage } = (await import(join(sources, 'write.ts'))) as typeof Write;
  return compressPage(await buildPage(), quickQuality);
}

/**
 * A token of a principal, for the page of this server only: the request must come from it, and its
 * type is one that pages of other origins can't send without a permission.
 */
async function answerToken(
  { principals, expiresInSeconds, mint }: LocalPage,
  { head, isOwn, readBody }: LocalPageRequest,
): Promise<Answer | null> {
  if (!isOwn) return gatewayAnswer(403, 'Forbidden', { advice: 'Only the page of this gateway may sign in here.' });
  if (!/^application\/json(;|$)/.test(head.headers.get('content-type') ?? '')) {
    return gatewayAnswer(415, 'Unsupported Media Type', { advice: 'Set the content type to application/json.' });
  }
  const read = await readBody();
  if (read.kind === 'dropped') return null;
  if (read.kind === 'too-large') return gatewayAnswer(413, 'Request Entity Too Large');
  const found = principals.find(({ name }) => name === namedIn(read.body));
  if (found === undefined) return gatewayAnswer(400, 'The body does not name a principal of this gateway.');
  const { headers, ...answer } = gatewayAnswer(200, '');
  const body = Buffer.from(JSON.stringify({ token: await mint(found), expiresInSeconds }));
  return { ...answer, headers: new Map([...headers, ['cache-control', 'no-store']]), body };
}

function namedIn(body: Buffer): unknown {
  try {
    return (JSON.parse(body.toString()) as { principal?: unknown } | null)?.principal;
  } catch {
    return undefined;
  }
}
