import type { Json, JsonObject } from './fold-conditions.ts';
import { textOf } from './rendered.ts';

/** Where types of resources have their name; theirs would be generated otherwise. */
const nameProperties: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::CompositeAlarm': 'AlarmName',
  'AWS::Events::Rule': 'Name',
};

/**
 * Names alarms and rules `SERVICE-STAGE.LOGICAL-ID`. A stage has no dot, so a policy on
 * `SERVICE-STAGE.*` does not reach those of a stage whose name begins with this one. CloudFormation
 * would generate names with a dash, and shorten those of rules.
 */
export function withFixedNames(resources: Readonly<Record<string, JsonObject>>, stack: string) {
  return Object.fromEntries(
    Object.entries(resources).map(([logicalId, resource]): [string, JsonObject] => {
      const property = nameProperties[textOf(resource.Type ?? '')];
      if (property === undefined) return [logicalId, resource];
      return [logicalId, withProperties(resource, { [property]: `${stack}.${logicalId}`, ...properties(resource) })];
    }),
  );
}

/**
 * The bucket of the packages with a name that a policy can spell out: CloudFormation would shorten
 * the stage in a generated one. The stage and the longest region fit into the 63 characters of a
 * name.
 */
export function withBucketName(bucket: JsonObject, stack: string): JsonObject {
  const BucketName = { 'Fn::Sub': `${stack}-\${AWS::Region}-\${AWS::AccountId}` };
  return withProperties(bucket, { ...properties(bucket), BucketName });
}

function properties({ Properties = {} }: JsonObject): JsonObject {
  return Properties as JsonObject;
}

function withProperties(resource: JsonObject, Properties: Json): JsonObject {
  return { ...resource, Properties };
}
