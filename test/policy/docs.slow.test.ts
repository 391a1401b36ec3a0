// No quick test.
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPolicies } from '../../packages/operator/src/policies/check.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { copyOfShipped, replaceIn, shipped } from '../support/policy-sample.ts';

const read = (page: string) => readFileSync(join(import.meta.dirname, '../../docs', page), 'utf8');

function blocks(language: string, page = 'policy.md'): readonly string[] {
  const found = [...read(page).matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(
    ([, block = '']) => block,
  );
  if (found.length === 0) throw new Error(`docs/${page} has no block of ${language}`);
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

test('the page about approvals has a rule, an exception for break-glass and cases of both that pass', () => {
  const folder = copyOfShipped();
  const [rule = '', breakGlass = ''] = blocks('cedar', 'approvals.md');
  const [held = '', vote = ''] = blocks('json', 'approvals.md');
  const guardrails = join(folder, 'guardrails.cedar');
  const shippedForbid = /@id\("no-vote-on-own-request"\)[^;]*;/;
  expect(readFileSync(guardrails, 'utf8')).toMatch(shippedForbid);
  appendFileSync(join(folder, 'approvals.cedar'), rule);
  replaceIn(join(folder, 'required-policies.json'), '[', '["new-target-role-in-production",');
  writeFileSync(join(folder, 'cases/needs-approval/docs.json'), held);
  writeFileSync(join(folder, 'cases/allow/docs.json'), vote);
  expect(checkPolicies(folder).failures).toEqual([expect.stringMatching(/^cases\/allow\/docs\.json: /)]);
  writeFileSync(guardrails, readFileSync(guardrails, 'utf8').replace(shippedForbid, breakGlass));
  const { failures, warnings } = checkPolicies(folder);
  expect({ failures, warnings }).toEqual({
    failures: [],
    warnings: [
      'new-target-role-in-production: no case allows a vote of the group "security" of @approvers; add one, so that a misspelled name is found.',
    ],
  });
  rmSync(folder, { recursive: true });
});

test('the docs list every shipped policy', () => {
  const texts = ['access.cedar', 'guardrails.cedar', 'approvals.cedar'].map((file) =>
    readFileSync(join(shipped, file), 'utf8'),
  );
  const ids = [...texts.join('\n').matchAll(/^@id\("(.*)"\)/gm)].map(([, id]) => `\`${id ?? ''}\``);
  expect(ids.length).toBeGreaterThan(0);
  expect(ids.filter((id) => !read('shipped-policies.md').includes(id))).toEqual([]);
});
