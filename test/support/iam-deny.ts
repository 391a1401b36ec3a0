// Evaluates statements that deny, as IAM does ("Policy evaluation logic" and "IAM JSON policy elements: Condition operators" in
// its user guide). Elements that it does not know are an error, so that a test never skips one.
import * as v from 'valibot';

const texts = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((given) => [given].flat()),
);

const conditions = v.record(v.string(), texts);

const denyStatement = v.strictObject({
  Sid: v.pipe(v.string(), v.regex(/^[A-Za-z0-9]+$/)),
  Effect: v.literal('Deny'),
  Action: texts,
  Resource: texts,
  Condition: v.optional(
    v.strictObject({ ArnLike: v.optional(conditions, {}), ArnNotLike: v.optional(conditions, {}) }),
    {},
  ),
});

const denyPolicy = v.strictObject({ Version: v.literal('2012-10-17'), Statement: v.array(denyStatement) });

/** A request to AWS; `keys` are the values of condition keys. */
export interface AwsRequest {
  readonly action: string;
  readonly resource: string;
  readonly keys: Readonly<Record<string, string>>;
}

/** The Sids of the statements that deny a request. Throws for a policy with elements other than those of such statements. */
export function denying(policy: unknown, { action, resource, keys }: AwsRequest): string[] {
  return v
    .parse(denyPolicy, policy)
    .Statement.filter(({ Action, Resource, Condition }) => {
      const isOfAction = Action.some((pattern) => wildcard(pattern.toLowerCase(), action.toLowerCase()));
      const isOfResource = Resource.some((pattern) => wildcard(pattern, resource));
      // A key that the request lacks does not match, so a condition with Not is met.
      const matches = ([key, patterns]: [string, string[]]) =>
        patterns.some((pattern) => arnLike(pattern, keys[key] ?? ''));
      const likes = Object.entries(Condition.ArnLike).every(matches);
      const notLikes = !Object.entries(Condition.ArnNotLike).some(matches);
      return isOfAction && isOfResource && likes && notLikes;
    })
    .map(({ Sid }) => Sid);
}

/** `*` is any text, `?` any character. */
function wildcard(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

/** The six parts of an ARN are compared separately, so that a wildcard never crosses a colon of the first five. */
function arnLike(pattern: string, arn: string): boolean {
  const parts = (text: string) => {
    const all = text.split(':');
    return [...all.slice(0, 5), all.slice(5).join(':')];
  };
  const given = parts(arn);
  return parts(pattern).every((part, index) => wildcard(part, given[index] ?? ''));
}
