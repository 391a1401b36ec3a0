import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';
import type { GraphQLArgument, GraphQLField, GraphQLNamedType, GraphQLSchema } from 'graphql';
import { runCommand } from './command.ts';

const help = `Prints a reference of schema.graphql as Markdown: every query, mutation and type with its fields and descriptions.

Usage: npm run --silent docs:schema > schema.md

  -h, --help  print this text
`;

/** Kinds of types, in the order of the reference. */
const kinds: readonly (readonly [string, (type: GraphQLNamedType) => boolean])[] = [
  ['Objects', isObjectType],
  ['Interfaces', isInterfaceType],
  ['Unions', isUnionType],
  ['Inputs', isInputObjectType],
  ['Enums', isEnumType],
  ['Scalars', isScalarType],
];

/** The reference of a schema, as Markdown. */
export function schemaReference(schema: GraphQLSchema): string {
  const roots = [schema.getQueryType(), schema.getMutationType()].filter((type) => type !== null && type !== undefined);
  const others = Object.values(schema.getTypeMap()).filter(
    (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type) && !roots.some((root) => root === type),
  );
  const sections = [
    '# Schema',
    ...roots.flatMap((root) => [`## ${root.name}`, ...Object.values(root.getFields()).map(rootField)]),
    ...kinds.flatMap(([title, isOfKind]) => {
      const types = others.filter(isOfKind).sort((one, other) => one.name.localeCompare(other.name));
      return types.length === 0 ? [] : [`## ${title}`, ...types.map((type) => namedType(schema, type))];
    }),
  ];
  return `${sections.join('\n\n')}\n`;
}

function rootField(field: GraphQLField<unknown, unknown>): string {
  const rows = field.args.map((arg) => row(arg.name, typeOf(arg), describe(arg)));
  return lines(`### ${field.name}`, `Returns ${code(field.type)}.`, describe(field), table('argument', rows));
}

function namedType(schema: GraphQLSchema, type: GraphQLNamedType): string {
  return lines(`### ${type.name}`, type.description?.trim() ?? '', bodyOf(schema, type));
}

function bodyOf(schema: GraphQLSchema, type: GraphQLNamedType): string {
  if (isEnumType(type))
    return table(
      'value',
      type.getValues().map((value) => row(value.name, '', describe(value))),
    );
  if (isScalarType(type)) return type.specifiedByURL ? `Specified by ${type.specifiedByURL}.` : '';
  if (isUnionType(type)) return `One of ${type.getTypes().map(code).join(', ')}.`;
  if (isInputObjectType(type)) {
    return table(
      'field',
      Object.values(type.getFields()).map((field) => row(field.name, typeOf(field), describe(field))),
    );
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return '';
  const interfaces = type.getInterfaces();
  const implementations = isInterfaceType(type) ? schema.getPossibleTypes(type) : [];
  return lines(
    interfaces.length > 0 ? `Implements ${interfaces.map(code).join(', ')}.` : '',
    implementations.length > 0 ? `Implemented by ${implementations.map(code).join(', ')}.` : '',
    table(
      'field',
      Object.values(type.getFields()).map((field) => row(field.name, code(field.type), describeField(field))),
    ),
  );
}

/** The description of a field, with those of its arguments. */
function describeField(field: GraphQLField<unknown, unknown>): string {
  const args = field.args.map((arg) => `${code(arg.name)}: ${typeOf(arg)} ${describe(arg)}`.trim());
  return [describe(field), ...args].filter((text) => text !== '').join('<br>');
}

/** Something of a schema that can have a description. */
interface Described {
  readonly description?: string | null | undefined;
  readonly deprecationReason?: string | null | undefined;
}

function describe({ description, deprecationReason }: Described): string {
  const deprecated = deprecationReason ? ` **Deprecated:** ${deprecationReason}` : '';
  return `${description?.trim() ?? ''}${deprecated}`.trim();
}

/** The type of an argument or of an input's field, with its default. */
function typeOf({ type, defaultValue }: Pick<GraphQLArgument, 'type' | 'defaultValue'>): string {
  return defaultValue === undefined ? code(type) : `${code(type)} = ${code(JSON.stringify(defaultValue))}`;
}

function table(name: string, rows: readonly string[]): string {
  if (rows.length === 0) return '';
  return [row(name, 'type', 'description'), row('---', '---', '---'), ...rows].join('\n');
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
}

function code(text: unknown): string {
  return `\`${String(text)}\``;
}

function lines(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

if (import.meta.main) {
  process.exitCode = await runCommand({
    help,
    options: {},
    run: () => {
      const text = readFileSync(join(import.meta.dirname, '..', 'schema.graphql'), 'utf8');
      process.stdout.write(schemaReference(buildSchema(text)));
      return 0;
    },
  });
}
