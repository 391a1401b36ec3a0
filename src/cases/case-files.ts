import { reservedIds } from '../policy/policies/compile.ts';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { parseTimestamp } from '../validation/timestamps.ts';
import type { ApprovalNeed } from '../model/approval-vote.ts';
import type { DecisionResult } from '../policy/policies/approvals.ts';
import { casesProblem } from '../policy/cedar/bounds.ts';
import type { DeniedSubject, RoleAttributes } from '../model/decision.ts';
import {
  anyObject,
  anyText,
  exactly,
  flag,
  list,
  oneOf,
  parseJson,
  text,
  wholeNumberIn,
} from '../policy/inventory/json.ts';
import { caseRole, principal, request } from './model-schemas.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../policy/policy.ts';

/** An authorization request, and the expected decision. */
export interface PolicyCase {
  /** Relative to the folder of the policies, e.g. `cases/deny/default-service-account.json`. */
  readonly file: string;
  readonly description: string;
  readonly expected: DecisionResult;
  /** Allowed: exactly the permits that apply. Otherwise exactly the violations. Sorted. */
  readonly policyIds: readonly string[];
  /**
   * The policies that it depends on; null: all. Other forbids are left out, and other permits are
   * not compared, but any permit lifts `default-deny`.
   */
  readonly dependsOn: readonly string[] | null;
  /** Denied, with onBehalfOf: whom every violation concerns. Null: not compared. */
  readonly deniedTo: DeniedSubject | null;
  /** Whose approvals are needed, in any order. Null exactly if none is expected to be. */
  readonly needs: readonly Pick<ApprovalNeed, 'group' | 'count'>[] | null;
  readonly context: AuthorizationContext;
  readonly request: AuthorizationRequest;
  /**
   * Roles as IAM describes them. One that is not in the list exists, without tags and permissions
   * boundary.
   */
  readonly roles: readonly RoleAttributes[];
  /** Fields that replace those of the inventory in this case; null: the inventory is unchanged. */
  readonly inventory: object | null;
}

/**
 * The texts of cases by their file, relative to the folder of the policies. The folder is what a
 * case expects.
 */
export type CaseFiles = Readonly<Record<string, string>>;

/** What the cases of each folder expect. */
const resultOfFolder: ReadonlyMap<string, DecisionResult> = new Map([
  [join('cases', 'allow'), 'allowed'],
  [join('cases', 'deny'), 'denied'],
  [join('cases', 'needs-approval'), 'needs approval'],
]);

/**
 * Reads the files of the cases of a folder: `*.json` in `cases/allow`, `cases/deny` and
 * `cases/needs-approval`.
 */
export function readCaseFiles(directory: string): CaseFiles {
  const files = [...resultOfFolder.keys()].flatMap((folder) => {
    if (!existsSync(join(directory, folder))) return [];
    const names = readdirSync(join(directory, folder)).filter((name) => name.endsWith('.json'));
    return names.sort().map((name) => join(folder, name));
  });
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(directory, file), 'utf8')]));
}

/** Parses the files of cases. Throws on an invalid file, and if there are too many. */
export function parseCases(files: CaseFiles): readonly PolicyCase[] {
  const problem = casesProblem(files);
  if (problem !== null) throw new Error(problem);
  return Object.entries(files).map(([file, content]) => parseCase(file, content));
}

/** Reads the cases of a folder. Throws on an invalid file. */
export function readCases(directory: string): readonly PolicyCase[] {
  return parseCases(readCaseFiles(directory));
}

function parseCase(file: string, content: string): PolicyCase {
  const expected = resultOfFolder.get(dirname(file));
  if (expected === undefined) throw new Error(`${file} is not in cases/allow, cases/deny or cases/needs-approval.`);
  const { context, ...rest } = parseJson(file, content, caseSchema);
  const problem = dependsOnProblem(rest);
  if (problem !== null) throw new Error(`${file}: ${problem}`);
  if (expected === 'needs approval' && rest.needs === null) {
    throw new Error(`${file}: needs is missing; write a list with the group of @approvers for each policy.`);
  }
  if (expected !== 'needs approval' && rest.needs !== null) {
    throw new Error(`${file}: needs is for cases/needs-approval only; remove it.`);
  }
  return { ...rest, file, expected, policyIds: [...rest.policyIds].sort(), context: contextOf(file, context) };
}

/**
 * Reads the request of a file with the fields of a case. The expected decision is optional and
 * ignored. Throws on an invalid file.
 */
export function parseRequest(
  file: string,
  content: string,
): Pick<PolicyCase, 'file' | 'context' | 'request' | 'roles' | 'inventory'> {
  const { context, request, roles, inventory } = parseJson(file, content, requestSchema);
  return { file, context: contextOf(file, context), request, roles, inventory };
}

function contextOf(file: string, context: v.InferOutput<typeof contextSchema>): AuthorizationContext {
  const { principal: who, actor, onBehalfOf, hasReason, isDryRun, now, sourceAddress } = context;
  const identity = { principal: who, actor, sourceAddress, userAgent: null, apiRequestId: file };
  return { identity, onBehalfOf, hasReason, isDryRun, now: Date.parse(now) };
}

const contextSchema = exactly({
  principal,
  actor: v.nullish(principal, null),
  onBehalfOf: v.nullish(anyText, null),
  hasReason: v.nullish(flag, false),
  isDryRun: v.nullish(flag, false),
  now: v.nullish(
    text(
      'a time in UTC, such as "2026-11-02T09:00:00Z"',
      (value) => value.endsWith('Z') && parseTimestamp(value) !== null,
    ),
    '2026-11-02T09:00:00Z',
  ),
  sourceAddress: v.nullish(text(), null),
});

const requestFields = {
  context: contextSchema,
  request,
  dependsOn: v.nullish(list(text()), null),
  deniedTo: v.nullish(oneOf('PRINCIPAL', 'ON_BEHALF_OF', 'BOTH'), null),
  needs: v.nullish(list(exactly({ group: text(), count: v.nullish(wholeNumberIn(1, 5), 1) })), null),
  roles: v.nullish(list(caseRole), []),
  inventory: v.nullish(anyObject, null),
};

const caseSchema = exactly({ description: text(), policyIds: list(text()), ...requestFields });

const requestSchema = exactly({
  description: v.nullish(text(), null),
  policyIds: v.nullish(list(text()), []),
  ...requestFields,
});

/** What is wrong with the list of a case, whatever the policies are; null if nothing is. */
function dependsOnProblem({ policyIds, dependsOn }: Pick<PolicyCase, 'policyIds' | 'dependsOn'>): string | null {
  if (dependsOn === null) return null;
  const isReserved = (id: string) => reservedIds.some((reserved) => reserved === id);
  const missing = policyIds.filter((id) => !isReserved(id) && !dependsOn.includes(id));
  if (missing.length === 0) return null;
  return `dependsOn leaves out ${missing.join(', ')} of policyIds: add it, or remove dependsOn to compare all policies.`;
}
