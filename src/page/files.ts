import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A file of the page, compressed when the page was built. */
export interface CompressedFile {
  /** Its media type, e.g. `text/css; charset=utf-8`. */
  readonly type: string;
  readonly br: Buffer;
  readonly gzip: Buffer;
}

/** Files by path, e.g. `/` and `/assets/page-HASH.js`. */
export type CompressedFiles = ReadonlyMap<string, CompressedFile>;

/** Names of the stored files: two for each file of the page. */
export const suffixes = { br: '.br', gzip: '.gz' } as const;

/** The file that `GET /` answers, in a folder. */
export const indexFile = 'index.html';

const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/**
 * Reads the files that a build has written to a folder. Throws the Error of the file system where
 * it can't be read.
 */
export function readPageFiles(folder: string): CompressedFiles {
  const stored = readdirSync(folder, { withFileTypes: true, recursive: true });
  const names = stored
    .filter((entry) => entry.isFile() && entry.name.endsWith(suffixes.br))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).slice(0, -suffixes.br.length));
  return new Map(
    names.map((name) => {
      const [, extension = ''] = /\.(\w+)$/.exec(name) ?? [];
      const type = types[extension] ?? 'application/octet-stream';
      const file = join(folder, name);
      const [br, gzip] = [readFileSync(`${file}${suffixes.br}`), readFileSync(`${file}${suffixes.gzip}`)];
      return [name === indexFile ? '/' : `/${name}`, { type, br, gzip }];
    }),
  );
}
