import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { transform } from 'esbuild';
import { withShortConstants } from './constant-names.ts';

/**
 * Shortens the names of variables in a bundle and its source map. Stack traces in the log stay
 * readable without the map: functions and classes of modules keep their names, as do methods; what
 * is declared inside of functions, and constants, do not. (esbuild's `minifyIdentifiers` would
 * shorten all names while it bundles, its `keepNames` would keep all, for a tenth more time of each
 * request.) Returns the bytes of the bundle.
 */
export async function shortenNames(file: string): Promise<number> {
  const [text, map] = await Promise.all([readFile(file, 'utf8'), readFile(`${file}.map`)]);
  const comment = `\n//# sourceMappingURL=data:application/json;base64,${map.toString('base64')}`;
  // Outside of a bundle, esbuild keeps the names in the outermost scope of a script.
  const shortened = await transform(withShortConstants(withOuterNames(text)) + comment, {
    minify: true,
    platform: 'node',
    sourcefile: basename(file),
    sourcemap: 'external',
    target: 'node24',
  });
  await Promise.all([writeFile(file, shortened.code), writeFile(`${file}.map`, shortened.map)]);
  return Buffer.byteLength(shortened.code);
}

/**
 * Gives classes that refer to themselves, `A = class _A { … }` in a bundle, the name of their
 * variable: their own would be shortened. Not those that do so in a static block or property,
 * before the variable has its value. The text keeps its length, and so its source map.
 */
function withOuterNames(text: string): string {
  const early = new Set(
    [...text.matchAll(/\bstatic ?(?:[\w$]+ ?= ?[^;]*?\b|\{[^}]*?\b)(_\w+)/g)].map(([, name]) => name),
  );
  const outerNames = new Map<string, string>();
  return text.replace(
    /\b(\w+) ?= ?class (_\w+)|(?<![\w$.])_\w+/g,
    (found, outer: string | undefined, inner: string | undefined) => {
      if (outer === undefined || inner === undefined) return outerNames.get(found)?.padEnd(found.length) ?? found;
      if (early.has(inner)) outerNames.delete(inner);
      else outerNames.set(inner, outer);
      return early.has(inner) ? found : `${outer}=class`.padEnd(found.length);
    },
  );
}
