// What an update of the stack would do to its resources: what it replaces, removes and renames, and
// the indexes that it adds.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

/** A template as far as it is compared. */
export interface ComparedTemplate {
  readonly Resources: Readonly<Record<string, ComparedResource>>;
}

/** A resource of a template. */
export interface ComparedResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** An update of a resource. */
interface Change {
  readonly name: string;
  readonly type: string;
  readonly before: Readonly<Record<string, unknown>>;
  /** Null: the update removes the resource. */
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** Properties by type whose change replaces the resource, or fails. */
const { properties: createOnly } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'create-only-properties.json'), 'utf8'),
) as { readonly properties: Readonly<Record<string, string>> };

/** Types whose resources hold what can't be made again. */
const stateful = [
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::KMS::Key',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
  'AWS::Events::EventBus',
  'AWS::Logs::LogGroup',
];

/** Types whose names people and other stacks know. */
const named = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm', 'AWS::Events::Rule'];

/**
 * Why an update must not be made, one sentence each: it would replace or remove what holds state,
 * replace what a function uses, change a key policy, change an index, or rename an alarm or a rule.
 * Throws an Error for a type whose properties are not known here.
 */
export function refusedChanges(deployed: ComparedTemplate, next: ComparedTemplate): string[] {
  const [before, after] = [withPlainVersion(deployed), withPlainVersion(next)];
  const changes = changesBetween(before, after);
  return [
    ...changes.flatMap(stateProblems),
    ...usedByFunctions(changes, after),
    ...changes.flatMap(changedIndexes),
    ...renamed(changes, before, after),
  ];
}

/**
 * The template with one logical id for the function's version, of which each package has its own,
 * with alarms of that name.
 */
function withPlainVersion(template: ComparedTemplate): ComparedTemplate {
  const [id] = Object.entries(template.Resources).find(([, { Type }]) => Type === 'AWS::Lambda::Version') ?? [];
  if (id === undefined) return template;
  return JSON.parse(JSON.stringify(template).replaceAll(id, 'GraphqlVersion')) as ComparedTemplate;
}

function changesBetween(before: ComparedTemplate, after: ComparedTemplate): Change[] {
  return Object.entries(before.Resources).map(([name, { Type, Properties = {} }]) => {
    const next = after.Resources[name];
    return { name, type: Type, before: Properties, after: next?.Type === Type ? (next.Properties ?? {}) : null };
  });
}

/** The properties of a change for which CloudFormation creates another resource. */
function replacing({ type, before, after }: Change): string[] {
  const properties = createOnly[type];
  if (properties === undefined) throw new Error(`Add ${type} to deploy/create-only-properties.json.`);
  const names = properties.split(' ').filter((name) => name !== '');
  return after === null ? [] : names.filter((name) => !isDeepStrictEqual(before[name], after[name]));
}

function stateProblems(change: Change): string[] {
  const { name, type, before, after } = change;
  if (!stateful.includes(type)) return [];
  if (after === null) return [`${name} (${type}) is removed.`];
  const problems = replacing(change).map((property) => `${name} (${type}) is replaced: ${property} changes.`);
  const isSamePolicy = isDeepStrictEqual(before.KeyPolicy, after.KeyPolicy);
  return isSamePolicy ? problems : [...problems, `The policy of the key ${name} changes.`];
}

/**
 * While the update runs, functions refer to what is replaced, and after a roll-back to what is
 * gone.
 */
function usedByFunctions(changes: readonly Change[], { Resources }: ComparedTemplate): string[] {
  const functions = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  const text = JSON.stringify(functions);
  return changes
    .filter(({ name, type }) => !stateful.includes(type) && type !== 'AWS::Lambda::Version' && refersTo(text, name))
    .flatMap((change) =>
      replacing(change).map((property) => `${change.name}, which functions use, is replaced: ${property} changes.`),
    );
}

/** Whether the text of a template has `Ref`, `Fn::GetAtt` or `Fn::Sub` of a resource. */
function refersTo(text: string, name: string): boolean {
  return [`"Ref":"${name}"`, `"Fn::GetAtt":["${name}"`, `\${${name}}`, `\${${name}.`].some((one) => text.includes(one));
}

function renamed(changes: readonly Change[], before: ComparedTemplate, after: ComparedTemplate): string[] {
  const added = Object.entries(after.Resources).filter(([name]) => !Object.hasOwn(before.Resources, name));
  return changes
    .filter(({ type }) => named.includes(type))
    .flatMap((change) => {
      if (change.after !== null)
        return replacing(change).length > 0 ? [`${change.name} (${change.type}) is renamed.`] : [];
      const same = added.find(
        ([, { Type, Properties = {} }]) =>
          Type === change.type && isDeepStrictEqual(unnamed(Properties), unnamed(change.before)),
      );
      return same ? [`${change.name} (${change.type}) is renamed to ${same[0]}.`] : [];
    });
}

function unnamed({ AlarmName: _, Name: __, ...properties }: Readonly<Record<string, unknown>>): object {
  return properties;
}

/** A secondary index of a table, as far as it is compared. */
export interface TableIndex {
  readonly IndexName: string;
  readonly KeySchema: readonly { readonly AttributeName: string }[];
}

/** The secondary indexes of a table. */
export function indexesOf(properties: ComparedResource['Properties'] | null): readonly TableIndex[] {
  return (properties?.GlobalSecondaryIndexes ?? []) as readonly TableIndex[];
}

/**
 * An index can't change, and an earlier version, which runs beside the new one and after a
 * roll-back, reads what a later one removes.
 */
function changedIndexes({ name, before, after }: Change): string[] {
  if (after === null) return [];
  const kept = new Map(indexesOf(after).map((index) => [index.IndexName, index]));
  return indexesOf(before)
    .filter((index) => !isDeepStrictEqual(kept.get(index.IndexName), index))
    .map(({ IndexName }) => {
      const how = kept.has(IndexName) ? 'changes: add another index instead' : 'is removed';
      return `The index ${IndexName} of ${name} ${how}.`;
    });
}

/** The indexes that an update adds, by table; tables without any are left out. */
export function addedIndexes(
  before: ComparedTemplate,
  after: ComparedTemplate,
): ReadonlyMap<string, readonly TableIndex[]> {
  const tables = changesBetween(before, after).filter(({ type }) => type === 'AWS::DynamoDB::Table');
  return new Map(
    tables.flatMap((table) => {
      const known = indexesOf(table.before).map(({ IndexName }) => IndexName);
      const added = indexesOf(table.after).filter(({ IndexName }) => !known.includes(IndexName));
      return added.length === 0 ? [] : [[table.name, added] as const];
    }),
  );
}
