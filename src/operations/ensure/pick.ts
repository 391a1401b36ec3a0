import type { Association, AssociationSettings } from '../../model/association.ts';
import type { RequestOf, RequestedOperation } from '../../model/operation.ts';
import type { Difference } from '../../model/refusal.ts';
import { changedTags, exceedsTagLimit, isRequestTag } from '../../model/tags.ts';
import type { DesiredAssociation, DesiredState } from '../../validation/ensure.ts';
import { settingDifferences, tagDifferences } from '../terms/differences.ts';
import type { EnsureChange } from './result.ts';

/** What was read of a service account. */
export interface KnownAssociation {
  /** The public revision of its state. */
  readonly revision: number;
  /** As EKS showed it, with the tags that it has for certain; null: there is none. */
  readonly association: Association | null;
  /** When it ends: RFC 3339, UTC; null: it does not end by itself. */
  readonly expiresAt: string | null;
  /** Whether a request of the declaration made or changed it last, of those through the gateway. */
  readonly isOwn: boolean;
  /** Whether an operation of the gateway made or adopted this version of it. */
  readonly isConfirmed: boolean;
}

/** What a desired state needs. */
export type Picked = { readonly differences: readonly Difference[] } & (
  | { readonly change: 'NONE'; readonly to: null }
  | { readonly change: Exclude<EnsureChange, 'NONE'>; readonly to: RequestedOperation }
);

/**
 * The one change that comes next: settings and expiry, then tags to set, then tags to remove. What is
 * not the declaration's becomes so by the first change: of its settings, or by its adoption.
 */
export function pick(
  { target, association: desired, takeOver }: Omit<DesiredState, 'attempt'>,
  known: KnownAssociation,
): Picked {
  const { association, revision: expectedRevision, isOwn, isConfirmed } = known;
  const differences = differencesOf(desired, known);
  const none: Picked = { change: 'NONE', to: null, differences };
  if (association === null) {
    if (desired === null) return none;
    const { tags, expiresAt, ...settings } = desired;
    const expiry = expiresAt ? { expiresAt } : {};
    const request = { ...target, ...settings, tags: tags ?? [], expectedRevision, ...expiry };
    return { change: 'CREATE', to: { operation: 'CREATE_POD_IDENTITY_ASSOCIATION', request }, differences };
  }
  const { accountId, region, clusterName, associationId, modifiedAt: expectedModifiedAt } = association;
  const existing = { accountId, region, clusterName, associationId, expectedModifiedAt, expectedRevision };
  const adopt: Picked = {
    change: 'ADOPT',
    to: { operation: 'ADOPT_POD_IDENTITY_ASSOCIATION', request: existing },
    differences,
  };
  if (desired === null) {
    return { change: 'DELETE', to: { operation: 'DELETE_POD_IDENTITY_ASSOCIATION', request: existing }, differences };
  }
  if (differences.length === 0) return isOwn || !takeOver ? none : adopt;

  const changes = changedSettings(desired, association);
  const changesSettings = Object.keys(changes).length > 0;
  if (!isOwn && takeOver && !changesSettings) return adopt;
  const { expiresAt } = desired;
  const changesExpiry = expiresAt !== undefined && timeOf(expiresAt) !== timeOf(known.expiresAt);
  if (changesSettings || changesExpiry) {
    // The expiry alone can be set of a version that the gateway made or adopted.
    if (!changesSettings && !isConfirmed) return adopt;
    const request = { ...existing, changes, ...(changesExpiry ? { expiresAt } : {}) };
    return { change: 'UPDATE', to: { operation: 'UPDATE_POD_IDENTITY_ASSOCIATION', request }, differences };
  }
  return { ...changeOfTags(desired, association, existing), differences };
}

function changeOfTags(
  { tags: desired }: DesiredAssociation,
  { tags }: Association,
  existing: RequestOf['ADOPT_POD_IDENTITY_ASSOCIATION'],
): { readonly change: 'TAG' | 'UNTAG'; readonly to: RequestedOperation } {
  const expectedTags = tags.filter(isRequestTag);
  const wanted = desired ?? [];
  const values = new Map(expectedTags.map(({ key, value }) => [key, value]));
  const toSet = wanted.filter(({ key, value }) => values.get(key) !== value);
  const tagKeys = expectedTags.map(({ key }) => key).filter((key) => wanted.every((tag) => tag.key !== key));
  const named = toSet.map(({ key, value }) => ({ key, requested: value }));
  // Where there is no room for tags to set, others are removed first.
  if (toSet.length > 0 && (tagKeys.length === 0 || !exceedsTagLimit(changedTags(tags, named)))) {
    const request = { ...existing, tags: toSet, expectedTags };
    return { change: 'TAG', to: { operation: 'TAG_POD_IDENTITY_ASSOCIATION', request } };
  }
  const request = { ...existing, tagKeys: tagKeys.toSorted(), expectedTags };
  return { change: 'UNTAG', to: { operation: 'UNTAG_POD_IDENTITY_ASSOCIATION', request } };
}

/** Where an association differs from what is desired; empty if there is none. */
export function differencesOf(
  desired: DesiredAssociation | null,
  { association, expiresAt }: Pick<KnownAssociation, 'association' | 'expiresAt'>,
): readonly Difference[] {
  if (desired === null || association === null) return [];
  const { tags, expiresAt: requested, ...settings } = desired;
  const isOther = requested !== undefined && timeOf(requested) !== timeOf(expiresAt);
  return [
    ...settingDifferences(settings, association),
    ...(isOther ? [{ field: 'expiresAt', requested, existing: expiresAt }] : []),
    ...(tags ? tagDifferences(tags, association.tags.filter(isRequestTag)) : []),
  ];
}

/** The settings that differ, as they are desired. */
function changedSettings(desired: DesiredAssociation, association: Association): Partial<AssociationSettings> {
  const { tags: _, expiresAt: __, ...settings } = desired;
  const names = new Set(settingDifferences(settings, association).map(({ field }) => field));
  return Object.fromEntries(Object.entries(settings).filter(([name]) => names.has(name)));
}

function timeOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}
