import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCase } from '../../src/cases/cases.ts';
import { readCases } from '../../src/cases/case-files.ts';
import { compiledInventoryFile, compileInventory, readCompiledInventory } from '../../src/policy/inventory/compiled.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import type { PolicySet } from '../../src/policy/policies/compile.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import {
  loadCompiledPolicy,
  loadPolicy,
  policySetFile,
  readInventoryText,
  readPolicySources,
} from '../../src/policy/load.ts';
import { teamInventory } from '../support/many-teams.ts';
import { alice, context, copyOfShipped, create, replaceIn, shipped } from '../support/policy-sample.ts';

let folder: string;

beforeEach(() => {
  folder = copyOfShipped();
  writeFileSync(join(folder, policySetFile), JSON.stringify(compilePolicies(readPolicySources(folder))));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('decides every shipped case by the compiled policy set as by the texts', () => {
  const kept = JSON.parse(readFileSync(join(folder, policySetFile), 'utf8')) as PolicySet;
  const engine = makeEngine(kept);
  const inventory = readInventoryText(folder);
  const cases = readCases(folder);
  expect(cases.length).toBeGreaterThan(0);
  expect(cases.flatMap((one) => runCase(engine, inventory, one) ?? [])).toEqual([]);
});

test('loads the compiled policy set with the inventory and the hash of the texts', () => {
  const fromTexts = loadPolicy(folder);
  rmSync(join(folder, 'access.cedar'));
  const kept = loadCompiledPolicy(folder);
  expect(kept.policySetHash).toBe(fromTexts.policySetHash);
  expect(kept.inventory).toEqual(fromTexts.inventory);
  expect(kept.authorize(context(alice), create())).toEqual(fromTexts.authorize(context(alice), create()));
});

test('throws without the file of the compiled policy set', () => {
  rmSync(join(folder, policySetFile));
  expect(() => loadCompiledPolicy(folder)).toThrow(policySetFile);
});

describe('the compiled inventory', () => {
  const withScopes = JSON.stringify({
    ...(JSON.parse(readInventoryText(shipped)) as object),
    namespaces: [
      { name: 'payments', owners: ['payments-team'] },
      { name: 'kube-*', owners: [], system: true },
      { name: 'search', owners: ['a', 'b'], roleArns: ['arn:aws:iam::111122223333:role/search'] },
      { name: 'search', owners: ['b'], system: false, scope: { environment: 'dev' } },
      { name: 'search', owners: ['c'], scope: { accountId: '111122223333' } },
    ],
  });

  test.each([
    ['the shipped one', readInventoryText(shipped)],
    ['one with scopes, roles and system namespaces', withScopes],
  ])('the compiled inventory is %s', (_, text) => {
    const inventory = parseInventory(text);
    expect(readCompiledInventory(compileInventory(inventory), Buffer.from(text))).toEqual(inventory);
  });

  test('a package that has the compiled inventory neither parses nor checks the text', () => {
    const text = readInventoryText(folder);
    const renamed = { ...parseInventory(text), timeZone: 'Asia/Tokyo' };
    // As no build writes it: it shows which of the two was read.
    writeFileSync(join(folder, compiledInventoryFile), compileInventory(renamed));
    expect(loadCompiledPolicy(folder).inventory).toEqual(renamed);
  });

  test('the compiled inventory is not used if the text was changed since: it is parsed and checked', () => {
    writeFileSync(join(folder, compiledInventoryFile), compileInventory(parseInventory(readInventoryText(folder))));
    replaceIn(join(folder, 'inventory.json'), '"payments-team"', '"other-team"');
    expect(loadCompiledPolicy(folder).inventory).toEqual(parseInventory(readInventoryText(folder)));
    replaceIn(join(folder, 'inventory.json'), '"owners"', '"owner"');
    expect(() => loadCompiledPolicy(folder)).toThrow(/"owner" is not a known field/);
  });

  test('10,000 namespaces take at most 32 bytes each, with names and owners of a dozen characters', () => {
    const inventory = parseInventory(teamInventory(10_000));
    expect(compileInventory(inventory).length).toBeLessThan(10_000 * 32);
  });
});
