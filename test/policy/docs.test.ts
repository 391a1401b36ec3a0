import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPolicies } from '../../packages/operator/src/policies/check.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { copyOfShipped, shipped } from '../support/policy-sample.ts';

const read = (page: string) => readFileSync(join(import.meta.dirname, '../../docs', page), 'utf8');

function blocks(language: string): readonly string[] {
  const found = [...read('policy.md').matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(
    ([, block = '']) => block,
  );
  if (found.length === 0) throw new Error(`docs/policy.md has no block of ${language}`);
  return found;
}

test('the policies and the case in the docs are valid', () => {
  const folder = copyOfShipped();
  writeFileSync(join(folder, 'docs.cedar'), blocks('cedar').join('\n'));
  expect(() => loadPolicy(folder)).not.toThrow();
  rmSync(join(folder, 'docs.cedar'));
  blocks('json').forEach((text, index) => writeFileSync(join(folder, `cases/deny/docs-${index}.json`), text));
  expect(checkPolicies(folder).failures).toEqual([]);
  rmSync(folder, { recursive: true });
});

test('the docs list every shipped policy', () => {
  const texts = ['access.cedar', 'guardrails.cedar'].map((file) => readFileSync(join(shipped, file), 'utf8'));
  const ids = [...texts.join('\n').matchAll(/^@id\("(.*)"\)/gm)].map(([, id]) => `\`${id ?? ''}\``);
  expect(ids.length).toBeGreaterThan(0);
  expect(ids.filter((id) => !read('shipped-policies.md').includes(id))).toEqual([]);
});
