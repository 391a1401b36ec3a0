// Makes a decision of the trail again: node src/policy/again.ts <entry.json> [directory]
// The entry is one as the ledger keeps it. Exits with 0 when the decision is the recorded one, else with 1.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { settingsOf } from '../model/association.ts';
import { compilePolicies } from '../policy/compile.ts';
import { authorizeOnSlice } from '../policy/authorize.ts';
import { createEngine } from '../policy/engine.ts';
import { anyText, atLeast, fields, flag, list, oneKindOf, parseJson, text } from '../policy/json.ts';
import { readPolicySources } from '../policy/load.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../policy/policy.ts';
import { association, changes, createRequest, inventorySlice, principal } from '../policy/model-schemas.ts';

/** What is compared of a decision. */
interface RecordedDecision {
  readonly allowed: boolean;
  readonly policyIds: readonly string[];
  readonly violations: readonly { readonly policyId: string }[];
}

/** The fields of an audit entry that every decision is replayed from. */
const decisionSchema = atLeast({
  time: text(),
  principal,
  actor: v.nullish(principal, null),
  onBehalfOf: v.nullish(anyText, null),
  sourceAddress: v.nullish(text(), null),
  reason: v.nullish(anyText, null),
  decision: atLeast({
    allowed: flag,
    policyIds: list(text()),
    violations: list(atLeast({ policyId: text() })),
    policySetHash: text(),
    inventoryHash: text(),
    slice: inventorySlice,
  }),
});

/** The fields that depend on the operation. Reads leave no audit entry. */
const operationSchema = oneKindOf('operation', [
  fields({ operation: v.literal('CREATE_POD_IDENTITY_ASSOCIATION'), request: createRequest }),
  fields({
    operation: v.literal('UPDATE_POD_IDENTITY_ASSOCIATION'),
    before: association,
    request: atLeast({ changes }),
  }),
  fields({ operation: v.literal('DELETE_POD_IDENTITY_ASSOCIATION'), before: association }),
]);

const entrySchema = v.intersect([decisionSchema, operationSchema]);

/** The authorization request of an audit entry. */
function requestOf(entry: v.InferOutput<typeof operationSchema>): AuthorizationRequest {
  switch (entry.operation) {
    case 'CREATE_POD_IDENTITY_ASSOCIATION':
      return { action: 'CreatePodIdentityAssociation', association: entry.request };
    case 'UPDATE_POD_IDENTITY_ASSOCIATION': {
      const becomes = { ...settingsOf(entry.before), ...entry.request.changes };
      return { action: 'UpdatePodIdentityAssociation', association: entry.before, becomes };
    }
    case 'DELETE_POD_IDENTITY_ASSOCIATION':
      return { action: 'DeletePodIdentityAssociation', association: entry.before };
  }
}

/** A decision of the trail, made again. */
export interface DecisionAgain {
  readonly same: boolean;
  /** The recorded decision, the new one, and what comes of comparing them, a line each. */
  readonly report: string;
}

/**
 * Makes the decision of an audit entry again, with the policies of a folder and the slice of the inventory that the
 * entry holds. Throws an Error that says what is wrong when they can't be read.
 */
export function decideAgain(file: string, directory: string): DecisionAgain {
  const entry = parseJson(file, readFileSync(file, 'utf8'), entrySchema);
  const recorded = entry.decision;
  const context: AuthorizationContext = {
    identity: { ...entry, userAgent: null, apiRequestId: file },
    onBehalfOf: entry.onBehalfOf,
    hasReason: entry.reason !== null,
    now: Date.parse(entry.time),
  };
  const engine = createEngine(compilePolicies(readPolicySources(directory)));
  const decision = authorizeOnSlice(engine, context, requestOf(entry), recorded.slice);
  const same = verdict(recorded) === verdict(decision);
  const samePolicies = recorded.policySetHash === decision.policySetHash;
  const report = [
    `recorded: ${verdict(recorded)} (policy set ${recorded.policySetHash}, inventory ${recorded.inventoryHash})`,
    `again:    ${verdict(decision)} (policy set ${decision.policySetHash}, the recorded slice of the inventory)`,
    `${same ? 'The same decision' : 'Another decision'}, by ${samePolicies ? 'the same policies' : 'other policies'}.`,
  ];
  return { same, report: report.join('\n') };
}

function verdict({ allowed, policyIds, violations }: RecordedDecision): string {
  const ids = allowed ? policyIds : violations.map(({ policyId }) => policyId);
  return `${allowed ? 'allowed' : 'denied'} by ${ids.join(', ')}`;
}

function main([file, directory = join(import.meta.dirname, '../../policies')]: readonly string[]): number {
  try {
    if (file === undefined) throw new Error('Name an entry: node src/policy/again.ts <entry.json> [directory]');
    const { same, report } = decideAgain(file, directory);
    console.log(report);
    return same ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
