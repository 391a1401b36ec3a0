import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licence texts of the packages in a bundle, as one text. Some packages leave the text out. That
 * of Apache-2.0 is the licence of the packages here too.
 *
 * @param {string} folder the folder that the paths are relative to
 * @param {readonly string[]} inputs the files in the bundle
 * @param {readonly string[]} named licences that are named where a package leaves the text out
 * @returns {string}
 */
export function licencesOf(folder, inputs, named = ['Apache-2.0']) {
  const packages = inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? '');
  const texts = [...new Set(packages.filter((path) => path !== ''))].sort().map((path) => {
    const root = join(folder, path);
    const file = readdirSync(root).find((name) => /^(license|licence)/i.test(name));
    const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    if (file === undefined && !named.includes(license)) throw new Error(`${path} has no licence text.`);
    const text = file === undefined ? `Licence: ${license}` : readFileSync(join(root, file), 'utf8').trim();
    return `${name} ${version}\n\n${text}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
