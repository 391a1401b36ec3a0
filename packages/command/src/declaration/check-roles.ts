import type { CallOptions } from '../../../client/src/client/call.ts';
import type { CheckResult, GatewayClient } from '../../../client/src/index.ts';
import { sleep } from '../../../client/src/client/retry.ts';
import type { Progress } from '../progress.ts';
import { grouped } from '../progress.ts';
import { mapLimited } from './check.ts';
import { inputOf } from './inputs.ts';
import type { Plan } from './plan-file.ts';
import type { Change } from './planner.ts';
import { keyOf } from './declaration.ts';
import { rolesKeyOf, rolesOf } from './queue.ts';
import { groupBy } from './grouped.ts';

/** Dry runs that are under way at once, and the time between two of them in milliseconds. */
const concurrency = 4;
const intervalMs = 200;

/** What a dry run says of the roles of a change. */
interface RoleProblem {
  readonly roles: string;
  readonly code: string;
  readonly message: string;
  readonly advice: string | null;
  /** Whether the changes with the roles would be refused. */
  readonly isRefusal: boolean;
  /** The change of the dry run, and how many others of the plan have the same roles. */
  readonly change: Change;
  readonly others: number;
}

/** What the dry runs of a plan found; `checked` is their number. */
export interface RoleChecks {
  readonly checked: number;
  readonly problems: readonly RoleProblem[];
}

/** Warnings about roles, and whether EKS refuses the change then. */
const warningCodes = new Map([
  ['ROLE_NOT_FOUND', true],
  ['TRUST_POLICY_INVALID', true],
  ['TRUST_CONDITION_UNMET', false],
  ['TARGET_ROLE_TRUST', false],
]);

/** Changes with the same roles, one list for each role with its target role; first one that sets it. */
function changesByRoles({ changes }: Pick<Plan, 'changes'>): readonly (readonly Change[])[] {
  const setting = changes.filter(({ action }) => action === 'create' || action === 'update');
  const sets = (change: Change) => rolesKeyOf(change).startsWith('["set"');
  const ordered = [...setting.filter(sets), ...setting.filter((one) => !sets(one))];
  return [...groupBy(ordered, rolesOf).values()];
}

/** Makes a dry run for each distinct role of a plan, five a second. Says their number before. */
export async function checkRoles(
  client: GatewayClient,
  plan: Plan,
  { say, show }: Pick<Progress, 'say' | 'show'>,
  options: CallOptions,
): Promise<RoleChecks> {
  const groups = changesByRoles(plan);
  const seconds = Math.ceil((groups.length * intervalMs) / 1_000);
  say(`Checking ${groups.length} roles: a dry run for each, with an audit entry, in about ${seconds} s.`);
  const startedAt = performance.now();
  let checked = 0;
  const found = await mapLimited([...groups.entries()], concurrency, async ([index, [change, ...others]]) => {
    if (change === undefined) return [];
    await sleep(Math.max(0, startedAt + index * intervalMs - performance.now()), options.signal);
    const result = await dryRun(client, plan, change, options);
    show(`${grouped((checked += 1))} of ${grouped(groups.length)} roles checked`);
    return problemsIn(result).map((one): RoleProblem => {
      return { ...one, roles: rolesOf(change), change, others: others.length };
    });
  });
  return { checked: groups.length, problems: found.flat() };
}

function dryRun(client: GatewayClient, plan: Plan, change: Change, options: CallOptions): Promise<CheckResult> {
  const input = inputOf(plan, change);
  if ('create' in input) return client.checkCreatePodIdentityAssociation(input.create, options);
  if ('update' in input) {
    // It may be that of what the changes before it leave.
    const update = { ...input.update, expectedRevision: null };
    return client.checkUpdatePodIdentityAssociation(update, options);
  }
  throw new Error(`A change of the kind ${change.action} sets no role.`);
}

function problemsIn({ refusal, onlyAsDryRun, warnings }: CheckResult) {
  // The plan says what needs an approval, and what is permitted as a dry run only.
  const isNew = refusal !== null && refusal.code !== 'APPROVAL_REQUIRED' && !onlyAsDryRun;
  const { code = '', message = '', advice = null } = refusal ?? {};
  return [
    ...(isNew ? [{ code, message, advice, isRefusal: true }] : []),
    ...warnings.flatMap((one) => {
      const isRefusal = warningCodes.get(one.code);
      return isRefusal === undefined ? [] : [{ ...one, isRefusal }];
    }),
  ];
}

/** Whether changes of the plan would be refused because of their roles. */
export function hasRefusals(checks: RoleChecks | null): boolean {
  return checks?.problems.some(({ isRefusal }) => isRefusal) === true;
}

/** What is known of the roles of a plan, as text for people. */
export function roleLines(plan: Plan, checks: RoleChecks | null): readonly string[] {
  const groups = changesByRoles(plan);
  if (groups.length === 0) return [];
  if (checks === null) {
    return [`The ${groups.length} roles were not read: --check-roles makes a dry run for each of them.`];
  }
  return [
    ...checks.problems.map(problemLine),
    `${checks.checked} roles checked by a dry run each: ${checks.problems.length} problems.`,
  ];
}

function problemLine({ roles, code, message, advice, change, others }: RoleProblem): string {
  const where = `${change.action} ${keyOf(change.target)}${others > 0 ? ` and ${others} other changes` : ''}`;
  return `! ${roles} (${where}): ${code}: ${message}${advice === null ? '' : ` ${advice}`}`;
}

/** What is known of the roles of a plan, as data. Null: they were not read. */
export function rolesAnswer(checks: RoleChecks | null) {
  if (checks === null) return null;
  const problems = checks.problems.map(({ change: { action, target }, ...one }) => ({ ...one, action, target }));
  return { checked: checks.checked, problems };
}
