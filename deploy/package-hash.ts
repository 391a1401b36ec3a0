// A plugin of the Serverless Framework that writes and prints the hash of the zip file, for
// provenance: two builds of the same commit, policies and inventory by the same Node.js have the
// same hash. It also prints for which Node.js the package has a code cache, and what the architecture costs.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { architectureNotice, codeCacheMakerFile, codeCacheNotice } from './code-cache-notice.ts';
import type { CodeCacheMaker, FunctionRuntime } from './code-cache-notice.ts';

/** The part of the framework's API that is used here. */
interface Serverless {
  readonly serviceDir: string;
  readonly service: { readonly service: string; readonly provider: FunctionRuntime };
}

/** The plugin. The framework calls it with `new`, which an arrow function does not support. */
export default function packageHash({ serviceDir, service }: Serverless) {
  const write = () => {
    const zip = join(serviceDir, '.serverless', `${service.service}.zip`);
    const hash = createHash('sha256').update(readFileSync(zip)).digest('hex');
    // The format of sha256sum, so that `sha256sum --check` reads it.
    writeFileSync(`${zip}.sha256`, `${hash}  ${basename(zip)}\n`);
    process.stderr.write(`sha256 of ${basename(zip)}: ${hash}\n`);
    const maker = JSON.parse(readFileSync(join(serviceDir, 'dist', codeCacheMakerFile), 'utf8')) as CodeCacheMaker;
    process.stderr.write(`${architectureNotice(service.provider)}\n${codeCacheNotice(maker, service.provider)}\n`);
  };
  return { hooks: { 'after:package:finalize': write } };
}
