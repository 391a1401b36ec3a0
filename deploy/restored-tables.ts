import { isObject } from './fold-conditions.ts';
import type { Json, JsonObject } from './fold-conditions.ts';

/**
 * The logical IDs of the tables, and the parameter with the name of a table that takes the place of
 * each.
 */
const tables = { IdempotencyTable: 'idempotencyTableName', AuditTable: 'auditTableName' } as const;

type Resources = Readonly<Record<string, JsonObject>>;

/**
 * Lets functions, roles, alarms and dashboard use restored tables instead of those of the stack,
 * which stay as they are: a table can't be imported under a logical ID that the stack has already.
 * Returns the resources unchanged without such parameters.
 */
export function withRestoredTables(resources: Resources, settings: Readonly<Record<string, string>>): Resources {
  const names = new Map(
    Object.entries(tables).flatMap(([logicalId, parameter]) => {
      const name = settings[parameter] ?? '';
      return name === '' ? [] : [[logicalId, name]];
    }),
  );
  if (names.size === 0) return resources;
  return Object.fromEntries(
    Object.entries(resources).map(([logicalId, resource]) => [
      logicalId,
      Object.hasOwn(tables, logicalId) ? resource : (replaceIn(resource, names) as JsonObject),
    ]),
  );
}

/**
 * A part of a template in which Ref, Fn::GetAtt and Fn::Sub of the tables name the restored ones.
 */
function replaceIn(value: Json, names: ReadonlyMap<string, string>): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((each) => replaceIn(each, names));
  if (!isObject(value)) return value;
  const byName = names.get(textOf(value.Ref));
  if (byName !== undefined) return byName;
  const byArn = names.get(textOf(value['Fn::GetAtt']).replace(/\.Arn$/, ''));
  if (byArn !== undefined) return { 'Fn::Sub': arnOf(byArn) };
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === 'Fn::Sub' ? substituted(each, names) : replaceIn(each, names),
    ]),
  );
}

/** The operand of Ref or Fn::GetAtt as text, such as `AuditTable.Arn`; empty for another value. */
function textOf(operand: Json | undefined): string {
  if (typeof operand === 'string') return operand;
  return Array.isArray(operand) ? (operand as readonly string[]).join('.') : '';
}

function substituted(value: Json, names: ReadonlyMap<string, string>): Json {
  if (typeof value !== 'string') return replaceIn(value, names);
  let text = value;
  for (const [logicalId, name] of names) {
    text = text.replaceAll(`\${${logicalId}}`, name).replaceAll(`\${${logicalId}.Arn}`, arnOf(name));
  }
  return text;
}

function arnOf(name: string): string {
  return `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${name}`;
}
