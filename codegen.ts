import { readFileSync } from 'node:fs';
import type { CodegenConfig } from '@graphql-codegen/cli';

const schema = 'schema.graphql';

const config: CodegenConfig = {
  schema,
  generates: {
    'src/generated/graphql.ts': {
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        contextType: '../queries/request-context.ts#Context',
        // Resolvers hand domain values on; the field resolvers of the few types that differ are then demanded by type.
        mappers: {
          // A list has no more than summaries, where no other fields are selected.
          PodIdentityAssociation: '../queries/list.ts#Listed as ListedAssociation',
          Principal: '../model/principal.ts#Principal as PrincipalModel',
          AuditEntry: '../model/audit.ts#AuditEntry as AuditEntryModel',
          CreatePodIdentityAssociationPayload: '../operations/result.ts#MutationResult',
          UpdatePodIdentityAssociationPayload: '../operations/result.ts#MutationResult',
          DeletePodIdentityAssociationPayload: '../operations/result.ts#MutationResult',
          AssociationDrift: '../queries/association-drift.ts#Drift',
          CheckPayload: '../operations/dry-run.ts#DryRunResult',
          RecordedRequest: '../model/association.ts#MutationRequest',
          Refusal: '../model/refusal.ts#Refusal as RefusalModel',
        },
        scalars: { DateTime: 'string', ID: 'string' },
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        avoidOptionals: { field: true },
      },
    },
    // The text of the schema as a module, so that the Lambda bundle needs no file beside it.
    'src/generated/schema.ts': {
      plugins: [{ add: { content: `export const typeDefs = ${JSON.stringify(readFileSync(schema, 'utf8'))};` } }],
    },
  },
};

export default config;
