import type { Command, Parameter } from './commands.ts';

const file: Parameter = { name: 'file', short: 'f', type: 'string', required: true, help: '' };
const outputFile: Parameter = { name: 'outputFile', short: 'o', type: 'string', help: '' };
const name: Parameter = {
  name: 'name',
  type: 'string',
  help: 'The name of the declaration. Audit entries record it.',
};

/** The commands of declarations, each of several requests. Their answers are files and texts of their own. */
export const declarationCommands: readonly Command[] = [
  {
    name: 'irsa',
    operation: 'Irsa',
    summary:
      'Plan the move from IAM roles for service accounts: a declaration, trust policy statements, restarts. Nothing is sent.',
    parameters: [
      {
        ...file,
        help: 'The output of kubectl get serviceaccounts,pods -A -o json; several files, one for each cluster, separated by commas.',
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
      { ...name, help: `${name.help} By default, from-irsa.` },
      {
        ...outputFile,
        help: 'The file for the declaration. Without it, the declaration is on standard output, and the steps on standard error.',
      },
    ],
    answer: {},
    isCompound: true,
  },
];
