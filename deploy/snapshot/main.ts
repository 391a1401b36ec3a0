// Writes the snapshot of Cedar's memory. The build bundles this program and runs it: main.cjs POLICIES_FOLDER OUTPUT_FILE CASES_FOLDER
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCases, runCase } from '../../src/cases/cases.ts';
import { sharedPolicies } from '../../src/policy/applicable.ts';
import type { PolicySet } from '../../src/policy/compile.ts';
import { makeEngine } from '../../src/policy/engine.ts';
import { policySetFile, readInventoryText } from '../../src/policy/load.ts';
import { encodeSnapshot } from '../bundle/cedar-snapshot.ts';
import { takeSnapshot } from './recording-cedar.ts';

const [policies = '', output = '', sources = ''] = process.argv.slice(2);
const policySet = JSON.parse(readFileSync(join(policies, policySetFile), 'utf8')) as PolicySet;
// Only what all decisions share: policies about single places are parsed when a request is about them, so that they don't grow every start.
const engine = makeEngine(sharedPolicies(policySet));
// Decisions create what Cedar computes once: without them, the first decision of each cold start would.
for (const one of readCases(sources)) runCase(engine, readInventoryText(sources), one);
writeFileSync(output, encodeSnapshot(takeSnapshot()));
