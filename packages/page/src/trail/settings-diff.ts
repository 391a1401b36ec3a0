import { settingNames } from '../../../client/src/client/setting-fields.ts';
import type { SettingName } from '../../../client/src/client/setting-fields.ts';
import type { LineFragment, TrailEntryQuery } from '../generated/trail.ts';
import { diffOf } from '../ui/diff-of.ts';
import type { DiffField } from '../ui/diff-of.ts';

type Entry = NonNullable<TrailEntryQuery['auditEntry']>;
type Settings = Readonly<Record<string, string | null>>;

/**
 * What a request changes: the association before, and the settings that it asks for. Empty where
 * nothing is recorded of either.
 */
export function settingsDiff({
  operationKind,
  before,
  request,
}: Pick<Entry, 'operationKind' | 'before' | 'request'>): DiffField[] {
  const was = before && settingsOf(before);
  if (operationKind === 'DELETE_POD_IDENTITY_ASSOCIATION') return diffOf(was, null);
  if (request === null) return [];
  if (operationKind === 'ADOPT_POD_IDENTITY_ASSOCIATION') return diffOf(was, was, { all: true });
  const asked = { ...settingsOf(request), ...tagsOf(request), expiresAt: request.expiresAt };
  if (operationKind !== 'UPDATE_POD_IDENTITY_ASSOCIATION') return diffOf(was, asked);
  const changed = Object.fromEntries(Object.entries(asked).filter(([name]) => request.changes.includes(name)));
  return diffOf(was, { ...was, ...changed }, { all: true });
}

function settingsOf(values: Readonly<Record<SettingName, string | boolean | null>>): Settings {
  const texts = settingNames.map((name) => [name, values[name] === null ? null : String(values[name])] as const);
  return Object.fromEntries(texts);
}

function tagsOf({ tags }: NonNullable<LineFragment['request']>): Settings {
  return Object.fromEntries(tags.map(({ key, value }) => [`tags.${key}`, value]));
}
