import { missedReplacements, replacements } from '../../deploy/replacements.ts';

const apollo = 'node_modules/@apollo/server/dist/esm/plugin/usageReporting/index.js';

test('a build fails when a package no longer has a module that is replaced', () => {
  const problems = missedReplacements({ inputs: { [apollo]: { bytes: 1, imports: [] } } });
  expect(problems).toHaveLength(replacements.length - 1);
  expect(problems).toContainEqual(expect.stringContaining('credential-provider-node'));
  expect(problems).not.toContainEqual(expect.stringContaining('usageReporting'));
});

/** What a bundle has in place of a module with this text. */
function replaced(path: string, text: string): string {
  const found = replacements.find((one) => one.path.test(path));
  if (!found) throw new Error(`${path} is not replaced.`);
  return typeof found.contents === 'string' ? found.contents : found.contents(text);
}

const schemas = 'node_modules/@aws-sdk/client-eks/dist-es/schemas/schemas_0.js';
const credentials = 'node_modules/@aws-sdk/credential-providers/dist-es/fromTemporaryCredentials.base.js';

test('the schemas of EKS have constants as plain names of properties, and are otherwise the same', () => {
  const text = 'const _h = "http";\nexport var A = [9, n0, _h, { [_h]: ["POST", "/"], [other]: 1 }];';
  expect(replaced(schemas, text)).toBe(
    'const _h = "http";\nexport var A = [9, n0, _h, { "http": ["POST", "/"], [other]: 1 }];',
  );
});

test('a module that imports on demand imports at its start', () => {
  const text = 'export const load = async () => { const { a } = await import("./a.js"); return a; };';
  expect(replaced(credentials, text)).toBe(
    'import * as imported0 from "./a.js";\nexport const load = async () => { const { a } = imported0; return a; };',
  );
});

test.each([schemas, credentials])('a build fails when %s has nothing to change', (path) => {
  expect(() => replaced(path, 'export const a = 1;')).toThrow('update deploy/replacements.ts');
});
