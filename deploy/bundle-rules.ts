import { extname } from 'node:path';
import type { Metafile } from 'esbuild';
import { sharedPolicies } from '../src/policy/policies/applicable.ts';
import type { PolicySet } from '../src/policy/policies/compile.ts';
import { actionsOf } from '../src/policy/policies/policy-head.ts';

/** Packages that must be bundled once: a second copy slows cold starts and breaks `instanceof`. */
const oneCopyOf = ['@apollo/server', 'graphql'];

/** What must not be deployed: code for local use only, and its database. */
const localInput = /^(src\/(local|cli|demo)|packages|test)\//;
const localBuiltin = /^(node:)?sqlite$/;

/**
 * What no function needs: it would be loaded or compiled at every cold start. Replaced modules keep
 * their names.
 */
const unneededInput =
  /node_modules\/(@apollo\/(usage-reporting-protobuf|protobufjs)|@graphql-tools\/(?!schema\/)[a-z-]+|@aws-sdk\/credential-provider-(?!env|node)[a-z-]+|@smithy\/credential-provider-imds|undici|sha\.js)\//;

/**
 * The most that a bundle may hold, by its entry point. Raise a budget where a feature is worth it,
 * with the reason; lower it where something leaves the bundle.
 */
export const budgets: Readonly<Record<string, { readonly bytes: number; readonly modules: number }>> = {
  // Names inside of functions and of constants have one to three letters, and modules of packages
  // that no function needs are replaced, as are descriptions of what no function asks AWS for:
  // 1,210,000 before. The others fell by a tenth with it. With 1,500 bytes for results of Cedar that are
  // kept, and for desired states in the check of many changes.
  'src/lambda/graphql.ts': { bytes: 999_500, modules: 880 },
  'src/lambda/reconcile.ts': { bytes: 535_000, modules: 568 },
  'src/lambda/expire.ts': { bytes: 545_000, modules: 576 },
  // With 1,000 bytes for scans that take a lease only before they write: a third of the write units.
  'src/lambda/scan.ts': { bytes: 520_000, modules: 552 },
  'src/lambda/checkpoint.ts': { bytes: 435_000, modules: 520 },
  'src/lambda/deliver.ts': { bytes: 252_000, modules: 400 },
  'src/lambda/compile.ts': { bytes: 302_000, modules: 400 },
  'src/lambda/page.ts': { bytes: 20_000, modules: 15 },
};

/**
 * The most bytes of Cedar's snapshot, which every cold start reads, hashes and copies: about 1 ms
 * for each megabyte.
 */
export const snapshotBudget = 8_000_000;

/**
 * The most bytes of the memory that Cedar has after a start, 160 pages. It has about 1.9 MB more
 * than the snapshot: it never shrinks, so that it also has room for the most that a decision of the
 * cases took.
 */
export const memoryBudget = 160 * 65_536;

/**
 * Throws an Error that names the policies that take most of Cedar's snapshot, or of its memory, if
 * these exceed their budgets.
 */
export function checkSnapshotSize(
  size: { readonly bytes: number; readonly memoryLength: number },
  policySet: PolicySet,
): void {
  const { bytes, memoryLength } = size;
  const exceeded =
    bytes > snapshotBudget
      ? `cedar-snapshot.bin has ${bytes} bytes, more than its budget of ${snapshotBudget}`
      : memoryLength > memoryBudget
        ? `Cedar's memory after a start has ${memoryLength} bytes, more than its budget of ${memoryBudget}`
        : null;
  if (exceeded === null) return;
  const actions = Object.values(policySet.schema).flatMap((space) => Object.keys(space.actions)).length;
  const largest = Object.entries(sharedPolicies(policySet).policies)
    // A policy is parsed for each of its actions.
    .map(([id, policy]) => [id, JSON.stringify(policy).length * (actionsOf(policy)?.size ?? actions)] as const)
    .sort(([, one], [, other]) => other - one);
  const named = largest.slice(0, 5).map(([id]) => id);
  throw new Error(
    `${exceeded} in deploy/bundle-rules.ts: it holds ` +
      `${largest.length} policies that apply to more than one place, of which the largest are ${named.join(', ')}. Name fewer actions in ` +
      'their heads, or one namespace, or combine them.',
  );
}

/**
 * What is wrong with the bundles in esbuild's metafile, one sentence each; empty when they are
 * valid.
 */
export function bundleProblems(metafile: Metafile): string[] {
  return Object.entries(metafile.outputs)
    .filter(([, { entryPoint }]) => entryPoint !== undefined)
    .flatMap(([file, { entryPoint = '', bytes, inputs, imports }]) => {
      const paths = Object.keys(inputs);
      const used = paths.filter((path) => (inputs[path]?.bytesInOutput ?? 0) > 0);
      const copies = oneCopyOf.flatMap((name) => {
        const found = copiesIn(paths, name);
        return found.length > 1 ? [`has ${found.length} copies of ${name}: ${found.join(', ')}`] : [];
      });
      const builtins = imports.map(({ path }) => path).filter((path) => localBuiltin.test(path));
      const local = [...paths.filter((path) => localInput.test(path)), ...builtins].map(
        (path) => `holds ${path}, which is for local use only: remove its import from the code under src/lambda`,
      );
      const unneeded = used
        .filter((path) => unneededInput.test(path))
        .map((path) => `holds ${path}, which no function needs: see deploy/replacements.ts`);
      const budget = budgets[entryPoint];
      const tooLarge = budget !== undefined && (bytes > budget.bytes || used.length > budget.modules);
      const size =
        `has ${bytes} bytes of ${used.length} modules, more than its budget in deploy/bundle-rules.ts. The largest parts, in bytes: ` +
        largestOf(bytesByPart(inputs));
      return [...copies, ...local, ...unneeded, ...(tooLarge ? [size] : [])].map((problem) => `${file} ${problem}.`);
    });
}

/**
 * Bytes in a bundle by package, and of the gateway by folder, such as `src/graphql`, before
 * `short-names.ts` shortens it.
 */
function bytesByPart(inputs: Metafile['outputs'][string]['inputs']): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
    const part = name ?? path.split('/').slice(0, 2).join('/');
    sums.set(part, (sums.get(part) ?? 0) + bytesInOutput);
  }
  return sums;
}

/** The five largest of sizes by name, the largest first: `graphql 181000, src 173000`. */
export function largestOf(sizes: Iterable<readonly [string, number]>): string {
  const sorted = [...sizes].sort(([, one], [, other]) => other - one);
  return sorted
    .slice(0, 5)
    .map(([name, size]) => `${name} ${size}`)
    .join(', ');
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
