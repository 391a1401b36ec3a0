import { record } from './commands.ts';
import type { Command, Parameter } from './commands.ts';

const file: Parameter = { name: 'file', short: 'f', type: 'string', required: true, isRepeatable: true, help: '' };
const outputFile: Parameter = { name: 'outputFile', short: 'o', type: 'string', help: '' };
const name: Parameter = { name: 'name', type: 'string', help: 'The name of the declaration. Audit entries record it.' };

/** What a selector takes. */
const several = ', separated by commas; * stands for any text';

/**
 * The commands of declarations, each of several requests. Their answers are files and texts of
 * their own.
 */
export const declarationCommands: readonly Command[] = [
  {
    name: 'plan',
    operation: 'Plan',
    summary: 'Show what a declaration would change, and save it as a plan. Exits with 1 for errors and denials.',
    parameters: [
      {
        ...file,
        help: 'The declaration, in YAML or JSON: a file, a folder with *.yaml, *.yml and *.json, or - for standard input. Given several times, all are one declaration.',
      },
      { ...outputFile, help: 'The file for the plan.' },
      { name: 'adopt', type: 'boolean', help: 'Adopt equal associations that were made outside the gateway.' },
      {
        name: 'prune',
        type: 'boolean',
        help: 'Delete associations that requests of this declaration made last, and that it does not have any more.',
      },
      {
        name: 'checkRoles',
        type: 'boolean',
        help: "Make a dry run for each distinct role, five a second, to find those that do not exist or can't be assumed.",
      },
      {
        name: 'target',
        type: 'string',
        isRepeatable: true,
        help: 'Plan only binding/NAME, cluster/NAME or cluster/ACCOUNT/REGION/NAME. Given several times, all of them.',
      },
      {
        name: 'detailedExitcode',
        type: 'boolean',
        help: 'Exit with 0 if there is nothing to change, 2 if there is, and 1 for errors and denials.',
      },
      {
        name: 'onBehalfOf',
        type: 'string',
        help: 'The person on whose behalf a service acts. Recorded, not verified.',
      },
    ],
    answer: {},
    isCompound: true,
  },
  {
    name: 'apply',
    operation: 'Apply',
    summary: 'Make the changes of a saved plan. If it is interrupted, run it again: no change is made twice.',
    positional: { name: 'plan', help: 'The file of the plan.' },
    parameters: [
      { name: 'allowPartial', type: 'boolean', help: 'Make the other changes although some are denied.' },
      {
        name: 'confirmDeletions',
        type: 'integer',
        minimum: 0,
        help: 'The number of deletes in the plan. Needed for more than 10, or more than 5 % of a cluster.',
      },
      {
        name: 'inverseFile',
        type: 'string',
        help: 'The file for the declaration of the state before, by default that of the plan with .inverse.yaml.',
      },
    ],
    answer: {},
    isMutation: true,
    isCompound: true,
  },
  {
    name: 'export',
    operation: 'Export',
    summary: 'Write a declaration of the associations that you may see.',
    parameters: [
      { name: 'clusterName', type: 'string', help: 'Only this cluster.' },
      { name: 'namespace', type: 'string', help: 'Only this Kubernetes namespace.' },
      { name: 'accountId', type: 'string', help: 'Only the clusters of this AWS account.' },
      {
        name: 'clusterRegion',
        type: 'string',
        help: 'Only clusters of this AWS region; --region does not select any.',
      },
      { ...name, help: `${name.help} By default, exported.` },
      { ...outputFile, help: 'The file for the declaration, by default standard output.' },
      {
        name: 'inferSelectors',
        type: 'boolean',
        help: 'Select clusters by what they have in common, so that new ones like them get the roles too. Prints what is selected.',
      },
      {
        name: 'allowPartial',
        type: 'boolean',
        help: 'Leave out clusters that are not known yet, and name them. Exits with 0.',
      },
    ],
    answer: {},
    isCompound: true,
  },
  {
    name: 'adopt',
    operation: 'Adopt',
    summary:
      'Record the associations that others made, in all clusters. Shows what would be adopted and asks; run again, it does what is left. Exits with 1 if something is left out or not adopted, and with 3 if only approvals are missing.',
    parameters: [
      { name: 'accountId', type: 'string', help: `Only clusters of these AWS accounts${several}.` },
      { name: 'clusterRegion', type: 'string', help: `Only clusters of these AWS regions${several}.` },
      { name: 'clusterName', type: 'string', help: `Only these clusters${several}.` },
      { name: 'namespace', type: 'string', help: `Only these Kubernetes namespaces${several}.` },
      { name: 'roleArn', type: 'string', help: `Only these IAM roles, as role or target role${several}.` },
      {
        name: 'plan',
        type: 'boolean',
        help: 'Only show what would be adopted and left out. Approvals that are missing exit with 0.',
      },
      {
        name: 'detailedExitcode',
        type: 'boolean',
        help: 'With --plan, or after the answer no: exit with 2 in place of 0 if there is something to adopt, also with approvals.',
      },
      { name: 'yes', type: 'boolean', help: 'Adopt without asking.' },
      ...record.filter(({ name: one }) => one !== 'accountId'),
    ],
    answer: {},
    isMutation: true,
    isCompound: true,
  },
  {
    name: 'irsa',
    operation: 'Irsa',
    summary:
      'Plan the move from IAM roles for service accounts: a declaration, trust policy statements, inventory, restarts. Nothing is changed.',
    parameters: [
      {
        ...file,
        help: 'The output of kubectl get serviceaccounts,pods -A -o json; several files, one for each cluster, separated by commas or each with --file.',
      },
      {
        name: 'clusterName',
        type: 'string',
        required: true,
        help: 'The name of the cluster, or of the cluster of each file.',
      },
      {
        name: 'accountId',
        type: 'string',
        help: 'The AWS account of the clusters. It finds roles of other accounts, and is part of the statements.',
      },
      {
        name: 'clusterRegion',
        type: 'string',
        help: 'The AWS region of the clusters, where the gateway knows several of one name; --region does not select any.',
      },
      {
        name: 'ownerTag',
        type: 'string',
        help: 'The key of the tag with the owner of the namespace, by default team. The gateway is asked for owners if its URL is given.',
      },
      { ...name, help: `${name.help} By default, from-irsa.` },
      {
        ...outputFile,
        help: 'The file for the declaration. Without it, the declaration is on standard output, and the steps on standard error.',
      },
    ],
    answer: {},
    isCompound: true,
  },
  {
    name: 'doctor',
    operation: 'Doctor',
    summary:
      'Find pods that do not have the credentials of their association, and say why. Exits with 2 if there are any. Changes nothing.',
    parameters: [
      {
        name: 'file',
        short: 'f',
        type: 'string',
        help: 'The output of kubectl get pods,serviceaccounts,nodes -A -o json, by default from standard input.',
      },
      {
        name: 'associations',
        type: 'string',
        help: 'A file with the output of aws eks list-pod-identity-associations --output json, in place of the gateway.',
      },
      {
        name: 'clusterName',
        type: 'string',
        help: 'The name of the cluster, whose associations the gateway is asked for.',
      },
      { name: 'accountId', type: 'string', help: 'The AWS account of the cluster.' },
      {
        name: 'clusterRegion',
        type: 'string',
        help: 'The AWS region of the cluster; --region does not select any.',
      },
      {
        name: 'watch',
        type: 'boolean',
        help: 'Read kubectl get pods -A -w -o json --output-watch-events until it ends, and show findings as they change.',
      },
    ],
    answer: {},
    isCompound: true,
  },
];
