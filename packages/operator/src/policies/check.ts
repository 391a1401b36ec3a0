import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readingPolicies } from '../../../../tools/explain.ts';
import { failedCases, untestedPolicies } from '../../../../src/cases/cases.ts';
import { readCases } from '../../../../src/cases/case-files.ts';
import type { PolicyCase } from '../../../../src/cases/case-files.ts';
import { liftableIds } from '../../../../src/policy/policies/approvals.ts';
import { compilePolicies } from '../../../../src/policy/policies/compile.ts';
import type { PolicySet } from '../../../../src/policy/policies/compile.ts';
import { makeEngine } from '../../../../src/policy/decide/engine.ts';
import type { Engine } from '../../../../src/policy/decide/engine.ts';
import { parseInventory } from '../../../../src/policy/inventory/inventory.ts';
import { readInventoryText, readPolicies, readPolicySet, readPolicySources } from '../../../../src/policy/load.ts';
import { effectsInWords, effectsOn } from '../authoring/effects.ts';
import type { Effect } from '../authoring/effects.ts';
import { warningsOf } from '../authoring/warnings.ts';
import type { Context } from '../cli/command.ts';
import { withExample } from './example.ts';

/** Whether policies pass their cases. */
export interface Verification {
  /** Each case with another result than it expects, and each policy without a case. */
  readonly failures: readonly string[];
  /** One line, with the hashes that decisions record. */
  readonly summary: string;
}

/** The result of a check. Its failures are also those of the examples. */
export interface CheckReport extends Verification {
  /** What is valid but probably not meant. */
  readonly warnings: readonly string[];
  /** Which policies deny requests of cases that do not depend on them. */
  readonly effects: readonly string[];
}

const advice = 'Name a folder with *.cedar files, schema.cedarschema, inventory.json and cases.';

/**
 * Validates the policies of a folder that are in force and runs their cases, as each place does that
 * takes them over; not those of the examples. Throws an Error that says what is wrong when policies,
 * inventory or a case can't be read.
 */
export function verifyPolicies(directory: string): Verification {
  return readingPolicies(directory, advice, () => verify(readActive(directory)));
}

/** Validates a folder of policies and its examples, and runs all cases. Throws an Error as {@link verifyPolicies} does. */
export function checkPolicies(directory: string): CheckReport {
  return readingPolicies(directory, advice, () => check(directory));
}

/** The policies in force, with what their cases need. */
function readActive(directory: string) {
  const engine = makeEngine(readPolicySet(directory));
  const inventoryText = readInventoryText(directory);
  return {
    engine,
    inventoryText,
    inventory: parseInventory(inventoryText),
    cases: readCases(directory),
    policies: Object.keys(engine.policySet.policies),
  };
}

type Active = ReturnType<typeof readActive>;

function verify(active: Active): Verification {
  const { engine, inventoryText, cases, policies } = active;
  const failures = failuresOf(engine, inventoryText, cases, policies);
  return { failures, summary: summaryOf(active, failures.length) };
}

function check(directory: string): CheckReport {
  const active = readActive(directory);
  const { engine, inventoryText, inventory, cases, policies } = active;
  const examples = checkExamples(directory, inventoryText, policies);
  const failures = [...failuresOf(engine, inventoryText, cases, policies), ...examples.failures];
  const effects = [...effectsOn(engine, inventoryText, cases), ...examples.effects];
  return {
    failures,
    warnings: [...warningsOf(engine.policySet, inventory), ...groupsWithoutVote(engine.policySet, cases)],
    effects: effectsInWords(effects),
    summary: summaryOf(active, failures.length),
  };
}

function summaryOf({ engine, inventory, cases, policies }: Active, failures: number): string {
  const hashes = `policy set ${engine.policySet.hash}, inventory ${inventory.hash}`;
  return `${policies.length} policies, ${cases.length} cases, ${failures} failures; ${hashes}`;
}

/**
 * Policies whose approvers no case lets vote. Neither policies nor the inventory list all groups of
 * tokens, so a misspelled one is valid.
 */
function groupsWithoutVote(policySet: PolicySet, cases: readonly PolicyCase[]): readonly string[] {
  const voting = cases
    .filter(({ expected }) => expected === 'allowed')
    .flatMap(({ request }) => (request.action === 'ApproveRequest' ? [request.approval.group] : []));
  return liftableIds(policySet).flatMap((id) => {
    const group = policySet.policies[id]?.annotations?.approvers ?? '';
    return voting.includes(group)
      ? []
      : [
          `${id}: no case allows a vote of the group "${group}" of @approvers; add one, so that a misspelled name is found.`,
        ];
  });
}

/** What a check finds in cases. */
interface Findings {
  readonly failures: readonly string[];
  readonly effects: readonly Effect[];
}

/**
 * The findings of the policies in `examples`, which are not active: each file is checked with the
 * policies of the folder and with its cases, whose names begin with its own.
 */
function checkExamples(directory: string, inventoryText: string, activeIds: readonly string[]): Findings {
  const folder = join(directory, 'examples');
  if (!existsSync(folder)) return { failures: [], effects: [] };
  const active = readPolicySources(directory);
  const cases = readCases(folder);
  const examples = Object.entries(readPolicies(folder)).map(([file, policy]) => {
    const prefix = `${file.replace(/\.cedar$/, '')}-`;
    return { file, policy, cases: cases.filter((one) => basename(one.file).startsWith(prefix)) };
  });
  const findings = examples.map(({ file, policy, cases: own }): Findings => {
    const engine = makeEngine(compilePolicies(withExample(active, file, policy)));
    const ids = Object.keys(engine.policySet.policies).filter((id) => !activeIds.includes(id));
    return { failures: failuresOf(engine, inventoryText, own, ids), effects: effectsOn(engine, inventoryText, own) };
  });
  const foreign = cases.filter((one) => !examples.some((example) => example.cases.includes(one)));
  const failures = [
    ...findings.flatMap((one) => one.failures),
    ...foreign.map((one) => `${one.file}: its name does not begin with that of an example, so it is not run.`),
  ];
  return {
    failures: failures.map((failure) => `examples/${failure}`),
    effects: findings.flatMap(({ effects }) => effects.map((one) => ({ ...one, file: `examples/${one.file}` }))),
  };
}

/** Each case with another result than it expects, and each of the policies `ids` without a case. */
function failuresOf(
  engine: Engine,
  inventoryText: string,
  cases: readonly PolicyCase[],
  ids: readonly string[],
): readonly string[] {
  const untested = untestedPolicies(engine, cases).filter((id) => ids.includes(id));
  return [
    ...failedCases(engine, inventoryText, cases),
    ...untested.map((id) => `${id}: no case names this policy. Add one that it decides.`),
  ];
}

/** Prints what is found in a folder. Gives the exit code. */
export function run(directory: string, { print, warn }: Context<unknown>): number {
  const { failures, warnings, effects, summary } = checkPolicies(directory);
  for (const warning of warnings) warn(`WARNING ${warning}`);
  for (const failure of failures) warn(`FAILED ${failure}`);
  for (const effect of effects) print(effect);
  print(summary);
  return failures.length === 0 ? 0 : 1;
}
