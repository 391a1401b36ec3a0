// A plugin of the Serverless Framework that writes and prints the hash of the zip file, for provenance: two builds of the same
// commit, policies and inventory have the same hash.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The part of the framework's API that is used here. */
interface Serverless {
  readonly serviceDir: string;
  readonly service: { readonly service: string };
}

/** The plugin. The framework calls it with `new`, which an arrow function does not support. */
export default function packageHash({ serviceDir, service }: Serverless) {
  const write = () => {
    const zip = join(serviceDir, '.serverless', `${service.service}.zip`);
    const hash = createHash('sha256').update(readFileSync(zip)).digest('hex');
    // The format of sha256sum, so that `sha256sum --check` reads it.
    writeFileSync(`${zip}.sha256`, `${hash}  ${basename(zip)}\n`);
    process.stderr.write(`sha256 of ${basename(zip)}: ${hash}\n`);
  };
  return { hooks: { 'after:package:finalize': write } };
}
