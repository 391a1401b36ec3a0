import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import type {
  CreateTableCommandInput,
  DynamoDBClient,
  GlobalSecondaryIndexDescription,
  KeySchemaElement,
  TableDescription,
} from '@aws-sdk/client-dynamodb';
import { auditTableDefinition, idempotencyTableDefinition } from './tables.ts';
import type { TableNames } from './tables.ts';

/** What has a key, and what has the types of its attributes. */
interface Keyed {
  readonly KeySchema?: KeySchemaElement[] | undefined;
}
type Typed = Pick<CreateTableCommandInput, 'AttributeDefinitions'>;

/**
 * How the tables of a ledger differ from those that this version creates, in keys and indexes, and
 * what to do; null: they do not. Further indexes are no difference. Costs two DescribeTable, and
 * throws their errors.
 */
export async function tableProblem(
  client: DynamoDBClient,
  { idempotencyTable, auditTable }: TableNames,
): Promise<string | null> {
  const definitions = [idempotencyTableDefinition(idempotencyTable), auditTableDefinition(auditTable)];
  const found = await Promise.all(
    definitions.map(async (definition) => {
      const { Table = {} } = await client.send(new DescribeTableCommand({ TableName: definition.TableName }));
      const differences = differencesOf(definition, Table);
      return differences.length === 0 ? [] : [`Table ${definition.TableName}: ${differences.join('; ')}.`];
    }),
  );
  const problems = found.flat();
  if (problems.length === 0) return null;
  const advice =
    'Set IDEMPOTENCY_TABLE and AUDIT_TABLE to tables that this version of the gateway created, or run the version that created these.';
  return [...problems, advice].join(' ');
}

function differencesOf(definition: CreateTableCommandInput, table: TableDescription): string[] {
  const [key, expected] = [keyOf(table, table), keyOf(definition, definition)];
  const indexes = new Map(table.GlobalSecondaryIndexes?.map((index) => [index.IndexName, index]));
  return [
    ...(key === expected ? [] : [`its key is ${key}, expected ${expected}`]),
    ...(definition.GlobalSecondaryIndexes ?? []).flatMap((wanted) => {
      const index = indexes.get(wanted.IndexName);
      if (index === undefined) return [`it has no index ${wanted.IndexName}`];
      const [indexKey, wantedKey] = [keyOf(table, index), keyOf(definition, wanted)];
      const name = `its index ${wanted.IndexName}`;
      if (indexKey !== wantedKey) return [`${name} has the key ${indexKey}, expected ${wantedKey}`];
      const projected = projectionOf(wanted);
      if (projectionOf(index) !== projected) return [`${name} does not project ${projected}`];
      return index.IndexStatus === 'ACTIVE' ? [] : [`${name} is ${index.IndexStatus}`];
    }),
  ];
}

/**
 * E.g. `all attributes`, or their names. Attributes that are projected besides are a difference:
 * AWS bills them.
 */
function projectionOf({ Projection }: Pick<GlobalSecondaryIndexDescription, 'Projection'>): string {
  if (Projection?.ProjectionType === 'ALL') return 'all attributes';
  if (Projection?.ProjectionType === 'KEYS_ONLY') return 'keys only';
  return [...(Projection?.NonKeyAttributes ?? [])].sort().join(', ');
}

/**
 * The attributes of a key with their types, e.g. `operationId S, entryId S`; without a type where
 * it is not defined.
 */
function keyOf({ AttributeDefinitions = [] }: Typed, { KeySchema = [] }: Keyed): string {
  const types = new Map(AttributeDefinitions.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]));
  const parts = KeySchema.map(({ AttributeName }) =>
    [AttributeName, types.get(AttributeName)].filter(Boolean).join(' '),
  );
  return parts.join(', ') || 'missing';
}
