import { settingNames } from '../../../client/src/client/setting-fields.ts';
import type { SettingName } from '../../../client/src/client/setting-fields.ts';
import type { LineFragment, TrailEntryQuery, RequestFragment } from '../generated/trail.ts';
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
  const change = changes[operationKind];
  if (change === 'gone') return diffOf(was, null);
  if (request === null) return [];
  if (change === 'none') return diffOf(was, was, { all: true });
  if (change === 'tags') return diffOf(was, { ...was, ...tagsOf(request) }, { all: true });
  const asked = { ...settingsOf(request), ...tagsOf(request), expiresAt: request.expiresAt };
  if (change === 'whole') return diffOf(was, asked);
  const changed = Object.fromEntries(Object.entries(asked).filter(([name]) => request.changes.includes(name)));
  return diffOf(was, { ...was, ...changed }, { all: true });
}

/** What a request of each kind asks for: the whole association, a part of it, none, no change, or tags. */
const changes: Readonly<Record<Entry['operationKind'], 'whole' | 'part' | 'gone' | 'none' | 'tags'>> = {
  CREATE_POD_IDENTITY_ASSOCIATION: 'whole',
  UPDATE_POD_IDENTITY_ASSOCIATION: 'part',
  DELETE_POD_IDENTITY_ASSOCIATION: 'gone',
  ADOPT_POD_IDENTITY_ASSOCIATION: 'none',
  TAG_POD_IDENTITY_ASSOCIATION: 'tags',
  UNTAG_POD_IDENTITY_ASSOCIATION: 'tags',
  CHECK_CHANGES: 'whole',
  READ_AUDIT_TRAIL: 'whole',
  LOCK_CHANGES: 'whole',
  OBSERVE_ASSOCIATION: 'whole',
  APPROVE_REQUEST: 'whole',
  WITHDRAW_APPROVAL: 'whole',
  BEGIN_LOG: 'whole',
  ERASE_PERSONAL_DATA: 'whole',
};

function settingsOf(values: Readonly<Record<SettingName, string | boolean | null>>): Settings {
  const texts = settingNames.map((name) => [name, values[name] === null ? null : String(values[name])] as const);
  return Object.fromEntries(texts);
}

function tagsOf({ tags }: NonNullable<LineFragment['request']>): Settings {
  return Object.fromEntries(tags.map(({ key, value }) => [`tags.${key}`, value]));
}

type Conditions = Pick<RequestFragment, 'ifExists' | 'expectedRevision' | 'expectedModifiedAt'>;

/** On what a request depends besides its settings. */
export function conditionFacts(request: Conditions | null): Readonly<Record<string, string | number | null>> {
  if (request === null) return {};
  const { ifExists, expectedRevision, expectedModifiedAt } = request;
  return {
    'If one exists': ifExists === 'ADOPT' ? 'it is adopted, if it is equal' : null,
    'Only at the revision': expectedRevision,
    'Only as modified at': expectedModifiedAt,
  };
}
