import { missedReplacements, replacements } from '../../deploy/replacements.ts';

const apollo = 'node_modules/@apollo/server/dist/esm/plugin/usageReporting/index.js';

test('a build fails when a package no longer has a module that is replaced', () => {
  const problems = missedReplacements({ inputs: { [apollo]: { bytes: 1, imports: [] } } });
  expect(problems).toHaveLength(replacements.length - 1);
  expect(problems).toContainEqual(expect.stringContaining('credential-provider-node'));
  expect(problems).not.toContainEqual(expect.stringContaining('usageReporting'));
});
