import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPolicies } from '../../src/policy/check.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { copyOfShipped, shipped } from './sample.ts';

const docs = readFileSync(join(import.meta.dirname, '../../docs/policy.md'), 'utf8');

function block(language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(docs)?.[1];
  if (found === undefined) throw new Error(`docs/policy.md has no block of ${language}`);
  return found;
}

test('the rule and the case in the docs work as they stand', () => {
  const folder = copyOfShipped();
  writeFileSync(join(folder, 'docs.cedar'), block('cedar'));
  expect(() => loadPolicy(folder)).not.toThrow();
  rmSync(join(folder, 'docs.cedar'));
  writeFileSync(join(folder, 'cases/deny/docs.json'), block('json'));
  expect(checkPolicies(folder).failures).toEqual([]);
  rmSync(folder, { recursive: true });
});

test('the docs name every shipped policy', () => {
  const texts = ['access.cedar', 'guardrails.cedar'].map((file) => readFileSync(join(shipped, file), 'utf8'));
  const ids = [...texts.join('\n').matchAll(/^@id\("(.*)"\)/gm)].map(([, id]) => `\`${id ?? ''}\``);
  expect(ids.length).toBeGreaterThan(0);
  expect(ids.filter((id) => !docs.includes(id))).toEqual([]);
});
