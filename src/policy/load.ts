import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { RecordPrincipal } from '../model/principal.ts';
import { approvalsFile, liftableIds } from './policies/approvals.ts';
import { compilePolicies } from './policies/compile.ts';
import type { PolicySet, PolicySources } from './policies/compile.ts';
import { authorizeWith } from './decide/authorize.ts';
import type { OnFailure } from './decide/authorize.ts';
import { processCedar } from './cedar/cedar.ts';
import type { CedarHost } from './cedar/cedar.ts';
import { makeEngine } from './decide/engine.ts';
import type { Engine } from './decide/engine.ts';
import { compiledInventoryFile, readCompiledInventory } from './inventory/compiled.ts';
import { parseInventory } from './inventory/inventory.ts';
import { list, parseJson, text } from './inventory/json.ts';
import type { Inventory } from './inventory/inventory.ts';
import type { Authorize, Preauthorize } from './policy.ts';
import { makePreauthorize } from './decide/preauthorize.ts';
import { makeRecordPrincipal } from './policies/recorded-principal.ts';
import { makeComparedGroups } from './decide/compared-groups.ts';
import type { ComparedGroups } from './decide/compared-groups.ts';
import type { DeniesEveryUpdateOf } from './decide/every-update.ts';
import { makeDecisionKey } from './decide/same-decision.ts';
import type { DecisionKey } from './decide/same-decision.ts';

/** A loaded policy folder. */
export interface LoadedPolicy {
  readonly authorize: Authorize;
  readonly preauthorize: Preauthorize;
  readonly recordPrincipal: RecordPrincipal;
  readonly inventory: Inventory;
  /** SHA-256 (hex) of the policies and their schema. */
  readonly policySetHash: string;
  readonly decisionKey: DecisionKey;
  readonly comparedGroups: ComparedGroups;
  readonly deniesEveryUpdateOf: DeniesEveryUpdateOf;
  /**
   * The policy files by name. Read when they are asked for, where a build compiled the policies.
   */
  readonly texts: () => PolicySources['policies'];
  /**
   * The hash of what its policies were verified with, see `verificationHash`; null where that is
   * not known.
   */
  readonly verification: string | null;
  /** The same policies, as they are compiled, with another inventory. */
  readonly withInventory: (inventory: Inventory) => LoadedPolicy;
}

/**
 * Loads policies, schema and inventory from a folder. Throws an Error that lists every problem and
 * its location.
 */
export function loadPolicy(directory: string, onFailure?: OnFailure): LoadedPolicy {
  const sources = readPolicySources(directory);
  const policySet = compileRequired(directory, sources, readRequiredText(directory));
  const inventory = parseInventory(readInventoryText(directory));
  return policyOf({ engine: makeEngine(policySet), inventory, texts: () => sources.policies }, { onFailure });
}

/**
 * Compiles the policies of a folder. Throws an Error that lists every problem, and one if a
 * required policy is missing: an empty or missing file of forbids would otherwise lift them.
 */
export function readPolicySet(directory: string): PolicySet {
  return compileRequired(directory, readPolicySources(directory), readRequiredText(directory));
}

/**
 * Compiles policies. Throws an Error that lists every problem, and one if a required policy is
 * missing, or if one that an approval lifts is not required.
 *
 * @param name of the policies, for the message
 * @param required the text of `required-policies.json`
 * @param host where Cedar reads the policies
 */
export function compileRequired(
  name: string,
  sources: PolicySources,
  required: string,
  host: CedarHost = processCedar,
): PolicySet {
  const policySet = compilePolicies(sources, host);
  const ids = parseJson(requiredFile, required, requiredPolicies);
  const missing = ids.filter((id) => !Object.hasOwn(policySet.policies, id));
  if (missing.length > 0) {
    throw new Error(
      `${name} lacks policies that ${requiredFile} lists: ${missing.join(', ')}. Restore them, or remove from the list those that are no longer needed.`,
    );
  }
  const unlisted = liftableIds(policySet).filter((id) => !ids.includes(id));
  if (unlisted.length > 0) {
    throw new Error(
      `${name}: ${requiredFile} does not list ${unlisted.join(', ')} of ${approvalsFile}. List them: without that file, their requests would need no approval.`,
    );
  }
  return policySet;
}

/** Lists the ids of the policies without which the gateway must not start. */
const requiredFile = 'required-policies.json';

/** Reads `required-policies.json` of a folder. */
export function readRequiredText(directory: string): string {
  return readFileSync(join(directory, requiredFile), 'utf8');
}

const requiredPolicies = v.pipe(
  list(text('the @id of a policy, such as "no-default-service-account"')),
  v.minLength(1, 'is empty; list the @ids of the policies without which the gateway must not start.'),
);

/** The file with the compiled policy set that a build writes next to the policies. */
export const policySetFile = 'policy-set.json';

/**
 * Like `loadPolicy`, for a folder with the policy set and the inventory that a build compiled and
 * validated. Parsing and validating the texts would be the longest part of a function's cold start.
 */
export function loadCompiledPolicy(directory: string, onFailure?: OnFailure): LoadedPolicy {
  // Only a build writes this file, from the result of compilePolicies.
  const policySet = JSON.parse(readFileSync(join(directory, policySetFile), 'utf8')) as PolicySet;
  const texts = () => readPolicies(directory);
  const file = join(directory, verificationFile);
  const verification = existsSync(file) ? readFileSync(file, 'utf8') : null;
  const parts = { engine: makeEngine(policySet), inventory: readInventory(directory), texts };
  return policyOf(parts, { onFailure, verification });
}

/** The file with the hash of what a build verified: see `verificationHash`. */
export const verificationFile = 'verification.sha256';

/** The inventory of a folder: the compiled one if it is that of the text. */
function readInventory(directory: string): Inventory {
  const text = readFileSync(join(directory, inventoryFile));
  const file = join(directory, compiledInventoryFile);
  const compiled = existsSync(file) ? readCompiledInventory(readFileSync(file, 'utf8'), text) : null;
  return compiled ?? parseInventory(text.toString('utf8'));
}

/** What a policy follows from. */
interface PolicyParts extends Pick<LoadedPolicy, 'inventory' | 'texts'> {
  readonly engine: Engine;
}

/** How a policy is used. */
interface PolicyOptions {
  readonly onFailure?: OnFailure | undefined;
  /** That of the engine. */
  readonly host?: CedarHost;
  readonly verification?: string | null;
}

/** The policy of an engine and an inventory. */
export function policyOf({ engine, inventory, texts }: PolicyParts, options: PolicyOptions = {}): LoadedPolicy {
  const { policySet } = engine;
  const { onFailure, host = processCedar, verification = null } = options;
  return {
    authorize: authorizeWith(engine, inventory, onFailure),
    preauthorize: makePreauthorize(policySet, inventory, onFailure, host),
    recordPrincipal: makeRecordPrincipal(policySet, inventory),
    inventory,
    policySetHash: policySet.hash,
    decisionKey: makeDecisionKey(policySet, inventory),
    comparedGroups: makeComparedGroups(policySet, inventory),
    deniesEveryUpdateOf: (make) => make(policySet, inventory, onFailure, host),
    texts,
    verification,
    withInventory: (other) => policyOf({ engine, inventory: other, texts }, options),
  };
}

/** Reads `schema.cedarschema` and all `*.cedar` files of a folder. */
export function readPolicySources(directory: string): PolicySources {
  const policies = readPolicies(directory);
  if (Object.keys(policies).length === 0) throw new Error(`${directory} has no *.cedar file; put the policies there.`);
  return { schema: readFileSync(join(directory, 'schema.cedarschema'), 'utf8'), policies };
}

/** Reads all `*.cedar` files of a folder, by name. */
export function readPolicies(directory: string): PolicySources['policies'] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.cedar'));
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
}

const inventoryFile = 'inventory.json';

/** Reads `inventory.json` of a folder. */
export function readInventoryText(directory: string): string {
  return readFileSync(join(directory, inventoryFile), 'utf8');
}
