import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';

/**
 * The code of Cedar's package around its WebAssembly, as a function: each call creates an instance
 * with a memory of its own, which the package itself does once for each process. A bundle contains
 * the function instead (`deploy/optimize.ts`).
 *
 * @param exports receives the functions of the instance
 * @param require gives the module `fs`, from which the code reads the WebAssembly
 * @param webAssembly takes the place of the global `WebAssembly`
 */
export type Glue = (exports: object, require: (name: string) => object, folder: string, webAssembly: object) => void;

const file = createRequire(import.meta.filename).resolve('@cedar-policy/cedar-wasm/nodejs');

/** See {@link Glue}. */
export const glue = compileFunction(readFileSync(file, 'utf8'), ['exports', 'require', '__dirname', 'WebAssembly'], {
  filename: file,
}) as Glue;

/** The file of Cedar's WebAssembly. */
export const wasmFile = join(dirname(file), 'cedar_wasm_bg.wasm');
