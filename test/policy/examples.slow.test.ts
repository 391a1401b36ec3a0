// No quick test.
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkPolicies } from '../../packages/operator/src/policies/check.ts';
import { withExample } from '../../packages/operator/src/policies/example.ts';
import { runCase } from '../../src/cases/cases.ts';
import { readCases } from '../../src/cases/case-files.ts';
import type { PolicyCase } from '../../src/cases/case-files.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { loadPolicy, readInventoryText, readPolicies, readPolicySources } from '../../src/policy/load.ts';
import { copyOfShipped, replaceIn, shipped } from '../support/policy-sample.ts';

const folder = join(shipped, 'examples');
const files = Object.keys(readPolicies(folder));
// By all policies, also where a case depends on some: a shipped policy has no effect on the cases of another.
const cases = readCases(folder).map((one): PolicyCase => ({ ...one, dependsOn: null }));
const inventoryText = readInventoryText(shipped);
const active = readPolicySources(shipped);

/** The shipped policies with one example. */
function engineWith(file: string) {
  return makeEngine(compilePolicies(withExample(active, file, contentOf(file))));
}

function contentOf(file: string): string {
  return readPolicies(folder)[file] ?? '';
}

/** The cases of an example: their names begin with its own. */
function casesOf(file: string) {
  return cases.filter((one) => one.file.includes(`/${file.replace('.cedar', '')}-`));
}

test('every case belongs to an example', () => {
  expect(files.flatMap(casesOf)).toHaveLength(cases.length);
});

describe.each(files)('the example %s', (file) => {
  const engine = engineWith(file);

  test.each(casesOf(file))('$file: $description', (one) => {
    expect(runCase(engine, inventoryText, one)).toBeNull();
  });

  test('has cases of both kinds, and each that names it gets another decision without it', () => {
    const [, id = ''] = /@id\("(.*)"\)/.exec(contentOf(file)) ?? [];
    const denied = casesOf(file).filter(({ policyIds }) => policyIds.includes(id));
    expect(denied.length).toBeGreaterThan(1);
    expect(casesOf(file).filter(({ expected }) => expected === 'allowed').length).toBeGreaterThan(1);
    const without = makeEngine(compilePolicies(active));
    expect(denied.filter((one) => runCase(without, inventoryText, one) === null)).toEqual([]);
  });

  test('an example policy is not active', () => {
    const ids = [...contentOf(file).matchAll(/@id\("(.*)"\)/g)].map(([, id]) => id);
    expect(Object.keys(makeEngine(compilePolicies(active)).policySet.policies)).not.toEqual(
      expect.arrayContaining(ids),
    );
  });
});

describe('the check of a folder', () => {
  let copy: string;

  beforeEach(() => {
    copy = copyOfShipped();
  });

  afterEach(() => rmSync(copy, { recursive: true }));

  test('reports a case of an example with an unexpected result, and an example without a case', () => {
    replaceIn(join(copy, 'examples/friday-afternoon.cedar'), 'context.hour >= 12', 'context.hour >= 13');
    for (const name of readdirSync(join(copy, 'examples/cases/deny')).filter((each) => each.startsWith('role-name'))) {
      rmSync(join(copy, 'examples/cases/deny', name));
    }
    const { failures, summary } = checkPolicies(copy);
    expect(failures).toContainEqual(
      expect.stringMatching(/^examples\/cases\/deny\/friday-afternoon-owner-creates-in-production\.json: /),
    );
    expect(failures).toContainEqual(
      'examples/role-name-follows-service-account: no case names this policy. Add one that it decides.',
    );
    expect(summary).toContain(`${failures.length} failures`);
  });

  test('accepts an example that was activated by a copy of the rule and its cases', () => {
    cpSync(join(copy, 'examples/friday-afternoon.cedar'), join(copy, 'friday-afternoon.cedar'));
    for (const expected of ['allow', 'deny']) {
      const from = join(copy, 'examples/cases', expected);
      for (const name of readdirSync(from).filter((each) => each.startsWith('friday-afternoon-'))) {
        cpSync(join(from, name), join(copy, 'cases', expected, name));
      }
    }
    expect(checkPolicies(copy).failures).toEqual([]);
    expect(loadPolicy(copy).policySetHash).not.toBe(loadPolicy(shipped).policySetHash);
  });
});
