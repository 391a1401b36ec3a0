import type { PageParams as Params } from '../../../client/src/client/page-links.ts';

/** The fields that say which pods a change is about. */
const places = ['clusterName', 'accountId', 'region', 'namespace', 'serviceAccount', 'associationId'] as const;

/** The parameters of the URL: the place, and the fields of the form. */
const inUrl = [
  ...places,
  ...(['action', 'roleArn', 'targetRoleArn', 'disableSessionTags', 'tags', 'expiresAt'] as const),
  ...(['ifExists', 'expectedRevision', 'reason'] as const),
] as const;

/** A field of the form. A session policy is too long for a URL. */
export type FieldName = (typeof inUrl)[number] | 'policy';

/**
 * What was filled in, as texts. An absent field is as the association has it; an empty one is
 * cleared.
 */
export type Draft = Readonly<Partial<Record<FieldName, string>>>;

/**
 * The fields that an update can clear: their names are in the parameter `clear`, because an empty
 * parameter is none.
 */
const optional = ['targetRoleArn', 'policy', 'expiresAt'] as const;

/** The longest reason that is in the URL, in characters. */
const longestReason = 300;

/** What a change does. */
export type ChangeKind = 'create' | 'update' | 'delete';

/** The kind of change that a URL asks for. */
export function kindOf({ associationId, action }: Draft): ChangeKind {
  if (!associationId) return 'create';
  return action === 'delete' ? 'delete' : 'update';
}

/** What the parameters of a URL fill in. */
export function draftOf(params: URLSearchParams): Draft {
  const cleared = (params.get('clear') ?? '').split(',');
  return Object.fromEntries([
    ...optional.filter((name) => cleared.includes(name)).map((name) => [name, '']),
    ...inUrl.flatMap((name) => (params.get(name) ? [[name, params.get(name)]] : [])),
  ]) as Draft;
}

/**
 * Whether a link has filled in more than a place. Nothing is sent of it before a person does
 * something: a dry run would be recorded in their name.
 */
export function isFilledIn(draft: Draft): boolean {
  return Object.keys(draft).some((name) => !(places as readonly string[]).includes(name));
}

/** The parameters of the URL of what is filled in: all but a session policy and a long reason. */
export function paramsOf(draft: Draft): Params {
  const { reason } = draft;
  const clear = draft.associationId ? optional.filter((name) => draft[name] === '').join(',') : '';
  const shown = inUrl.map((name) => [name, draft[name]] as const);
  return { ...Object.fromEntries(shown), reason: (reason ?? '').length > longestReason ? null : reason, clear };
}

/** A tag, as it is typed. */
export interface DraftTag {
  readonly key: string;
  readonly value: string;
}

/** The tags in the text of a draft, in the form of a query: `team=payments&cost%20centre=4711`. */
export function tagsOf(text: string | undefined): DraftTag[] {
  return [...new URLSearchParams(text ?? '')].map(([key, value]) => ({ key, value }));
}

/** The text of tags in a draft. */
export function textOfTags(tags: readonly DraftTag[]): string {
  return new URLSearchParams(tags.map(({ key, value }): [string, string] => [key, value])).toString();
}
