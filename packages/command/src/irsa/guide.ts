import { inventoryText } from '../inventory-lines.ts';
import type { Kept, Migration, Restart, RoleTrust } from './migration.ts';

/**
 * The steps of a move in their order, as text for people. The IRSA annotation and its trust
 * statement stay until the restarted pods use Pod Identity, so that every step can be undone by the
 * one before.
 *
 * @param hasPods whether the input had pods, so that workloads and nodes are known
 */
export function migrationGuide(migration: Migration, hasPods: boolean): string {
  const { associations, kept } = migration;
  return [
    `${associations.length} service accounts can move from IRSA to Pod Identity, ${kept.length} are left out.`,
    '',
    ...stepsOf(migration, hasPods).flatMap(([first, ...others], index) => [`${index + 1}. ${first}`, ...others]),
    '',
    'Pod Identity does not run on Fargate, on Windows nodes, and in clusters on Outposts.',
    ...(hasPods ? [] : ['The input has no pods: check where these service accounts run.']),
    ...(kept.length === 0 ? [] : ['', 'Left out:', ...kept.map(keptLine)]),
    '',
  ].join('\n');
}

function stepsOf({ associations, roles, inventory, restarts }: Migration, hasPods: boolean) {
  const clusterNames = [...new Set(associations.map(({ target }) => target.clusterName))].sort();
  return [
    [
      'Install the agent in each cluster, unless it has EKS Auto Mode:',
      ...clusterNames.map(
        (name) => `   aws eks create-addon --cluster-name ${name} --addon-name eks-pod-identity-agent`,
      ),
    ],
    [
      'Add these statements to the trust policies. Keep those for the OIDC providers, and look that each names the',
      '   service account: whoever may edit a service account can annotate it with any role.',
      ...roles.flatMap(roleLines),
    ],
    ...inventorySteps(inventory),
    ['Plan and apply the declaration: pod-identity plan -f FILE -o plan.json, pod-identity apply plan.json'],
    [
      'Restart the pods. They keep the credentials of IRSA until then:',
      ...(hasPods
        ? restartLines(restarts)
        : [
            '   every pod of these service accounts; kubectl get serviceaccounts,pods -A -o json lets this command list them',
          ]),
    ],
    ['Check that the pods have AWS_CONTAINER_CREDENTIALS_FULL_URI, and that their SDKs support it.'],
    [
      'Remove the annotations eks.amazonaws.com/role-arn where they come from (chart, manifest), and then the',
      '   statements for the OIDC providers from the trust policies.',
    ],
  ];
}

/** What policy needs before the plan. */
function inventorySteps(inventory: Migration['inventory']): readonly (readonly string[])[] {
  if (inventory === null) {
    return [
      [
        'Give the declaration the tags that policy requires, and the inventory the roles. With --endpoint-url and',
        '   credentials, this command asks the gateway for both.',
      ],
    ];
  }
  if (inventory.length === 0) return [];
  return [
    [
      'Permit the roles, and put the inventory in force (pod-identity-operator policies, or a deployment):',
      ...inventoryText(inventory).map((line) => `   ${line}`),
    ],
  ];
}

function roleLines({ roleArn, clusterNames, statements }: RoleTrust): readonly string[] {
  const json = JSON.stringify(statements, null, 2).split('\n');
  return [
    `   ${roleArn}${clusterNames.length > 1 ? ` (${clusterNames.length} clusters)` : ''}`,
    ...json.map((line) => `   ${line}`),
  ];
}

function restartLines(restarts: readonly Restart[]): readonly string[] {
  const canRestart = /^(deployment|daemonset|statefulset)\//;
  return restarts.map(({ clusterName, namespace, workload }) =>
    canRestart.test(workload)
      ? `   kubectl --context ${clusterName} -n ${namespace} rollout restart ${workload}`
      : `   ${clusterName}: ${namespace}: ${workload} (not by a rollout)`,
  );
}

function keptLine({ clusterName, namespace, serviceAccount, reason }: Kept): string {
  return `- ${clusterName}: ${namespace}/${serviceAccount}: ${reason}`;
}
