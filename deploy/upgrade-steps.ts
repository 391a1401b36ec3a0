// DynamoDB creates one index of a table at a time, and CloudFormation fails an update that asks for
// more.
import { addedIndexes, indexesOf } from './stack-changes.ts';
import type { ComparedTemplate, TableIndex } from './stack-changes.ts';

/**
 * A template to deploy before the new version: the deployed one, with at most one more index in
 * each table.
 */
export interface UpgradeStep {
  /** The added indexes, e.g. `byRole of IdempotencyTable`. */
  readonly adds: readonly string[];
  readonly template: ComparedTemplate;
}

/**
 * The steps before the last one, which deploys `after`; none, if it adds at most one index to each
 * table.
 */
export function stepsBefore(before: ComparedTemplate, after: ComparedTemplate): UpgradeStep[] {
  const added = [...addedIndexes(before, after)];
  const updates = Math.max(1, ...added.map(([, indexes]) => indexes.length));
  return Array.from({ length: updates - 1 }, (_, step) => {
    const names = added.flatMap(([table, indexes]) =>
      indexes.length - 1 > step ? [`${indexes[step]?.IndexName} of ${table}`] : [],
    );
    const upTo = added.map(
      ([table, indexes]) => [table, indexes.slice(0, Math.min(step + 1, indexes.length - 1))] as const,
    );
    return {
      adds: names,
      template: upTo.reduce((template, [table, indexes]) => withIndexes(template, table, indexes, after), before),
    };
  });
}

/** The template with more indexes of a table, and the attributes of their keys. */
function withIndexes(
  template: ComparedTemplate,
  table: string,
  indexes: readonly TableIndex[],
  after: ComparedTemplate,
): ComparedTemplate {
  const resource = template.Resources[table];
  if (resource === undefined || indexes.length === 0) return template;
  const all = [...indexesOf(resource.Properties), ...indexes];
  const keys = [resource.Properties?.KeySchema as TableIndex['KeySchema'], ...all.map(({ KeySchema }) => KeySchema)];
  const names = keys.flat().map(({ AttributeName }) => AttributeName);
  const attributes = after.Resources[table]?.Properties?.AttributeDefinitions as TableIndex['KeySchema'];
  const Properties = {
    ...resource.Properties,
    AttributeDefinitions: attributes.filter(({ AttributeName }) => names.includes(AttributeName)),
    GlobalSecondaryIndexes: all,
  };
  return { ...template, Resources: { ...template.Resources, [table]: { ...resource, Properties } } };
}
