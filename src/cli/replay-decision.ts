import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { runCommand, UsageError } from '../app/command.ts';
import { readingPolicies } from '../app/explain.ts';
import { settingsOf } from '../model/association.ts';
import { compilePolicies } from '../policy/compile.ts';
import { authorizeOnSlice } from '../policy/authorize.ts';
import { createEngine } from '../policy/engine.ts';
import { anyText, atLeast, fields, flag, list, oneKindOf, parseJson, text, wholeNumber } from '../policy/json.ts';
import { readPolicySources } from '../policy/load.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../policy/policy.ts';
import { association, changes, createRequest, inventorySlice, recordedPrincipal } from '../policy/model-schemas.ts';

/** The parts of a decision that are compared. */
interface RecordedDecision {
  readonly allowed: boolean;
  readonly policyIds: readonly string[];
  readonly violations: readonly { readonly policyId: string }[];
}

/** The fields of an audit entry that every decision is replayed from. */
const decisionSchema = atLeast({
  principal: recordedPrincipal,
  actor: v.nullish(recordedPrincipal, null),
  onBehalfOf: v.nullish(anyText, null),
  sourceAddress: v.nullish(text(), null),
  reason: v.nullish(anyText, null),
  omitted: v.nullish(list(text()), []),
  decision: atLeast({
    allowed: flag,
    policyIds: list(text()),
    violations: list(atLeast({ policyId: text() })),
    policySetHash: text(),
    inventoryHash: text(),
    now: wholeNumber,
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

/** The result of replaying a decision. */
export interface ReplayedDecision {
  readonly same: boolean;
  /** The recorded decision, the replayed one and their comparison, one line each. */
  readonly report: string;
}

/**
 * Replays the decision of an audit entry, with the policies of a folder and the slice of the inventory that the entry
 * records. Throws an Error that says what is wrong when entry or policies can't be read.
 */
export function replayDecision(file: string, directory: string): ReplayedDecision {
  const entry = parseJson(file, readFileSync(file, 'utf8'), entrySchema);
  const recorded = entry.decision;
  if (entry.omitted.length > 0) {
    throw new Error(
      `The entry leaves out ${entry.omitted.join(', ')} for its size, so its decision can't be replayed.`,
    );
  }
  const context: AuthorizationContext = {
    identity: { ...entry, userAgent: null, apiRequestId: file },
    onBehalfOf: entry.onBehalfOf,
    hasReason: entry.reason !== null,
    now: recorded.now,
  };
  const advice = 'Name a folder with *.cedar files and schema.cedarschema.';
  const sources = readingPolicies(directory, advice, () => readPolicySources(directory));
  const engine = createEngine(compilePolicies(sources));
  const decision = authorizeOnSlice(engine, context, requestOf(entry), recorded.slice);
  const same = verdict(recorded) === verdict(decision);
  const samePolicies = recorded.policySetHash === decision.policySetHash;
  const report = [
    `recorded: ${verdict(recorded)} (policy set ${recorded.policySetHash}, inventory ${recorded.inventoryHash})`,
    `replayed: ${verdict(decision)} (policy set ${decision.policySetHash}, the recorded slice of the inventory)`,
    `${same ? 'Same' : 'Different'} decision, ${samePolicies ? 'same' : 'different'} policies.`,
  ];
  return { same, report: report.join('\n') };
}

function verdict({ allowed, policyIds, violations }: RecordedDecision): string {
  const ids = allowed ? policyIds : violations.map(({ policyId }) => policyId);
  return `${allowed ? 'allowed' : 'denied'} by ${ids.join(', ')}`;
}

const help = `Replays the decision of an audit entry and compares it with the recorded one.

Usage: npm run --silent policies:replay -- ENTRY [FOLDER]

  ENTRY       JSON file with one audit entry, such as a line of npm run audit:export
  FOLDER      folder of policies (default: policies beside package.json)
  -h, --help  print this text

The inventory is the slice that the entry records. Exits with 0 when the decision is the recorded one, with 1 when it is
not or can't be replayed, with 2 when the arguments are wrong.
`;

const command = {
  help,
  options: {},
  maxArguments: 2,
  run: (_values: object, [file, directory = join(import.meta.dirname, '../../policies')]: readonly string[]) => {
    if (file === undefined) throw new UsageError('Expected the file of an audit entry.');
    const { same, report } = replayDecision(file, directory);
    console.log(report);
    return same ? 0 : 1;
  },
};

if (import.meta.main) process.exitCode = await runCommand(command);
