import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licence texts of the packages in a bundle, as one text.
 *
 * @param {string} folder the folder that the paths are relative to
 * @param {readonly string[]} inputs the files in the bundle
 * @returns {string}
 */
export function licencesOf(folder, inputs) {
  const packages = inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? '');
  const texts = [...new Set(packages.filter((path) => path !== ''))].sort().map((path) => {
    const root = join(folder, path);
    const file = readdirSync(root).find((name) => /^(license|licence)/i.test(name));
    const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    // Some packages leave the text out. That of Apache-2.0 is the licence of the packages here too.
    if (file === undefined && license !== 'Apache-2.0') throw new Error(`${path} has no licence text.`);
    const text = file === undefined ? `${license}, see LICENSE` : readFileSync(join(root, file), 'utf8').trim();
    return `${name} ${version}\n\n${text}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
