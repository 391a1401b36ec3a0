import { isObject } from './fold-conditions.ts';
import type { JsonObject } from './fold-conditions.ts';

type Resources = Readonly<Record<string, JsonObject>>;

/**
 * Stands for the logical id of the version in release.yml: the framework derives it from the
 * package.
 */
const versionInFiles = /\bGraphqlVersion\b/g;

/**
 * Points the alias and the alarms of release.yml at the version that the framework creates for this
 * package, and the API at the alias. Only the alias may be invoked by the API. A version that an
 * update replaces is deleted with it, when its traffic has ended: kept versions would use up the
 * code storage of the account. The hash of signed code is not known here, so a version of it has
 * none.
 */
export function withAlias(template: Resources, isSigned: boolean): Resources {
  const [version] = Object.entries(template).find(([, { Type }]) => Type === 'AWS::Lambda::Version') ?? [];
  if (version === undefined) throw new Error('The template has no version of the graphql function.');
  const resources = JSON.parse(JSON.stringify(template).replace(versionInFiles, version)) as Resources;
  const alias = { Ref: 'GraphqlAlias' };
  return {
    ...resources,
    ...withProperty(resources, version, isSigned ? { CodeSha256: { Ref: 'AWS::NoValue' } } : {}, {
      DeletionPolicy: 'Delete',
    }),
    ...withProperty(resources, 'HttpApiIntegrationGraphql', { IntegrationUri: alias }),
    ...withProperty(resources, 'GraphqlLambdaPermissionHttpApi', { FunctionName: alias }),
  };
}

function withProperty(
  resources: Resources,
  name: string,
  properties: JsonObject,
  attributes: JsonObject = {},
): Resources {
  const resource = resources[name];
  const before = resource?.Properties;
  if (resource === undefined || before === undefined || !isObject(before)) {
    throw new Error(`The template has no ${name}.`);
  }
  return { [name]: { ...resource, ...attributes, Properties: { ...before, ...properties } } };
}
