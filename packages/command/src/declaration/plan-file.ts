import { createHash } from 'node:crypto';
import { keyOf } from './declaration.ts';
import type { Target } from './declaration.ts';
import { canonicalJson } from './states.ts';
import type { Change, Denied, Unchanged } from './planner.ts';

/** A saved plan: what `apply` executes, and nothing else. */
export interface Plan {
  readonly format: typeof format;
  /** Unique for each planning, also of equal content: the tokens of its changes follow from it. */
  readonly planId: string;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  /** The URL of the gateway that was asked. */
  readonly gateway: string;
  /** Who planned, and may apply the plan: a token has one effect for each principal. */
  readonly principalId: string;
  /** The person on whose behalf a service acts; null without one. */
  readonly onBehalfOf: string | null;
  readonly declaration: string;
  readonly changes: readonly Change[];
  readonly denied: readonly Denied[];
  readonly unchanged: readonly Unchanged[];
  readonly leftOver: readonly Unchanged[];
  /** What `--target` named; absent or empty for a plan of the whole declaration. */
  readonly targets?: readonly string[];
  /** What the declaration made outside of the targets, for the way back with --prune. */
  readonly untargeted?: readonly Unchanged[];
  /** The number of associations of each cluster with deletes, by its key. */
  readonly clusterSizes: Readonly<Record<string, number>>;
}

const format = 'pod-identity-plan/1';

/**
 * How long a plan may be applied. The gateway keeps the results of tokens for days: a token never
 * takes effect a second time.
 */
const maxPlanAgeMs = 24 * 3_600_000;

/** A plan can't be applied. */
export class PlanError extends Error {}

export type PlanContent = Omit<Plan, 'format'>;

/** The text of a plan, with a checksum. */
export function planText(content: PlanContent): string {
  const plan: Plan = { format, ...content };
  return `${JSON.stringify({ ...plan, checksum: checksumOf(plan) }, null, 1)}\n`;
}

/**
 * Reads a plan. The checksum finds edits and damage; it is not a signature, which an editor could
 * compute again. The gateway authorizes each change again, and refuses a token with another input.
 *
 * @throws {@link PlanError}
 */
export function readPlan(text: string): Plan {
  const { checksum, ...plan } = parsed(text);
  if (plan.format !== format) throw new PlanError(`The file is not a plan of this version (${format}).`);
  if (checksum !== checksumOf(plan)) {
    throw new PlanError('The plan was changed after it was made: its checksum differs. Plan again.');
  }
  // The checksum says that `planText` wrote it.
  return plan as unknown as Plan;
}

/** Why a plan can't be applied by this principal at this gateway now; null if it can. */
export function planRefusal(
  plan: Plan,
  { gateway, principalId, now }: { readonly gateway: string; readonly principalId: string; readonly now: number },
): string | null {
  const onlyPlanned = plan.changes.filter(({ onlyAsDryRun }) => onlyAsDryRun === true).length;
  if (onlyPlanned > 0) {
    return `Policy allowed ${plan.principalId} to plan ${onlyPlanned} of the changes, and not to make them: plan again as a principal who may.`;
  }
  if (plan.principalId !== principalId) {
    return `The plan was made by ${plan.principalId}, and you are ${principalId}: plan again.`;
  }
  if (plan.gateway !== gateway) return `The plan was made at ${plan.gateway}, not at ${gateway}: plan again.`;
  return isTooOld(plan, now) ? 'The plan is older than 24 hours: plan again.' : null;
}

/** Whether a plan may not be applied any more. One of the future is that of a wrong clock. */
export function isTooOld(plan: Pick<Plan, 'createdAt'>, now: number): boolean {
  const restMs = remainingMs(plan, now);
  return !(restMs > 0 && restMs < maxPlanAgeMs + maxClockErrorMs);
}

/** For how many milliseconds a plan may still be applied. */
export function remainingMs({ createdAt }: Pick<Plan, 'createdAt'>, now: number): number {
  return Date.parse(createdAt) + maxPlanAgeMs - now;
}

const maxClockErrorMs = 3_600_000;

/** The token of a change: the same for every run of a plan, and another for every plan. */
export function tokenOf(
  { planId }: Pick<Plan, 'planId'>,
  { action, target }: { action: string; target: Target },
): string {
  return `plan-${createHash('sha256')
    .update(JSON.stringify([planId, action, keyOf(target)]))
    .digest('hex')}`;
}

function checksumOf(plan: object): string {
  return createHash('sha256').update(canonicalJson(plan)).digest('hex');
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // As for any other file.
  }
  throw new PlanError('The file is not a plan: it is not a JSON object.');
}
