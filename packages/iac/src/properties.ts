import type { EnsurePodIdentityAssociationInput } from 'pod-identity-client';
import * as v from 'valibot';
import { Failure } from './failure.ts';

/** What a declaration of an association has. */
export type Properties = v.InferOutput<typeof schema>;

/** Names and values, as they were sent. */
export type Fields = Readonly<Record<string, unknown>>;

const text = v.string('has to be a text');
const optionalText = v.exactOptional(text);

/** CloudFormation sends flags and numbers as texts. */
const flag = v.pipe(
  v.union([v.boolean(), v.picklist(['true', 'false'])], 'has to be true or false'),
  v.transform((given) => String(given) === 'true'),
);
const minutes = v.pipe(
  v.unknown(),
  v.transform(String),
  v.regex(/^(\d|1[0-4])$/, 'has to be 0 to 14'),
  v.transform(Number),
);

/** A list of keys and values, as in CloudFormation, or an object, as in Terraform and Pulumi. */
const tags = v.pipe(
  v.unknown(),
  v.transform((given) => {
    if (Array.isArray(given)) return given.map((tag) => camelCased(Object(tag) as Fields));
    return v.is(v.record(v.string(), v.unknown()), given) ? Object.entries(given).map(toTag) : given;
  }),
  v.array(v.strictObject({ key: text, value: text }, 'needs a key and a value'), 'has to be a list or an object'),
);

const schema = v.object(
  {
    clusterName: text,
    accountId: optionalText,
    region: optionalText,
    namespace: text,
    serviceAccount: text,
    roleArn: text,
    targetRoleArn: optionalText,
    disableSessionTags: v.optional(flag),
    policy: optionalText,
    tags: v.optional(tags),
    expiresAt: v.optional(v.nullable(text)),
    takeOver: v.optional(flag),
    attempt: optionalText,
    reason: optionalText,
    onBehalfOf: optionalText,
    waitForApprovalMinutes: v.optional(minutes),
    // A field that desired states gain does not compile until it is here.
  } satisfies Record<keyof Omit<EnsurePodIdentityAssociationInput, 'declaration'> | 'waitForApprovalMinutes', unknown>,
  'is required',
);

/**
 * Reads properties, written as CloudFormation (`RoleArn`) or the API (`roleArn`) writes them. Null and
 * '' mean that a property is not given; of expiresAt, that there is no expiry.
 *
 * @throws Failure naming everything that is wrong
 */
export function readProperties(given: Fields): Properties {
  const fields = Object.entries(camelCased(given))
    .map(([name, value]) => [name, value === '' ? null : value] as const)
    .filter(([name, value]) => value !== null || name === 'expiresAt');
  const read = v.safeParse(schema, Object.fromEntries(fields));
  const problems = read.issues?.map((issue) => `${v.getDotPath(issue) ?? ''} ${issue.message}.`) ?? [];
  const names = Object.keys(schema.entries);
  const unknown = fields.flatMap(([name]) => (names.includes(name) ? [] : [name]));
  if (unknown.length > 0) problems.push(`Unknown: ${unknown.join(', ')}. The properties are ${names.join(', ')}.`);
  if (read.success && unknown.length === 0) return read.output;
  throw new Failure('INVALID_INPUT', problems.join(' '));
}

function camelCased(fields: Fields): Fields {
  const named = Object.entries(fields).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]);
  return Object.fromEntries(named) as Fields;
}

function toTag([key, value]: readonly [string, unknown]) {
  return { key, value };
}
