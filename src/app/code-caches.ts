import { nativeCodeProblem } from '../policy/cedar/cedar.ts';
import type { Log } from '../runtime/log.ts';

/**
 * Caches of the bundle's compiled code that V8 rejected at this start, as names of files of the
 * package: a variable of the bundle, as `require` is, which `deploy/bundle/start.mjs` passes to it.
 * Not defined where something else loads the code.
 */
declare const rejectedCodeCaches: readonly string[] | undefined;

/**
 * The names of the files with compiled code that this process could not use, and compiled again.
 */
function rejectedFiles(): readonly string[] {
  const ofBundle = typeof rejectedCodeCaches === 'undefined' ? [] : rejectedCodeCaches;
  return nativeCodeProblem === null ? ofBundle : [...ofBundle, 'cedar-native.bin'];
}

/**
 * Logs once for each start which compiled code of the package was rejected, if any: the answers are
 * the same, the start takes longer. The line has the Node.js and the architecture with which the
 * package would have to be built.
 */
export function logRejectedCodeCaches(log: Log, rejected: readonly string[] = rejectedFiles()): void {
  if (rejected.length === 0) return;
  const { version: nodeVersion, arch: architecture } = process;
  const fields = { rejected, nodeVersion, architecture, rejectedCodeCaches: 1 };
  const reason = nativeCodeProblem === null ? {} : { reason: nativeCodeProblem };
  log('warn', 'Code caches rejected.', { ...fields, ...reason });
}
