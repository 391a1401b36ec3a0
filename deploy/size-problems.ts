import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FoldableTemplate, Json, JsonObject } from './fold-conditions.ts';
import type { Problem } from './problems.ts';
import { rendered, textOf } from './rendered.ts';
import type { StackNames } from './rendered.ts';

/** A size that a service limits. */
interface Size {
  /** As the beginning of a sentence: `The environment of X has`. */
  readonly what: string;
  readonly size: number;
  readonly limit: number;
  /** What is counted, and whose limit it is. */
  readonly unit: string;
  readonly where: string;
  readonly fix: string;
}

// Quotas of IAM, Lambda, CloudFormation, DynamoDB, EventBridge and S3, from their documentation.
// Those of IAM are counted without white space. A trust policy may have up to 4,096 characters
// where the quota of the account was raised, which can't be seen from here.
const limits = {
  inlinePolicies: 10_240,
  managedPolicy: 6_144,
  trustPolicy: 2_048,
  tablePolicy: 20_480,
  eventPattern: 2_048,
  environment: 4_096,
  unzipped: 262_144_000,
  template: 1_000_000,
  resources: 500,
  outputs: 200,
  parameters: 200,
} as const;

const shorterLists =
  'Give fewer paths in rolePath (one with * for several), fewer regions of this account in the inventory, or organizational ' +
  'units instead of account IDs in otherAccounts.';
const shorterStage = 'Give a shorter --stage.';

/** The longest names, and the property that has them. */
const names: Readonly<Record<string, readonly [property: string, limit: number]>> = {
  'AWS::IAM::Role': ['RoleName', 64],
  'AWS::Lambda::Function': ['FunctionName', 64],
  'AWS::Events::Rule': ['Name', 64],
  'AWS::S3::Bucket': ['BucketName', 63],
  'AWS::CloudWatch::Alarm': ['AlarmName', 255],
  'AWS::CloudWatch::Dashboard': ['DashboardName', 255],
};

/**
 * What exceeds a limit of AWS, which would otherwise fail a deployment half-way.
 *
 * @param unzipped the size of the files in the package, in bytes
 */
export function sizeProblems(template: FoldableTemplate, stack: StackNames, unzipped = 0): Problem[] {
  const sizes = [...templateSizes(template, unzipped), ...policySizes(template, stack), ...otherSizes(template, stack)];
  return sizes.filter(({ size, limit }) => size > limit).map(problemOf);
}

function problemOf({ what, size, limit, unit, where, fix }: Size): Problem {
  const figure = (value: number) => value.toLocaleString('en-US');
  return { what: `${what} ${figure(size)} ${unit}, and at most ${figure(limit)} are allowed.`, where, fix };
}

function templateSizes(template: FoldableTemplate & { readonly Parameters?: object }, unzipped: number): Size[] {
  const count = (section: object | undefined) => Object.keys(section ?? {}).length;
  const of = (size: number, limit: number, unit: string): Size => ({
    what: 'The template has',
    size,
    limit,
    unit: `${unit} for CloudFormation`,
    where: 'the template in .serverless',
    fix: 'Leave out options, or take resources of your own out of the stack.',
  });
  return [
    of(Buffer.byteLength(JSON.stringify(template)), limits.template, 'bytes'),
    of(count(template.Resources), limits.resources, 'resources'),
    of(count(template.Outputs), limits.outputs, 'outputs'),
    of(count(template.Parameters), limits.parameters, 'parameters'),
    {
      what: 'The unzipped package has',
      size: unzipped,
      limit: limits.unzipped,
      unit: 'bytes for Lambda',
      where: 'dist',
      fix: 'Leave clusters and namespaces without entries of their own out of the inventory.',
    },
  ];
}

function policySizes({ Resources }: FoldableTemplate, stack: StackNames): Size[] {
  const text = (part: Json) => JSON.stringify(rendered(part, Resources, stack)).length;
  return Object.entries(Resources).flatMap(([name, { Type, Properties = {} }]): Size[] => {
    const { Policies = [], AssumeRolePolicyDocument, PolicyDocument = {} } = Properties as JsonObject;
    const where = `${name} in the template`;
    if (Type === 'AWS::IAM::ManagedPolicy') {
      const what = `The managed policy ${name} has`;
      return [{ what, size: text(PolicyDocument), limit: limits.managedPolicy, unit: iam, where, fix: shorterLists }];
    }
    if (Type !== 'AWS::IAM::Role') return [];
    const documents = [...(Policies as readonly Json[]), ...attachedTo(name, Resources)].map(
      (policy) => (policy as { PolicyDocument: Json }).PolicyDocument,
    );
    const size = documents.reduce((sum: number, document) => sum + text(document), 0);
    const what = `The inline policies of ${name} have`;
    return [
      { what, size, limit: limits.inlinePolicies, unit: iam, where, fix: shorterLists },
      {
        what: `The trust policy of ${name} has`,
        size: text(AssumeRolePolicyDocument ?? {}),
        unit: iam,
        where,
        limit: limits.trustPolicy,
        fix: 'Trust fewer principals.',
      },
    ];
  });
}

const iam = 'characters for IAM';

/** The properties of the inline policies that are resources of their own. */
function attachedTo(role: string, resources: FoldableTemplate['Resources']): Json[] {
  return Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::RolePolicy')
    .map(({ Properties = {} }) => Properties as JsonObject)
    .filter(({ Roles = [], RoleName = '' }) => JSON.stringify([Roles, RoleName]).includes(`{"Ref":"${role}"}`));
}

function otherSizes({ Resources }: FoldableTemplate, stack: StackNames): Size[] {
  return Object.entries(Resources).flatMap(([logicalId, { Type, Properties = {} }]): Size[] => {
    const properties = Properties as JsonObject;
    const where = `${logicalId} in the template`;
    const bytes = (part: Json) => Buffer.byteLength(JSON.stringify(rendered(part, Resources, stack)));
    const [property = '', limit = 0] = names[textOf(Type ?? '')] ?? [];
    const name = properties[property];
    const sizes: Size[] = [];
    if (name !== undefined) {
      const text = textOf(rendered(name, Resources, stack));
      sizes.push({
        what: `The name ${text} has`,
        size: text.length,
        limit,
        unit: 'characters',
        where,
        fix: shorterStage,
      });
    }
    if (Type === 'AWS::Lambda::Function') {
      const { Variables = {} } = (properties.Environment ?? {}) as JsonObject;
      const what = `The environment of ${logicalId} has`;
      const fix = 'Shorten jwtAudience and the other settings that are lists.';
      sizes.push({ what, size: bytes(Variables), limit: limits.environment, unit: 'bytes for Lambda', where, fix });
    }
    if (Type === 'AWS::DynamoDB::Table' && properties.ResourcePolicy !== undefined) {
      const what = `The resource policy of ${logicalId} has`;
      const { PolicyDocument = {} } = properties.ResourcePolicy as JsonObject;
      const fix = 'Name fewer roles that may write to the tables.';
      sizes.push({
        what,
        size: bytes(PolicyDocument),
        limit: limits.tablePolicy,
        unit: 'bytes for DynamoDB',
        where,
        fix,
      });
    }
    if (Type === 'AWS::Events::Rule' && properties.EventPattern !== undefined) {
      const what = `The event pattern of ${logicalId} has`;
      const unit = 'characters for EventBridge';
      sizes.push({
        what,
        size: bytes(properties.EventPattern),
        limit: limits.eventPattern,
        unit,
        where,
        fix: shorterStage,
      });
    }
    return sizes;
  });
}

/**
 * Files of the build that stay out of the package, as `package.patterns` in serverless.yml says.
 */
const unpackaged = /\.map$|^sbom\.json$|^NOTICE\.txt$/;

/** The size of the files of a folder that are packaged, in bytes. */
export function packageSize(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !unpackaged.test(entry.name))
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
