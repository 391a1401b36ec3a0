import { settingsOf } from '../../../client/src/client/setting-fields.ts';
import type { Settings } from '../../../client/src/client/setting-fields.ts';
import type { Desired, Target } from './declaration.ts';
import { clusterKeyOf, keyOf } from './declaration.ts';
import { plannedExpiry } from './expiry.ts';
import type { ObservedExpiry, PlannedExpiry } from './expiry.ts';
import { isEqual, statedOf } from './states.ts';
import type { Stated } from './states.ts';
import { tagSteps } from './tag-changes.ts';
import { gatewayTagCount, isNone, tagDifference } from './tags.ts';
import type { TagDifference } from './tags.ts';

/** An association as the gateway has observed it. */
export interface Observed extends Target, Settings, ObservedExpiry {
  readonly associationId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Its version, by EKS. */
  readonly modifiedAt: string;
  /** OPERATION, ADOPTED, ADD_ON or OUTSIDE. Values may be added. */
  readonly origin: string;
  readonly ownerArn: string | null;
  /** The declaration whose request the gateway recorded last for it; null if none. */
  readonly declaration: string | null;
}

export type Action = 'create' | 'update' | 'adopt' | 'delete' | 'tag' | 'untag';

/**
 * A change of a plan. One association can have several: an adoption, then changes of tags, then an
 * update. Each begins with what the one before it leaves.
 */
export interface Change {
  readonly action: Action;
  readonly target: Target;
  /** Null for a create. */
  readonly associationId: string | null;
  /** Null for a create. */
  readonly before: Stated | null;
  /** Null for a delete. */
  readonly after: Stated | null;
  /** The version of the association that the plan saw; null for a create. */
  readonly expectedModifiedAt: string | null;
  /**
   * The revision of the service account that a create expects, or an update that sets an expiry;
   * null for other changes, and until the change is checked.
   */
  readonly expectedRevision: number | null;
  readonly reason: string | null;
  /** Groups that have to approve it, as policy was when it was planned; absent if none has to. */
  readonly approvers?: readonly string[];
  /**
   * True where policy allows who planned it only to check it; absent otherwise. Who applies needs a
   * plan of their own.
   */
  readonly onlyAsDryRun?: boolean;
}

/** A change that can't be made, and why. */
export interface Denied {
  readonly action: Action | null;
  readonly target: Target;
  /** The association that there is; null if none is known. */
  readonly before: Stated | null;
  readonly reasons: readonly string[];
}

/** An association that stays as it is. */
export interface Unchanged {
  readonly target: Target;
  readonly state: Stated;
}

/** The difference between what is wanted and what is observed. */
export interface Difference {
  readonly changes: readonly Change[];
  readonly denied: readonly Denied[];
  readonly unchanged: readonly Unchanged[];
  /** Equal associations that the gateway did not make, and that are not to be adopted. */
  readonly unadopted: number;
  /** Associations that this declaration made, does not have any more, and is not to delete. */
  readonly leftOver: readonly Unchanged[];
  /** Bindings whose expiry is over, and that have no association. */
  readonly ended: number;
  /** Associations whose tags differ, and how. */
  readonly otherTags: readonly OtherTags[];
}

/** An association with other tags than a declaration has, and what the declaration would change. */
type OtherTags = Target & TagDifference;

export interface DifferenceInput {
  readonly desired: readonly Desired[];
  readonly observed: readonly Observed[];
  /** What requests of the declaration made last, and it does not have any more. */
  readonly orphans: readonly Observed[];
  /** Clusters of which it is not known what exists, by their keys, with the reason. */
  readonly unobserved: ReadonlyMap<string, string>;
  readonly adopt: boolean;
  readonly prune: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Compares what a declaration wants with what is observed, in time linear in both. */
export function differenceOf(input: DifferenceInput): Difference {
  const { desired, observed, orphans, unobserved, prune } = input;
  const existing = new Map(observed.map((one) => [keyOf(one), one]));
  const wanted = desired.map((one) => {
    const missing = unobserved.get(clusterKeyOf(one));
    const found = existing.get(keyOf(one));
    return missing === undefined ? compare(one, found, input) : deniedOf(null, one, found, missing);
  });
  const deletes = prune ? orphans.map((one) => deleteOf(one, unobserved.get(clusterKeyOf(one)))) : [];
  const outcomes = [...wanted, ...deletes];
  return {
    changes: outcomes.flatMap((one) => (one.kind === 'changes' ? one.changes : [])),
    denied: outcomes.flatMap((one) => (one.kind === 'denied' ? [one.denied] : [])),
    unchanged: outcomes.flatMap((one) => (one.kind === 'unchanged' ? [one.unchanged] : [])),
    unadopted: outcomes.filter((one) => one.kind === 'unchanged' && one.isOutside).length,
    ended: outcomes.filter((one) => one.kind === 'ended').length,
    leftOver: prune ? [] : orphans.map(unchangedOf),
    otherTags: desired.flatMap((one) => otherTagsOf(one, existing.get(keyOf(one)))),
  };
}

type Outcome =
  | { readonly kind: 'changes'; readonly changes: readonly Change[] }
  | { readonly kind: 'denied'; readonly denied: Denied }
  | { readonly kind: 'ended' }
  | { readonly kind: 'unchanged'; readonly unchanged: Unchanged; readonly isOutside: boolean };

function compare(desired: Desired, existing: Observed | undefined, { adopt, now }: DifferenceInput): Outcome {
  const expiry = plannedExpiry(desired, existing ?? null, now);
  const { reason } = desired;
  if (existing === undefined) {
    if (expiry.kind === 'over') return { kind: 'ended' };
    const after = { ...settingsOf(desired), tags: desired.tags, ...expiryOf(expiry) };
    return { kind: 'changes', changes: [changeOf('create', desired, { existing: null, before: null, after, reason })] };
  }
  const isOutside = existing.origin === 'OUTSIDE';
  const isSame = isEqual(desired, existing);
  const isAdopted = isSame && isOutside && adopt;
  const isUpdated = !isAdopted && !(isSame && expiry.kind === 'kept');
  const changes = changesOf(desired, existing, { isAdopted, isUpdated, expiry });
  const [first] = changes;
  if (first === undefined) return { kind: 'unchanged', unchanged: unchangedOf(existing), isOutside };
  if (isUpdated && expiry.kind === 'over') return deniedOf('update', desired, existing, tooLate(expiry.expiresAt));
  if (existing.ownerArn !== null) {
    return deniedOf(isUpdated ? 'update' : first.action, desired, existing, ofAddOn(existing.ownerArn));
  }
  if (isUpdated && isSame && isOutside) return deniedOf('update', desired, existing, notAdopted);
  return { kind: 'changes', changes };
}

/** The changes of an association in their order: the tags are as an update finds them. */
function changesOf(
  desired: Desired,
  existing: Observed,
  { isAdopted, isUpdated, expiry }: { isAdopted: boolean; isUpdated: boolean; expiry: PlannedExpiry },
): readonly Change[] {
  const { reason } = desired;
  let before = statedOf(existing);
  const changeTo = (action: Action, after: Stated): Change => {
    const change = changeOf(action, desired, { existing, before, after, reason });
    before = after;
    return change;
  };
  const steps = tagSteps(before.tags, desired.tags, gatewayTagCount(existing.tags));
  return [
    ...(isAdopted ? [changeTo('adopt', before)] : []),
    ...steps.map(({ action, tags }) => changeTo(action, { ...before, tags })),
    ...(isUpdated ? [changeTo('update', { ...settingsOf(desired), tags: before.tags, ...expiryOf(expiry) })] : []),
  ];
}

function expiryOf(expiry: PlannedExpiry): Pick<Stated, 'expiresAt'> {
  if (expiry.kind === 'set') return { expiresAt: expiry.expiresAt };
  return expiry.kind === 'kept' && expiry.repeated !== null ? { expiresAt: expiry.repeated } : {};
}

const notAdopted = 'The association was made outside the gateway: adopt it with --adopt, then it can expire.';

function ofAddOn(ownerArn: string): string {
  return `The EKS add-on ${ownerArn} owns the association: change it through the add-on.`;
}

function tooLate(expiresAt: string): string {
  return `Its expiry ${expiresAt} is over, or less than 5 minutes away: give a later one, or take it out of the file.`;
}

/** A file that `export --allow-partial` wrote lacks the clusters that are not known. */
function deleteOf(orphan: Observed, missing: string | undefined): Outcome {
  if (missing !== undefined) return deniedOf('delete', orphan, orphan, missing);
  const change = changeOf('delete', orphan, { existing: orphan, before: statedOf(orphan), after: null, reason: null });
  return { kind: 'changes', changes: [change] };
}

function deniedOf(action: Action | null, desired: Target, existing: Observed | undefined, reason: string): Outcome {
  const before = existing === undefined ? null : statedOf(existing);
  return { kind: 'denied', denied: { action, target: targetOf(desired), before, reasons: [reason] } };
}

/** What stays as it is. */
export function unchangedOf(existing: Observed): Unchanged {
  return { target: targetOf(existing), state: statedOf(existing) };
}

function changeOf(
  action: Action,
  target: Target,
  { existing, before, after, reason }: Pick<Change, 'before' | 'after' | 'reason'> & { existing: Observed | null },
): Change {
  return {
    action,
    target: targetOf(target),
    associationId: existing?.associationId ?? null,
    before,
    after,
    expectedModifiedAt: existing?.modifiedAt ?? null,
    expectedRevision: null,
    reason,
  };
}

function otherTagsOf(desired: Desired, existing: Observed | undefined): readonly OtherTags[] {
  if (existing === undefined) return [];
  const difference = tagDifference(statedOf(existing).tags, desired.tags);
  return isNone(difference) ? [] : [{ ...targetOf(desired), ...difference }];
}

function targetOf({ accountId, region, clusterName, namespace, serviceAccount }: Target): Target {
  return { accountId, region, clusterName, namespace, serviceAccount };
}
