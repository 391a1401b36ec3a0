import { settingNames } from '../../../client/src/client/setting-fields.ts';
import { diffOf } from '../ui/diff-of.ts';
import type { DiffField } from '../ui/diff-of.ts';
import { textsOf } from './change.ts';
import type { Bound, Change } from './change.ts';
import type { Draft } from './draft.ts';

type Settings = Readonly<Record<string, string | null>>;

/** An association as the API returns it, to compare with. */
export type Existing = Omit<Bound, 'expiresAt'> & { readonly expiresAt?: string | null };

/**
 * What a change does to what is. For a create, `existing` is the association that the service
 * account has already; null if it has none.
 */
export function diffOfChange(change: Change, existing: Existing | null): DiffField[] {
  const was = existing && settingsOf(textsOf({ ...existing, expiresAt: existing.expiresAt ?? null }));
  if (change.kind === 'delete') return diffOf(was, null);
  if (change.kind === 'update') return diffOf(was, { ...was, ...changed(change.input) }, { all: true });
  const tags = existing ? Object.fromEntries(existing.tags.map(({ key, value }) => [`tags.${key}`, value])) : {};
  const asked = { ...settingsOf({}), ...changed({ ...(existing && { disableSessionTags: false }), ...change.input }) };
  const askedTags = (change.input.tags ?? []).map(({ key, value }) => [`tags.${key}`, value ?? '']);
  return diffOf(was && { ...was, ...tags }, { ...asked, ...Object.fromEntries(askedTags) } as Settings);
}

const names = [...settingNames, 'expiresAt'] as const;

function settingsOf(texts: Draft): Settings {
  return Object.fromEntries(names.map((name) => [name, texts[name] ?? null]));
}

type Given = Partial<Readonly<Record<(typeof names)[number], string | boolean | null | undefined>>>;

function changed(input: Given): Settings {
  const given = names.filter((name) => input[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, input[name] === null ? null : String(input[name])]));
}
