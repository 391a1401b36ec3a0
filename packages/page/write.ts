import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { indexFile, suffixes } from '../../src/page/files.ts';
import type { CompressedFiles } from '../../src/page/files.ts';
import type { PageFiles } from './build.ts';

/**
 * The files of the page as they are sent. `quality` is that of Brotli, 0 to 11: 11 takes a second,
 * and is for files that are kept.
 */
export function compressPage(files: PageFiles, quality: number): CompressedFiles {
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
  return new Map(
    [...files].map(([path, { type, body }]) => [
      path,
      { type, br: brotliCompressSync(body, { params }), gzip: gzipSync(body, { level: 9 }) },
    ]),
  );
}

/** Writes the files of the page, compressed, to a folder that `readPageFiles` reads. */
export function writePage(folder: string, files: PageFiles): void {
  for (const [path, { br, gzip }] of compressPage(files, constants.BROTLI_MAX_QUALITY)) {
    const file = join(folder, path === '/' ? indexFile : path.slice(1));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}${suffixes.br}`, br);
    writeFileSync(`${file}${suffixes.gzip}`, gzip);
  }
}
