import { settingsOf } from '../../../client/src/client/setting-fields.ts';
import type { Plan } from './plan-file.ts';
import { changedSettings } from './planner.ts';
import type { Change, Stated } from './planner.ts';

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
      return { update: { ...existing, ...changesOf(change) } };
    case 'adopt':
      return { adopt: existing };
    case 'delete':
      return { delete: existing };
  }
}

/** Every create of a plan has a state that it makes. */
function createdOf(after: Stated | null) {
  if (after === null) throw new Error('A create of the plan has no state that it makes.');
  const tags = Object.entries(after.tags).map(([key, value]) => ({ key, value }));
  return { ...settingsOf(after), tags, expiresAt: after.expiresAt };
}

function changesOf({ before, after }: Change) {
  if (before === null || after === null) return {};
  const settings = Object.fromEntries(changedSettings(before, after).map((name) => [name, after[name]] as const));
  return after.expiresAt === undefined ? settings : { ...settings, expiresAt: after.expiresAt };
}
