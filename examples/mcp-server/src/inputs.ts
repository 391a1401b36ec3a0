import * as z from 'zod';

/**
 * A text of bounded length. The gateway checks names and ARNs, and says what is wrong with each.
 */
const text = (limit: number) => z.string().min(1).max(limit);

// What many tools have is described once, in the instructions of the server.
const clusterName = text(100);
const accountId = text(12);
const region = text(63);
const namespace = text(63);
const serviceAccount = text(253);
const roleArn = text(2_048);
const associationId = text(60).describe('Id of the association in EKS, e.g. a-0123456789abcdefg.');
const time = text(40).describe('RFC 3339, e.g. 2026-11-24T11:00:00+01:00.');
const id = text(300);

export const fields = { clusterName, accountId, region, namespace, serviceAccount, roleArn, associationId, time, id };

/** A cluster. */
export const cluster = { clusterName, accountId: accountId.optional(), region: region.optional() };

/** Size of a page, and where it begins. */
export const page = {
  limit: z.int().min(1).max(50).default(20).describe('How many items at most.'),
  cursor: text(4_096).optional().describe('nextCursor of the page before.'),
};

const settings = {
  targetRoleArn: roleArn.describe('ARN of a second role, which is assumed with the credentials of roleArn.'),
  disableSessionTags: z.boolean().describe('Whether to disable the session tags of EKS.'),
  policy: text(2_048).describe('IAM session policy as JSON text; needs disableSessionTags.'),
  expiresAt: time.describe('When the gateway deletes the association, RFC 3339, for temporary access.'),
};
export const tags = z
  .array(z.strictObject({ key: text(128), value: z.string().max(256).default('') }))
  .max(50)
  .describe('Tags of the association. Policy can require some, e.g. the team.');

/** What every change has beside its own fields. */
const change = {
  reason: text(1_024).optional().describe('Why the person wants it, in their words. Recorded in the audit trail.'),
};
const existing = { ...cluster, associationId, ...change };
const expectedTags = tags
  .optional()
  .describe('Tags as read, without those of the gateway and AWS: refused if others changed them since.');
const expectedModifiedAt = time
  .optional()
  .describe('modifiedAt as read: refused if others changed the association since.');

/** The fields of each change. */
export const changes = {
  create: {
    ...cluster,
    namespace,
    serviceAccount,
    roleArn,
    tags: tags.optional(),
    targetRoleArn: settings.targetRoleArn.optional(),
    disableSessionTags: settings.disableSessionTags.optional(),
    policy: settings.policy.optional(),
    expiresAt: settings.expiresAt.optional(),
    ...change,
  },
  update: {
    ...existing,
    expectedModifiedAt,
    roleArn: roleArn.optional(),
    targetRoleArn: settings.targetRoleArn.nullable().optional(),
    disableSessionTags: settings.disableSessionTags.optional(),
    policy: settings.policy.nullable().optional(),
    expiresAt: settings.expiresAt.nullable().optional(),
  },
  delete: { ...existing, expectedModifiedAt },
  adopt: { ...existing, expectedModifiedAt },
  tag: { ...existing, tags: tags.min(1).describe('Tags to add, or to give another value.'), expectedTags },
  untag: { ...existing, tagKeys: z.array(text(128)).min(1).max(50), expectedTags },
};

/** The token of a change, of which an agent need not know more than when to repeat it. */
export const token = {
  clientRequestToken: z
    .string()
    .regex(/^[!-~]{16,128}$/, 'must be 16 to 128 printable ASCII characters')
    .optional()
    .describe('UUID of the change, see the instructions.'),
};
