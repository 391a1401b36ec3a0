import type { Resource, Template } from './lambda-package.ts';

/** What CloudFormation would know. */
export interface StackContext {
  readonly accountId: string;
  readonly region: string;
  /** Name of the stack, the first part of generated names. */
  readonly stack: string;
  /** Values of the template's parameters. */
  readonly parameters?: Readonly<Record<string, string | readonly string[]>>;
}

type Resolvable = Pick<Template, 'Resources' | 'Conditions'>;

/** ARNs by type of resource: what `Fn::GetAtt … Arn` returns. */
const arns: Readonly<Record<string, (prefix: (service: string, region?: string) => string, name: string) => string>> = {
  'AWS::DynamoDB::Table': (prefix, name) => `${prefix('dynamodb')}:table/${name}`,
  'AWS::Logs::LogGroup': (prefix, name) => `${prefix('logs')}:log-group:${name}:*`,
  'AWS::IAM::Role': (prefix, name) => `${prefix('iam', '')}:role/${name}`,
  'AWS::Lambda::Function': (prefix, name) => `${prefix('lambda')}:function:${name}`,
  'AWS::Events::Rule': (prefix, name) => `${prefix('events')}:rule/${name}`,
  'AWS::KMS::Key': (prefix, name) => `${prefix('kms')}:key/${name}`,
  'AWS::S3::Bucket': (_, name) => `arn:aws:s3:::${name.toLowerCase()}`,
  'AWS::SQS::Queue': (prefix, name) => `${prefix('sqs')}:${name}`,
};

/** What follows the ARN of a table in that of its stream, here always the same. */
export const streamSuffix = '/stream/2026-11-27T00:00:00.000';

/** What CloudFormation adds to a name that it generates, here always the same. */
export const generatedSuffix = '0123456789AB';

const nameProperties = ['TableName', 'LogGroupName', 'RoleName', 'FunctionName', 'ManagedPolicyName', 'QueueName'];

/**
 * A part of a template with its intrinsic functions evaluated, as CloudFormation would for a stack in this account and region:
 * Ref, Fn::GetAtt of ARNs, Fn::Sub, Fn::Join, and Fn::If with a condition of Fn::Equals. Generated names are `STACK-LogicalId-SUFFIX`. Throws an Error for others.
 */
export function resolveIn(
  template: Resolvable,
  { accountId, region, stack, parameters = {} }: StackContext,
  value: unknown,
) {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::AccountId': accountId,
    'AWS::Region': region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
  };
  const prefix = (service: string, place = region) => `arn:aws:${service}:${place}:${accountId}`;

  const nameOf = (logicalId: string, { Type, Properties }: Resource): string => {
    const given = [...nameProperties, ...(Type === 'AWS::Events::Rule' ? ['Name'] : [])]
      .map((property) => Properties[property])
      .find((name) => name !== undefined);
    return given === undefined ? `${stack}-${logicalId}-${generatedSuffix}` : String(resolve(given));
  };
  const resourceOf = (logicalId: string): Resource => {
    const found = template.Resources[logicalId];
    if (!found) throw new Error(`The template has no ${logicalId}.`);
    return found;
  };
  const refer = (name: string) => pseudo[name] ?? parameters[name] ?? nameOf(name, resourceOf(name));
  const arnOf = (logicalId: string): string => {
    const found = resourceOf(logicalId);
    const arn = arns[found.Type];
    if (!arn) throw new Error(`No ARN is known of ${found.Type}.`);
    const { Path = '/' } = found.Properties as { Path?: string };
    return arn(prefix, `${Path.slice(1)}${nameOf(logicalId, found)}`);
  };
  const substitute = (text: string) =>
    text.replace(/\$\{([^}]+)\}/g, (_, name: string) =>
      name.endsWith('.Arn') ? arnOf(name.slice(0, -'.Arn'.length)) : String(refer(name)),
    );

  const isMet = (name: string): boolean => {
    const { 'Fn::Equals': operands } = (template.Conditions?.[name] ?? {}) as { 'Fn::Equals'?: readonly unknown[] };
    if (!operands) throw new Error(`The condition ${name} is not evaluated here.`);
    return resolve(operands[0]) === resolve(operands[1]);
  };

  const resolve = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.flatMap((item: unknown) => resolve(item)).filter((item) => item !== undefined);
    if (typeof part !== 'object' || part === null) return part;
    const [[key, argument] = []] = Object.entries(part) as [string, unknown][];
    if (key === 'Ref') return argument === 'AWS::NoValue' ? undefined : refer(String(argument));
    if (key === 'Fn::If') {
      const [name, met, unmet] = argument as [string, unknown, unknown];
      return resolve(isMet(name) ? met : unmet);
    }
    if (key === 'Fn::GetAtt') {
      const [logicalId = '', attribute] = argument as string[];
      return `${arnOf(logicalId)}${attribute === 'StreamArn' ? streamSuffix : ''}`;
    }
    if (key === 'Fn::Sub') return substitute(String(argument));
    if (key === 'Fn::Join') {
      const [separator, parts] = argument as [string, unknown[]];
      return (resolve(parts) as unknown[]).map(String).join(separator);
    }
    if (key?.startsWith('Fn::')) throw new Error(`${key} is not evaluated here.`);
    const entries = Object.entries(part).map(([name, each]) => [name, resolve(each)] as const);
    return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
  };
  return resolve(value);
}
