/** Something that a later version may add. */
export interface Addition {
  readonly name: string;
  /**
   * What is added to the schema and to the types of the model, from which everything else follows.
   * Paths from the root of the repository.
   */
  readonly edits: readonly { readonly file: string; readonly after: string; readonly text: string }[];
  /** The files that have to know of it, each of which must not compile without it. */
  readonly files: readonly string[];
}

const schema = 'schema.graphql';
const operation = 'src/model/operation.ts';
const association = 'src/model/association.ts';

/** Every addition that the compiler must not let through in silence. */
export const additions: readonly Addition[] = [
  {
    name: 'setting',
    edits: [
      {
        file: schema,
        after: '  disableSessionTags: Boolean\n',
        text: '  "Duration of the sessions of pods."\n  sessionDuration: String\n',
      },
      {
        file: association,
        after: '  readonly disableSessionTags: boolean | null;\n',
        text: '  readonly sessionDuration: string | null;\n',
      },
      {
        file: association,
        after: '  readonly disableSessionTags: boolean;\n',
        text: '  readonly sessionDuration: string | null;\n',
      },
    ],
    files: [
      'packages/client/src/client/setting-fields.ts',
      'packages/command/src/declaration/inputs.ts',
      'packages/command/src/declaration/observe.ts',
      'packages/command/src/declaration/planner.ts',
      'packages/command/src/declaration/replays.ts',
      'packages/iac/src/properties.ts',
      'packages/page/src/bind/change-diff.ts',
      'packages/page/src/trail/settings-diff.ts',
      'src/cases/model-schemas.ts',
      'src/eks/association.ts',
      'src/eks/commands.ts',
      'src/graphql/read-resolvers.ts',
      'src/graphql/resolvers.ts',
      'src/model/setting-fields.ts',
      'src/operations/terms/hidden.ts',
      'src/policy/cedar/values.ts',
      'src/policy/decide/preauthorize.ts',
      'src/validation/settings.ts',
    ],
  },
  {
    name: 'filter-of-associations',
    edits: [
      {
        file: schema,
        after: 'input AssociationFilter {\n',
        text: '  "ARN of the EKS add-on."\n  ownerArn: String\n',
      },
    ],
    files: ['src/queries/associations/filter.ts'],
  },
  {
    name: 'filter-of-the-trail',
    edits: [
      {
        file: schema,
        after: '    operationKinds: [OperationKind!]\n',
        text: '    "Only entries with this request id of EKS."\n    eksRequestId: String\n',
      },
      {
        file: 'src/ledger/trail.ts',
        after: 'export interface TrailFilters {\n',
        text: '  readonly eksRequestId: string | null;\n',
      },
    ],
    files: ['src/ledger/ledger.ts', 'src/ledger/stored/trail.ts', 'src/queries/trail/query.ts'],
  },
  {
    name: 'kind',
    edits: [
      {
        file: schema,
        after: 'enum OperationKind {\n',
        text: '  "`restorePodIdentityAssociation`."\n  RESTORE_POD_IDENTITY_ASSOCIATION\n',
      },
      {
        file: operation,
        after: 'export interface RequestOf {\n',
        text: '  readonly RESTORE_POD_IDENTITY_ASSOCIATION: CreateRequest;\n',
      },
    ],
    files: [
      'packages/operator/src/export/ocsf-outcome.ts',
      'packages/operator/src/policies/recorded-request.ts',
      'packages/page/src/trail/settings-diff.ts',
      'packages/page/src/trail/words.ts',
      'src/graphql/resolvers.ts',
      'src/ledger/rules/state-change.ts',
      'src/model/operation.ts',
      'src/operations/checks/known-states.ts',
      'src/operations/kinds/operations.ts',
      'src/operations/terms/admission.ts',
    ],
  },
  {
    name: 'event',
    edits: [
      {
        file: schema,
        after: 'enum AuditEvent {\n',
        text: '  "The association was restored."\n  RESTORED\n',
      },
      { file: 'src/model/audit-event.ts', after: 'export type AuditEvent =\n', text: "  | 'RESTORED'\n" },
    ],
    files: [
      'packages/command/src/gateway/choices.ts',
      'packages/operator/src/export/ocsf-outcome.ts',
      'packages/page/src/trail/words.ts',
      'src/events/event-types.ts',
      'src/model/audit-event.ts',
    ],
  },
];
