import { join } from 'node:path';

/**
 * A variable for programs that tests start from their sources: Node.js keeps the compiled sources
 * in this folder, which halves the time of a start. Not for builds, whose bytes it could change.
 */
export const compileCache = { NODE_COMPILE_CACHE: join(import.meta.dirname, '../../.cache/compiled') };
