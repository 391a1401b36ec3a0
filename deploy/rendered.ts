import { isObject } from './fold-conditions.ts';
import type { Json, JsonObject } from './fold-conditions.ts';

/** What determines the names of a stack's resources. */
export interface StackNames {
  /** Name of the stack. */
  readonly name: string;
  readonly region: string;
}

type Resources = Readonly<Record<string, JsonObject>>;

/**
 * The service and the kind of ARNs that policies contain, by type of resource, and what follows the
 * name.
 */
const arns: Readonly<Record<string, readonly [service: string, kind: string, rest?: string]>> = {
  'AWS::DynamoDB::Table': ['dynamodb', 'table/'],
  'AWS::Events::Rule': ['events', 'rule/'],
  'AWS::IAM::Role': ['iam', 'role/'],
  'AWS::Lambda::Function': ['lambda', 'function:'],
  'AWS::Logs::LogGroup': ['logs', 'log-group:', ':*'],
};

const nameProperties = ['RoleName', 'FunctionName', 'LogGroupName', 'Name', 'AlarmName', 'TableName'];

/**
 * A part of a template with its functions replaced by texts as long as their values: what the size
 * of a policy is counted on. A generated name is the stack, the logical ID and 13 characters, at
 * least as many as CloudFormation adds.
 */
export function rendered(part: Json, resources: Resources, stack: StackNames): Json {
  const account = '0'.repeat(12);
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::AccountId': account,
    'AWS::Region': stack.region,
    'AWS::Partition': partitionOf(stack.region),
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stack.name,
  };
  const refer = (id: string): string => {
    const { Properties = {} } = resources[id] ?? {};
    const given = nameProperties.map((property) => (Properties as JsonObject)[property]).find(Boolean);
    return pseudo[id] ?? (given === undefined ? `${stack.name}-${id}-${'X'.repeat(13)}` : textOf(render(given)));
  };
  const arnOf = (id: string): string => {
    const [service, kind, rest = ''] = arns[textOf(resources[id]?.Type ?? '')] ?? ['cloudformation', 'resource/'];
    const region = service === 'iam' ? '' : stack.region;
    return `arn:${pseudo['AWS::Partition']}:${service}:${region}:${account}:${kind}${refer(id)}${rest}`;
  };
  const substitute = (text: string) =>
    text.replace(/\$\{([\w:]+)(\.[\w.]+)?\}/g, (_, id: string, attribute?: string) =>
      attribute === undefined ? refer(id) : arnOf(id),
    );
  const render = (value: Json): Json => {
    if (Array.isArray(value)) return (value as Json[]).map(render);
    if (!isObject(value)) return value;
    const [[key, argument] = ['', null]] = Object.entries(value);
    const first = textOf(Array.isArray(argument) ? ((argument as readonly Json[])[0] ?? '') : argument);
    if (key === 'Ref') return refer(first);
    if (key === 'Fn::GetAtt') return arnOf(first);
    if (key === 'Fn::Sub') return substitute(first);
    if (key === 'Fn::Join' && Array.isArray(argument)) {
      const [, parts = []] = argument as readonly Json[];
      return (render(parts) as Json[]).map(textOf).join(first);
    }
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, render(each)]));
  };
  return render(part);
}

/** A part of a template that is a text. */
export function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The partition of a region ("Regions and Endpoints"). */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
