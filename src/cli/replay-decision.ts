// Makes a decision of the trail again: node src/policy/again.ts <entry.json> [directory]
// The entry is one as the ledger keeps it. Exits with 0 when the decision is the recorded one, else with 1.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsOf } from '../model/association.ts';
import { compilePolicies } from '../policy/compile.ts';
import { authorizeOnSlice } from '../policy/authorize.ts';
import { createEngine } from '../policy/engine.ts';
import { choice, flag, list, optional, part, readJson, text } from '../policy/json.ts';
import type { Reader } from '../policy/json.ts';
import { readPolicySources } from '../policy/load.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../policy/policy.ts';
import { association, changes, createRequest, inventorySlice, principal } from '../policy/read-model.ts';

/** What is compared of a decision. */
interface RecordedDecision {
  readonly allowed: boolean;
  readonly policyIds: readonly string[];
  readonly violations: readonly { readonly policyId: string }[];
}

/** By its operation, what an entry must hold to make the question again. Reads leave no entry. */
const operation = choice<AuthorizationRequest>('operation', {
  CREATE_POD_IDENTITY_ASSOCIATION: (json) => ({
    action: 'CreatePodIdentityAssociation',
    association: part({ request: createRequest })(json).request,
  }),
  UPDATE_POD_IDENTITY_ASSOCIATION: (json) => {
    const { before, request } = part({ before: association, request: part({ changes }) })(json);
    const becomes = { ...settingsOf(before), ...request.changes };
    return { action: 'UpdatePodIdentityAssociation', association: before, becomes };
  },
  DELETE_POD_IDENTITY_ASSOCIATION: (json) => ({
    action: 'DeletePodIdentityAssociation',
    association: part({ before: association })(json).before,
  }),
});

const circumstances = part({
  time: text(),
  principal,
  actor: optional(principal, null),
  onBehalfOf: optional(text(/^/, 'a string'), null),
  sourceAddress: optional(text(), null),
  reason: optional(text(/^/, 'a string'), null),
  decision: part({
    allowed: flag,
    policyIds: list(text()),
    violations: list(part({ policyId: text() })),
    policySetHash: text(),
    inventoryHash: text(),
    slice: inventorySlice,
  }),
});

const readEntry: Reader<ReturnType<typeof circumstances> & { readonly request: AuthorizationRequest }> = (json) => ({
  ...circumstances(json),
  request: operation(json),
});

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
  const entry = readJson(file, readFileSync(file, 'utf8'), readEntry);
  const recorded = entry.decision;
  const context: AuthorizationContext = {
    identity: { ...entry, userAgent: null, apiRequestId: file },
    onBehalfOf: entry.onBehalfOf,
    hasReason: entry.reason !== null,
    now: Date.parse(entry.time),
  };
  const engine = createEngine(compilePolicies(readPolicySources(directory)));
  const decision = authorizeOnSlice(engine, context, entry.request, recorded.slice);
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
