import * as v from 'valibot';
import type { Association, ClusterRef, Tag } from '../model/association.ts';
import { isAssociationId, parseAssociationArn } from '../validation/associations.ts';
import type { AssociationSummary } from './eks.ts';

// The SDK does not check the responses of EKS: a field can have any type, whatever its types say.

const text = v.pipe(v.string(), v.nonEmpty());
const optionalText = v.nullish(v.string());

/** The tags of a response. Not `v.record`, which drops keys such as `__proto__`. */
const tags = v.custom<Readonly<Record<string, string>>>(
  (value) =>
    typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string'),
);

const summaryFields = {
  clusterName: text,
  namespace: text,
  serviceAccount: text,
  associationArn: text,
  associationId: v.pipe(v.string(), v.check(isAssociationId)),
  ownerArn: optionalText,
};

/** `PodIdentityAssociationSummary` in the EKS API reference. */
const summaryShape = v.object(summaryFields);

/** `PodIdentityAssociation` in the EKS API reference: the fields that EKS always returns, and the optional ones. */
const associationShape = v.object({
  ...summaryFields,
  roleArn: text,
  createdAt: v.date(),
  modifiedAt: v.date(),
  tags: v.nullish(tags),
  disableSessionTags: v.nullish(v.boolean()),
  targetRoleArn: optionalText,
  externalId: optionalText,
  policy: optionalText,
});

/** The most characters of an association as JSON. One with every field and tag at its greatest length has under 50,000. */
const maxLength = 60_000;

/**
 * An association of the SDK as a domain object, tags sorted by key. Null if a field that EKS always returns is missing, a field
 * has the wrong type, or it belongs to another cluster.
 */
export function associationFrom(output: unknown, cluster: ClusterRef): Association | null {
  const parsed = v.safeParse(associationShape, output);
  if (!parsed.success || !isIn(cluster, parsed.output)) return null;
  const { createdAt, modifiedAt, ...fields } = parsed.output;
  const association = {
    ...summaryOf(fields, cluster),
    roleArn: fields.roleArn,
    tags: tagsFrom(fields.tags ?? {}),
    createdAt: createdAt.toISOString(),
    modifiedAt: modifiedAt.toISOString(),
    disableSessionTags: fields.disableSessionTags ?? null,
    targetRoleArn: textOrNull(fields.targetRoleArn),
    externalId: fields.externalId ?? null,
    policy: textOrNull(fields.policy),
  };
  // More would not fit in an item of the ledger together with the request.
  return JSON.stringify(association).length > maxLength ? null : association;
}

/** A summary of the SDK as a domain object; null under the conditions of {@link associationFrom}. */
export function summaryFrom(listed: unknown, cluster: ClusterRef): AssociationSummary | null {
  const parsed = v.safeParse(summaryShape, listed);
  return parsed.success && isIn(cluster, parsed.output) ? summaryOf(parsed.output, cluster) : null;
}

type Summary = v.InferOutput<typeof summaryShape>;

function summaryOf(summary: Summary, { accountId, region, clusterName }: ClusterRef): AssociationSummary {
  const { namespace, serviceAccount, associationArn, associationId, ownerArn } = summary;
  const target = { accountId, region, clusterName, namespace, serviceAccount };
  return { ...target, associationArn, associationId, ownerArn: ownerArn ?? null };
}

/** Whether the name of the cluster and the ARN are those of an association of this cluster. */
function isIn({ accountId, region, clusterName }: ClusterRef, { associationArn, associationId, ...rest }: Summary) {
  const arn = parseAssociationArn(associationArn);
  return (
    rest.clusterName === clusterName &&
    arn?.accountId === accountId &&
    arn.region === region &&
    arn.clusterName === clusterName &&
    arn.associationId === associationId
  );
}

/** An optional text of EKS; null if it is missing or empty. EKS returns a cleared target role or policy as empty. */
function textOrNull(value: string | null | undefined): string | null {
  return value === '' ? null : (value ?? null);
}

function tagsFrom(given: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(given)
    .map(([key, value]) => ({ key, value }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
