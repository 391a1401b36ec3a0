import { readFileSync } from 'node:fs';
import type { Types } from '@graphql-codegen/plugin-helpers';

const schema = 'schema.graphql';

const types = {
  scalars: { DateTime: 'string', ID: 'string' },
  enumsAsTypes: true,
  useTypeImports: true,
  strictScalars: true,
  avoidOptionals: { field: true },
  immutableTypes: true,
  inputMaybeValue: 'T | null | undefined',
};

const config: Types.Config = {
  schema,
  generates: {
    // The types of the schema alone: inputs, enums, objects. Imports nothing, so every layer may use it.
    'src/generated/types.ts': { plugins: ['typescript'], config: types },
    'src/generated/resolvers.ts': {
      plugins: [{ add: { content: "import type * as Schema from './types.ts';" } }, 'typescript-resolvers'],
      config: {
        ...types,
        namespacedImportName: 'Schema',
        contextType: '../queries/request-context.ts#RequestContext',
        // Resolvers return domain values; the types then demand resolvers for every field that differs from them.
        mappers: {
          // A list contains summaries where a request selects no other fields.
          PodIdentityAssociation: '../queries/list.ts#ListedAssociation',
          AssociationSnapshot: '../model/association.ts#Association',
          Operation: '../queries/operation-view.ts#OperationView',
          Principal: '../model/principal.ts#Viewer',
          RecordedPrincipal: '../model/principal.ts#RecordedPrincipal as RecordedPrincipalModel',
          AuditEntry: '../model/audit.ts#AuditEntry as AuditEntryModel',
          CreatePodIdentityAssociationPayload: '../operations/result.ts#MutationResult',
          UpdatePodIdentityAssociationPayload: '../operations/result.ts#MutationResult',
          DeletePodIdentityAssociationPayload: '../operations/result.ts#MutationResult',
          AssociationDrift: '../queries/association-drift.ts#AssociationDrift as AssociationDriftModel',
          CheckPayload: '../operations/dry-run.ts#DryRunResult',
          RecordedRequest: '../operations/operation.ts#RequestSummary',
          Refusal: '../model/refusal.ts#Refusal as RefusalModel',
        },
      },
    },
    // The text of the schema as a module, so that the Lambda bundle needs no file beside it.
    'src/generated/schema.ts': {
      plugins: [{ add: { content: `export const typeDefs = ${JSON.stringify(readFileSync(schema, 'utf8'))};` } }],
    },
  },
};

export default config;
