import { settingsOf } from '../../../client/src/client/setting-fields.ts';
import type { Plan } from './plan-file.ts';
import { changedSettings } from './states.ts';
import { tagDifference } from './tags.ts';
import type { Change } from './planner.ts';
import type { Stated } from './states.ts';

/** What the inputs of all changes of a plan share. */
type Context = Pick<Plan, 'declaration' | 'onBehalfOf'>;

/**
 * The input of a change's mutation, without its token. The server compares it with that of an
 * earlier request of the same token.
 */
export function inputOf(context: Context, change: Change) {
  const { accountId, region, clusterName, namespace, serviceAccount } = change.target;
  const cluster = { accountId, region, clusterName };
  const { declaration, onBehalfOf } = context;
  const recorded = { reason: change.reason, onBehalfOf, declaration };
  const existing = {
    ...cluster,
    associationId: change.associationId ?? '',
    expectedModifiedAt: change.expectedModifiedAt,
    ...recorded,
  };
  switch (change.action) {
    case 'create':
      return {
        create: {
          ...cluster,
          namespace,
          serviceAccount,
          ...createdOf(change.after),
          expectedRevision: change.expectedRevision,
          ...recorded,
        },
      };
    case 'update':
      return { update: { ...existing, ...changesOf(change), expectedRevision: change.expectedRevision } };
    case 'adopt':
      return { adopt: existing };
    case 'delete':
      return { delete: existing };
    case 'tag':
      return { tag: { ...existing, ...taggedOf(change), expectedTags: tagList(change.before) } };
    case 'untag':
      return { untag: { ...existing, ...untaggedOf(change), expectedTags: tagList(change.before) } };
  }
}

/** Every create of a plan has a state that it makes. */
function createdOf(after: Stated | null) {
  if (after === null) throw new Error('A create of the plan has no state that it makes.');
  return { ...settingsOf(after), tags: tagList(after), expiresAt: after.expiresAt };
}

function tagList(state: Pick<Stated, 'tags'> | null) {
  return Object.entries(state?.tags ?? {}).map(([key, value]) => ({ key, value }));
}

/** The tags that a change adds, or gives another value. */
function taggedOf({ before, after }: Change) {
  const { added, changed } = tagDifference(before?.tags ?? {}, after?.tags ?? {});
  const values = Object.entries(changed).map(([key, value]) => [key, value.after] as const);
  return { tags: tagList({ tags: { ...added, ...Object.fromEntries(values) } }) };
}

function untaggedOf({ before, after }: Change) {
  return { tagKeys: Object.keys(tagDifference(before?.tags ?? {}, after?.tags ?? {}).removed) };
}

function changesOf({ before, after }: Change) {
  if (before === null || after === null) return {};
  const settings = Object.fromEntries(changedSettings(before, after).map((name) => [name, after[name]] as const));
  return after.expiresAt === undefined ? settings : { ...settings, expiresAt: after.expiresAt };
}
