import { settingFields, settingNames, settingsOf } from '../../../client/src/client/setting-fields.ts';
import type { SettingName, Settings } from '../../../client/src/client/setting-fields.ts';
import type { Desired, Target } from './declaration.ts';
import { clusterKeyOf, keyOf } from './declaration.ts';
import { plannedExpiry } from './expiry.ts';
import type { ObservedExpiry, PlannedExpiry } from './expiry.ts';
import { isNone, ownTags, tagDifference } from './tags.ts';
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

/** An association, as far as a declaration can say it. */
export interface Stated extends Settings {
  readonly tags: Readonly<Record<string, string>>;
  /**
   * RFC 3339. After a change, null: it does not expire any more, and absent: as before. Before it,
   * absent: it does not expire.
   */
  readonly expiresAt?: string | null;
}

export type Action = 'create' | 'update' | 'adopt' | 'delete';

/** A change of a plan. */
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
   * The revision of the service account that a create expects; null for other changes, and until
   * the change is checked.
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
export type OtherTags = Target & TagDifference;

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
    changes: outcomes.flatMap((one) => (one.kind === 'change' ? [one.change] : [])),
    denied: outcomes.flatMap((one) => (one.kind === 'denied' ? [one.denied] : [])),
    unchanged: outcomes.flatMap((one) => (one.kind === 'unchanged' ? [one.unchanged] : [])),
    unadopted: outcomes.filter((one) => one.kind === 'unchanged' && one.isOutside).length,
    ended: outcomes.filter((one) => one.kind === 'ended').length,
    leftOver: prune ? [] : orphans.map(unchangedOf),
    otherTags: desired.flatMap((one) => otherTagsOf(one, existing.get(keyOf(one)))),
  };
}

type Outcome =
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'denied'; readonly denied: Denied }
  | { readonly kind: 'ended' }
  | { readonly kind: 'unchanged'; readonly unchanged: Unchanged; readonly isOutside: boolean };

function compare(desired: Desired, existing: Observed | undefined, { adopt, now }: DifferenceInput): Outcome {
  const expiry = plannedExpiry(desired, existing ?? null, now);
  const wanted = { ...settingsOf(desired), tags: statedOf(existing ?? desired).tags };
  const after = { ...wanted, ...expiryOf(expiry) };
  const change = (action: Action, state: Stated): Outcome => ({
    kind: 'change',
    change: changeOf(action, desired, { existing: existing ?? null, after: state, reason: desired.reason }),
  });
  const denied = (reason: string) => deniedOf('update', desired, existing, reason);
  if (existing === undefined) return expiry.kind === 'over' ? { kind: 'ended' } : change('create', after);
  const isOutside = existing.origin === 'OUTSIDE';
  const isSame = isEqual(desired, existing);
  if (isSame && isOutside && adopt) return change('adopt', wanted);
  if (isSame && expiry.kind === 'kept') return { kind: 'unchanged', unchanged: unchangedOf(existing), isOutside };
  if (expiry.kind === 'over') return denied(tooLate(expiry.expiresAt));
  if (existing.ownerArn !== null) return denied(ofAddOn(existing.ownerArn));
  return isSame && isOutside ? denied(notAdopted) : change('update', after);
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
  const change = changeOf('delete', orphan, { existing: orphan, after: null, reason: null });
  return { kind: 'change', change };
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
  { existing, after, reason }: { existing: Observed | null; after: Stated | null; reason: string | null },
): Change {
  return {
    action,
    target: targetOf(target),
    associationId: existing?.associationId ?? null,
    before: existing && statedOf(existing),
    after,
    expectedModifiedAt: existing?.modifiedAt ?? null,
    expectedRevision: null,
    reason,
  };
}

/**
 * The names of the settings in which two states differ. Policies are compared by what they mean.
 */
export function changedSettings(one: Settings, other: Settings): readonly SettingName[] {
  return settingNames.filter((name) => comparable(name, one[name]) !== comparable(name, other[name]));
}

function isEqual(one: Settings, other: Settings): boolean {
  return changedSettings(one, other).length === 0;
}

function comparable(name: SettingName, value: Settings[SettingName]) {
  if (settingFields[name].type !== 'document' || typeof value !== 'string') return value;
  try {
    return canonicalJson(JSON.parse(value));
  } catch {
    return value;
  }
}

/** A value as JSON text that does not depend on the order of fields. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

function otherTagsOf(desired: Desired, existing: Observed | undefined): readonly OtherTags[] {
  if (existing === undefined) return [];
  const difference = tagDifference(statedOf(existing).tags, desired.tags);
  return isNone(difference) ? [] : [{ ...targetOf(desired), ...difference }];
}

/** The state of an association without the tags that no request can set. */
export function statedOf(stated: Stated): Stated {
  const state = { ...settingsOf(stated), tags: ownTags(stated.tags) };
  const { expiresAt = null } = stated;
  return expiresAt === null ? state : { ...state, expiresAt };
}

function targetOf({ accountId, region, clusterName, namespace, serviceAccount }: Target): Target {
  return { accountId, region, clusterName, namespace, serviceAccount };
}
