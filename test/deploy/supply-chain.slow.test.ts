// No quick test: it needs a build or a package.
import { licenseProblems, noticeOf, noticeFile, sbomFile } from '../../deploy/supply-chain.ts';
import { openService } from '../support/lambda-package.ts';

const component = (license: object) => ({ group: '@scope', name: 'one', version: '1.2.3', licenses: [license] });

test.each([{ license: { id: 'MIT' } }, { expression: '(MIT AND BSD-3-Clause)' }])(
  'accepts the licence %j',
  (license) => {
    expect(licenseProblems([component(license)])).toEqual([]);
  },
);

test.each([
  [{ license: { id: 'GPL-3.0-only' } }, 'has the licence GPL-3.0-only'],
  [{ expression: 'MIT AND AGPL-3.0-only' }, 'has the licence AGPL-3.0-only'],
  [{ license: { name: 'SEE LICENSE IN x' } }, 'has the licence SEE'],
])('rejects the licence %j', (license, problem) => {
  expect(licenseProblems([component(license)])).toContainEqual(expect.stringContaining(`@scope/one@1.2.3 ${problem}`));
});

test('rejects a package that names no licence', () => {
  expect(licenseProblems([{ name: 'two', version: '1.0.0' }])).toEqual([expect.stringContaining('two@1.0.0 names no')]);
});

test('the notice has the texts of the licences', () => {
  const text = { content: Buffer.from('Copyright (c) One\n').toString('base64') };
  const one = { ...component({ license: { id: 'MIT' } }), evidence: { licenses: [{ license: { text } }] } };
  expect(noticeOf([one])).toContain('@scope/one@1.2.3 (MIT)\n\nCopyright (c) One\n');
});

describe('A build', () => {
  type Service = Awaited<ReturnType<typeof openService>>;
  let services: Service[] = [];

  beforeAll(async () => {
    services = [await openService(), await openService({ isBuilt: true })];
  });

  afterAll(() => Promise.all(services.map(({ close }) => close())));

  test('of the same sources gives the same zip file, bill of materials and notice', async () => {
    const results: string[][] = [];
    for (const { makePackage, readBuilt } of services) {
      const { hash } = await makePackage();
      results.push([hash, await readBuilt(sbomFile), await readBuilt(noticeFile)]);
    }
    expect(results[0]?.[0]).toMatch(/^[0-9a-f]{64} {2}pod-identity-gateway\.zip\n$/);
    expect(results[0]).toEqual(results[1]);
  });

  test('lists every package in the bundles, each once, with version and licence, as CycloneDX', async () => {
    const text = (await services[0]?.readBuilt(sbomFile)) ?? '';
    const { bomFormat, specVersion, components } = JSON.parse(text) as {
      bomFormat: string;
      specVersion: string;
      components: { group?: string; name: string; version: string; licenses: object[] }[];
    };
    expect({ bomFormat, specVersion }).toEqual({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    const names = components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`));
    expect(names).toEqual(expect.arrayContaining(['@apollo/server', '@cedar-policy/cedar-wasm', 'graphql', 'valibot']));
    expect(names).not.toContain('esbuild');
    const labels = components.map(({ version }, index) => `${names[index]}@${version}`);
    expect(labels).toEqual([...new Set(labels)]);
    expect(components.filter(({ version, licenses }) => version === '' || licenses.length === 0)).toEqual([]);
  });
});
