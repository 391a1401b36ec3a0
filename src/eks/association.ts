import * as v from 'valibot';
import type { Association, ClusterRef, Tag } from '../model/association.ts';
import { settingNames } from '../model/setting-fields.ts';
import type { GivenSettings, SettingName } from '../model/setting-fields.ts';
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

/** The settings of an association. EKS returns a cleared one as empty. */
const settingShapes = {
  roleArn: text,
  targetRoleArn: optionalText,
  disableSessionTags: v.nullish(v.boolean()),
  policy: optionalText,
} as const satisfies Record<SettingName, v.GenericSchema>;

/**
 * `PodIdentityAssociation` in the EKS API reference: the fields that EKS always returns, and the
 * optional ones.
 */
const associationShape = v.object({
  ...summaryFields,
  ...settingShapes,
  createdAt: v.date(),
  modifiedAt: v.date(),
  tags: v.nullish(tags),
  externalId: optionalText,
});

/**
 * The most characters of an association as JSON. One with every field and tag at its greatest
 * length has under 50,000.
 */
const maxLength = 60_000;

/**
 * An association of the SDK as a domain object, tags sorted by key. Null if a field that EKS always
 * returns is missing, a field has the wrong type, or it belongs to another cluster.
 */
export function associationFrom(output: unknown, cluster: ClusterRef): Association | null {
  const parsed = v.safeParse(associationShape, output);
  if (!parsed.success || !isIn(cluster, parsed.output)) return null;
  const { createdAt, modifiedAt, ...fields } = parsed.output;
  const association = {
    ...summaryOf(fields, cluster),
    ...settingsFrom(fields),
    tags: tagsFrom(fields.tags ?? {}),
    createdAt: createdAt.toISOString(),
    modifiedAt: modifiedAt.toISOString(),
    externalId: fields.externalId ?? null,
  };
  // More would not fit in an item of the ledger together with the request.
  return JSON.stringify(association).length > maxLength ? null : association;
}

/**
 * A summary of the SDK as a domain object; null under the conditions of {@link associationFrom}.
 */
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

/** The settings of a response; null for one that is missing or empty. */
function settingsFrom(fields: GivenSettings): Pick<Association, SettingName> {
  const values = settingNames.map((name) => [name, fields[name] === '' ? null : (fields[name] ?? null)] as const);
  // The shapes above are those of the settings.
  return Object.fromEntries(values) as Pick<Association, SettingName>;
}

function tagsFrom(given: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(given)
    .map(([key, value]) => ({ key, value }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
