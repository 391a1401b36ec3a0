import { existsSync, readFileSync, readdirSync } from 'node:fs';
import type { Types } from '@graphql-codegen/plugin-helpers';
import type { GraphQLObjectType } from 'graphql';
import {
  Kind,
  OperationTypeNode,
  buildSchema,
  isAbstractType,
  isObjectType,
  parse,
  print,
  separateOperations,
  stripIgnoredCharacters,
} from 'graphql';

const schema = 'schema.graphql';
const schemaTypes = 'src/generated/types.ts';
const clientOperations = 'packages/client/src/client/operations.graphql';

const types = {
  scalars: { DateTime: 'string', ID: 'string' },
  enumsAsTypes: true,
  useTypeImports: true,
  strictScalars: true,
  avoidOptionals: { field: true },
  immutableTypes: true,
  inputMaybeValue: 'T | null | undefined',
};

const text = (file: string) => readFileSync(file, 'utf8');

/** The text of each operation of a file with the fragments that it uses, by the operation's name. */
function operationTexts(file: string): Readonly<Record<string, string>> {
  const documents = Object.entries(separateOperations(parse(text(file))));
  return Object.fromEntries(documents.map(([name, document]) => [name, stripIgnoredCharacters(print(document))]));
}

/** The folders of the page that have operations of their own. */
const pageFolders = readdirSync('packages/page/src').filter((folder) =>
  existsSync(`packages/page/src/${folder}/operations.graphql`),
);

/** The operations of a folder of the page, each with its text and the types of its result and its variables. */
function pageOperations(folder: string): Readonly<Record<string, Types.ConfiguredOutput>> {
  const file = `packages/page/src/${folder}/operations.graphql`;
  const operations = parse(text(file)).definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const texts = operationTexts(file);
  const typed = operations.map(({ operation, name: { value: name = '' } = {} }) => {
    const type = `${name}${operation === OperationTypeNode.MUTATION ? 'Mutation' : 'Query'}`;
    return `export const ${name}: GatewayDocument<${type}, ${type}Variables> = ${JSON.stringify(texts[name])};`;
  });
  const content = ["import type { GatewayDocument } from '../../../client/src/client/own-document.ts';", ...typed].join(
    '\n',
  );
  return {
    [`packages/page/src/generated/${folder}.ts`]: {
      documents: file,
      plugins: [{ add: { content } }, 'typescript-operations'],
      config: {
        ...types,
        enumType: 'string-literal',
        inlineFragmentTypes: 'combine',
        disableDescriptions: true,
        // Enums and inputs are those of the schema, and not once more those of each folder.
        importSchemaTypesFrom: schemaTypes,
        namespacedImportName: 'Schema',
        importExtension: '.ts',
      },
    },
  };
}

/** The names of the types of each interface and union, by its name. */
function possibleTypes(file: string): Readonly<Record<string, readonly string[]>> {
  const built = buildSchema(text(file));
  const types = Object.values(built.getTypeMap()).filter(isAbstractType);
  return Object.fromEntries(types.map((type) => [type.name, built.getPossibleTypes(type).map(({ name }) => name)]));
}

/** The names of the types whose objects have no id, which caches keep in the object that contains them. */
function embeddedTypes(file: string): readonly string[] {
  const objects = Object.values(buildSchema(text(file)).getTypeMap()).filter(isObjectType);
  const isEmbedded = (type: GraphQLObjectType) =>
    !/^(__.*|Query|Mutation)$/.test(type.name) && !('id' in type.getFields());
  return objects.filter(isEmbedded).map(({ name }) => name);
}

const constant = (name: string, value: object) => `const ${name} = ${JSON.stringify(value, null, 2)};`;

const config: Types.Config = {
  schema,
  generates: {
    // The types of the schema alone: inputs, enums, objects. Imports nothing, so every layer may use it.
    [schemaTypes]: { plugins: ['typescript'], config: types },
    'src/generated/resolvers.ts': {
      plugins: [{ add: { content: "import type * as Schema from './types.ts';" } }, 'typescript-resolvers'],
      config: {
        ...types,
        namespacedImportName: 'Schema',
        contextType: '../queries/terms/request-context.ts#RequestContext',
        // Resolvers return domain values; the types then demand resolvers for every field that differs from them.
        mappers: {
          // A list contains summaries where a request selects no other fields.
          PodIdentityAssociation: '../queries/associations/list.ts#ListedAssociation',
          AssociationSnapshot: '../model/association.ts#Association',
          Operation: '../queries/trail/operation-view.ts#OperationView',
          Principal: '../model/principal.ts#Viewer',
          RecordedPrincipal: '../model/principal.ts#RecordedPrincipal as RecordedPrincipalModel',
          Approval: '../model/approval.ts#Approval as ApprovalModel',
          ApprovalRequired: '../model/refusal.ts#ApprovalRefusal',
          ApprovalVote: '../model/approval-vote.ts#ApprovalVote as ApprovalVoteModel',
          AuditEntry: '../model/audit.ts#AuditEntry as AuditEntryModel',
          CreatePodIdentityAssociationPayload: '../operations/terms/result.ts#MutationResult',
          UpdatePodIdentityAssociationPayload: '../operations/terms/result.ts#MutationResult',
          DeletePodIdentityAssociationPayload: '../operations/terms/result.ts#MutationResult',
          AdoptPodIdentityAssociationPayload: '../operations/terms/result.ts#MutationResult',
          TagPodIdentityAssociationPayload: '../operations/terms/result.ts#MutationResult',
          UntagPodIdentityAssociationPayload: '../operations/terms/result.ts#MutationResult',
          EnsurePayload: '../operations/ensure/result.ts#EnsureResult',
          EnsureCheckPayload: '../operations/ensure/result.ts#EnsureCheck',
          AssociationDrift: '../queries/drift/drift-in.ts#AssociationDrift as AssociationDriftModel',
          CheckPayload: '../operations/dry-run.ts#DryRunResult',
          CheckedChange: '../operations/checks/checked-change.ts#CheckedChange as CheckedChangeModel',
          PolicyDecision: '../model/decision.ts#Decision',
          ApprovalNeed: '../model/approval-vote.ts#VotedNeed',
          PolicyViolation: '../model/decision.ts#Violation',
          ApprovalPayload: '../operations/approvals/cast-vote.ts#VoteAnswer',
          RecordedRequest: '../operations/terms/operation.ts#RequestSummary',
          Refusal: '../model/refusal.ts#Refusal as RefusalModel',
          ChangesLocked: '../model/refusal.ts#LockedRefusal',
          ComparedPolicy: '../queries/policies.ts#ComparedPolicy as ComparedPolicyModel',
          Lock: '../model/lock.ts#Lock as LockModel',
          Policy: '../policy/policies/policy-texts.ts#PolicyText',
          PolicySet: '../policy/policies/policy-texts.ts#PolicyTextSet',
        },
      },
    },
    // The typed client: the operations that it sends, their results, and only the types that these use.
    'packages/client/src/generated/operations.ts': {
      documents: clientOperations,
      plugins: [
        { add: { content: `export ${constant('documents', operationTexts(clientOperations))}` } },
        'typescript-operations',
      ],
      config: { ...types, enumType: 'string-literal', inlineFragmentTypes: 'combine' },
    },
    'packages/client/src/generated/possible-types.ts': {
      plugins: [
        { add: { content: `export ${constant('possibleTypes', possibleTypes(schema))}` } },
        { add: { content: `export ${constant('embeddedTypes', embeddedTypes(schema))}` } },
      ],
    },
    ...Object.fromEntries(pageFolders.flatMap((folder) => Object.entries(pageOperations(folder)))),
    // The text of the schema as a module, so that the Lambda bundle needs no file beside it.
    'src/generated/schema.ts': {
      plugins: [{ add: { content: `export const typeDefs = ${JSON.stringify(text(schema))};` } }],
    },
  },
};

export default config;
