import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCases, runCase } from '../../src/cases/cases.ts';
import { compilePolicies } from '../../src/policy/compile.ts';
import type { PolicySet } from '../../src/policy/compile.ts';
import { makeEngine } from '../../src/policy/engine.ts';
import {
  loadCompiledPolicy,
  loadPolicy,
  policySetFile,
  readInventoryText,
  readPolicySources,
} from '../../src/policy/load.ts';
import { alice, context, copyOfShipped, create } from '../support/policy-sample.ts';

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
