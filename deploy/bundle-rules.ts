import { extname } from 'node:path';
import type { Metafile } from 'esbuild';

/** Packages of which a second copy costs time at each cold start, and whose classes then fail `instanceof`. */
const oneCopyOf = ['@apollo/server', 'graphql'];

/** What must not reach AWS: the parts of the local gateway, and the database they keep. */
const localInput = /^(src\/local|test)\//;
const localBuiltin = /^(node:)?sqlite$/;

/** What is wrong with the bundles that esbuild's metafile describes, one sentence each; empty when nothing is. */
export function bundleProblems(metafile: Metafile): string[] {
  return Object.entries(metafile.outputs)
    .filter(([, { entryPoint }]) => entryPoint !== undefined)
    .flatMap(([file, { inputs, imports }]) => {
      const paths = Object.keys(inputs);
      const copies = oneCopyOf.flatMap((name) => {
        const found = copiesIn(paths, name);
        return found.length > 1 ? [`has ${found.length} copies of ${name}: ${found.join(', ')}`] : [];
      });
      const builtins = imports.map(({ path }) => path).filter((path) => localBuiltin.test(path));
      const local = [...paths.filter((path) => localInput.test(path)), ...builtins].map(
        (path) => `holds ${path}, which belongs to the local gateway: nothing under src/lambda may import it`,
      );
      return [...copies, ...local].map((problem) => `${file} ${problem}.`);
    });
}

/** The folders and builds (`dist/esm`, `*.mjs`) of a package that files come from. */
function copiesIn(paths: readonly string[], name: string): string[] {
  const folder = `node_modules/${name}/`;
  const copies = paths.flatMap((path) => {
    const start = path.lastIndexOf(folder);
    if (start === -1 || (start > 0 && path[start - 1] !== '/')) return [];
    const root = path.slice(0, start + folder.length);
    return [root + (/^dist\/[^/]+/.exec(path.slice(root.length))?.[0] ?? `*${extname(path)}`)];
  });
  return [...new Set(copies)];
}
