/**
 * The layers of src, bottom up: a layer imports only from itself and from layers above it in this list. What stands on one
 * line is one layer. A new folder needs a line here, or the check fails. `docs/architecture.md` says what each is for.
 */
export const layers = [
  'model',
  'runtime',
  'generated/types.ts',
  'validation',
  'policy',
  'cases',
  'ledger',
  'eks',
  'idempotency',
  'operations',
  'observations',
  'queries',
  'generated',
  'auth',
  'policy-versions',
  'events',
  'graphql',
  'checkpoints',
  'page',
  'app',
  'lambda',
];

/** The layers after one and before another. */
function layersBetween(first, last) {
  return layers.slice(layers.indexOf(first) + 1, layers.indexOf(last));
}

/** Layers that do without some of the layers below them, so that each knows one foreign thing. */
const independent = {
  policy: ['runtime'],
  eks: ['policy', 'ledger'],
  ledger: ['policy', 'validation'],
  idempotency: ['policy', 'eks', 'validation'],
  events: ['policy', 'cases', 'eks', 'operations', 'queries', 'auth', 'policy-versions'],
  checkpoints: layersBetween('ledger', 'checkpoints'),
  page: layers.slice(0, layers.indexOf('page')),
};

/**
 * The folders of a large layer, bottom up: a folder imports only from itself and from folders above it in this list. Files
 * directly in the layer are its entry points, or what all of its folders share.
 */
const folders = {
  operations: ['terms', 'warnings', 'kinds', 'flow', 'approvals', 'expiry', 'ensure', 'checks'],
  policy: ['cedar', 'inventory', 'policies', 'entities', 'decide'],
  ledger: ['rules', 'stored', 'dynamodb'],
  queries: ['terms', 'associations', 'trail', 'drift'],
};

const pathOf = (layer) => `^src/${layer}${layer.endsWith('.ts') ? '$' : '/'}`;

const rules = layers.map((layer, index) => {
  const closed = [...layers.slice(index + 1), ...(independent[layer] ?? [])];
  const from = { path: pathOf(layer), ...(layer === 'generated' ? { pathNot: pathOf('generated/types.ts') } : {}) };
  const pathNot = [
    pathOf(layer),
    ...layers
      .slice(0, index)
      .filter((one) => !closed.includes(one))
      .map(pathOf),
  ];
  return {
    name: `layer-${layer}`,
    comment: `src/${layer} may import only from layers below it, see docs/architecture.md`,
    severity: 'error',
    from,
    to: { path: '^(src|packages|test|bench|deploy|tools)/', pathNot },
  };
});

const folderRules = Object.entries(folders).flatMap(([layer, names]) =>
  names.map((name, index) => ({
    name: `folder-${layer}-${name}`,
    comment: `src/${layer}/${name} may import only from folders below it, see docs/architecture.md`,
    severity: 'error',
    from: { path: `^src/${layer}/${name}/` },
    to: { path: `^src/${layer}/[^/]+/`, pathNot: `^src/${layer}/(${names.slice(0, index + 1).join('|')})/` },
  })),
);

/** The simulator runs beside the gateway on a developer's machine only. */
const simulator = '^packages/eks-simulator/';

/** The gateway on one machine, with the simulator and a ledger in a file. */
const localGateway = '^packages/local-gateway/';

/** What builds the files of the page. */
const page = '^packages/page/[^/]+\\.ts$';

/** The tools of operators. */
const operator = '^packages/operator/';

/** The typed client. */
const client = '^packages/client/';

/** The command line. */
const command = '^packages/command/';

/** The function for CloudFormation, CDK, Terraform and Pulumi. */
const iac = '^packages/iac/';
/** The controller in a cluster. */
const controller = '^packages/controller/';

/** Writes completion scripts, and knows no command. */
const completionScripts = '^packages/command/src/completion-scripts\\.ts$';

/** What the project's own commands share. */
const sharedByCommands = '^tools/((command|explain)\\.ts$|ledger/)';

/** The items of a ledger in a file. */
const sqliteLedger = '^packages/sqlite-ledger/';

export default {
  forbidden: [
    ...rules,
    ...folderRules,
    {
      name: 'no-folder-without-layer',
      comment: 'Add the folder to the layers in .dependency-cruiser.js and to docs/architecture.md',
      severity: 'error',
      from: { path: '^src/', pathNot: layers.map(pathOf) },
      to: {},
    },
    {
      name: 'no-import-of-folder-without-layer',
      comment: 'Add the folder to the layers in .dependency-cruiser.js and to docs/architecture.md',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: layers.map(pathOf) },
    },
    { name: 'no-cycles', comment: 'Types included', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'simulator-alone',
      comment: 'The simulator stands in for AWS and can be used alone: it knows nothing of the gateway',
      severity: 'error',
      from: { path: `${simulator}src/` },
      to: { path: '^(src|test|bench|deploy|tools)/' },
    },
    {
      name: 'local-gateway-layers',
      comment:
        'The local gateway runs the same handler as Lambda: it uses src, the simulator and the page, and no tool of operators',
      severity: 'error',
      from: { path: `${localGateway}src/` },
      to: {
        path: '^(test|bench|deploy|tools|packages)/',
        pathNot: [localGateway, sqliteLedger, simulator, page, sharedByCommands],
      },
    },
    {
      name: 'operator-layers',
      comment:
        'The command of operators opens a ledger, and completes as `pod-identity` does: of the local gateway, only its world',
      severity: 'error',
      from: { path: `${operator}src/` },
      to: {
        path: '^(test|bench|deploy|tools|packages)/',
        pathNot: [operator, sqliteLedger, sharedByCommands, completionScripts, `${localGateway}src/world/`],
      },
    },
    {
      name: 'sqlite-ledger-layers',
      comment: 'The SQLite file is a store of items, as the tables of DynamoDB are: only the ledger knows their rules',
      severity: 'error',
      from: { path: `${sqliteLedger}src/` },
      to: { path: '^(src|test|bench|deploy|tools|packages)/', pathNot: [sqliteLedger, '^src/(ledger|model|runtime)/'] },
    },
    {
      name: 'opening-ledgers',
      comment: 'What the commands share opens ledgers of both kinds, and knows no command',
      severity: 'error',
      from: { path: '^tools/ledger/' },
      to: { path: '^(test|bench|deploy|tools|packages)/', pathNot: [sqliteLedger, sharedByCommands] },
    },
    {
      name: 'typed-client-alone',
      comment: 'The typed client runs in browsers, without the command, and reaches the gateway over HTTP only',
      severity: 'error',
      from: { path: `${client}src/` },
      to: { path: '^(src|test|bench|deploy|tools|packages)/', pathNot: `${client}src/` },
    },
    {
      name: 'command-alone',
      comment: 'The command is installed without the gateway, and reaches it by the typed client only',
      severity: 'error',
      from: { path: `${command}src/` },
      to: {
        path: '^(src|test|bench|deploy|tools|packages)/',
        pathNot: [`${command}(src/|(package|declaration\\.schema)\\.json$)`, `${client}src/`],
      },
    },
    {
      name: 'iac-alone',
      comment:
        'The function of infrastructure as code runs in the account of a team, and reaches the gateway by the typed client only',
      severity: 'error',
      from: { path: `${iac}src/` },
      to: { path: '^(src|test|bench|deploy|tools|packages)/', pathNot: [`${iac}src/`, `${client}src/`] },
    },
    {
      name: 'controller-alone',
      comment: 'The controller reaches the gateway by the typed client only, and reads pods as the doctor does',
      severity: 'error',
      from: { path: `${controller}src/` },
      to: {
        path: '^(src|test|bench|deploy|tools|packages)/',
        pathNot: [`${controller}src/`, `${client}src/`, `${command}src/(doctor|kubernetes)/`],
      },
    },
    {
      name: 'controller-kubernetes-alone',
      comment: 'What speaks to the API server knows neither the resource nor the gateway',
      severity: 'error',
      from: { path: `${controller}src/kubernetes/` },
      to: { path: '^packages/', pathNot: `${controller}src/kubernetes/` },
    },
    {
      name: 'command-layers',
      comment: 'What the AWS CLI defines knows the table of commands, not what runs them, nor the client',
      severity: 'error',
      from: { path: `${command}src/aws/` },
      to: { path: '^packages/', pathNot: `${command}src/(aws/|commands\\.ts$)` },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/|^test/baseline/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
