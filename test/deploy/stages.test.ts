import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { settingProblems } from '../../deploy/setting-problems.ts';
import { fullParams } from '../support/deployment.ts';

const root = join(import.meta.dirname, '..', '..');
const stages = parse(readFileSync(join(root, 'deploy', 'stages.yml'), 'utf8')) as Record<
  string,
  Record<string, string>
>;
const serverless = readFileSync(join(root, 'serverless.yml'), 'utf8');
const params = new Map(
  [...serverless.matchAll(/^ {4}(\w+): \$\{env:\w+, '(.*)'\}$/gm)].map(([, name = '', value = '']) => [name, value]),
);

test.each(Object.entries(stages))('the stage %s sets parameters that exist, to valid values', (_stage, settings) => {
  expect([...params.keys()]).toEqual(expect.arrayContaining(Object.keys(settings)));
  expect(settingProblems({ ...fullParams, ...settings })).toEqual([]);
});

test.each(Object.entries(stages))('the stage %s sets nothing to its default', (_stage, settings) => {
  for (const [name, value] of Object.entries(settings)) expect([name, value]).not.toEqual([name, params.get(name)]);
});

test('serverless.yml reads every stage', () => {
  for (const stage of Object.keys(stages))
    expect(serverless).toContain(`${stage}: \${file(deploy/stages.yml):${stage}}`);
});

test('every parameter is checked before a deployment', () => {
  const read = [...serverless.matchAll(/^ {4}(\w+): \$\{param:\1\}$/gm)].map(([, name]) => name);
  const claims = ['jwtGroupsClaim', 'jwtScopesClaim'];
  expect([...params.keys()].filter((name) => !claims.includes(name))).toEqual(read);
});
