import { join } from 'node:path';
import { isAccountId, isRegion } from '../../../../src/validation/names.ts';
import { command, detailedExitCode } from '../cli/command.ts';
import { flag, pathOption, roleToAssume, shippedPolicies, text } from '../options.ts';
import type { SuggestRequest } from './run.ts';

export const inventorySuggest = command({
  name: 'inventory suggest',
  summary: 'Prints the accounts and clusters in AWS that the inventory lacks. It writes no file.',
  details:
    "Standard output has them in the form of the inventory; standard error what can't be read, what a person has to add, and what the inventory lists but does not exist.",
  options: {
    inventory: pathOption('FILE', 'inventory to compare with (default: policies/inventory.json beside package.json)'),
    'role-name': roleToAssume(
      'role to assume in accounts other than that of the credentials; without it, only that account is read',
    ),
    account: {
      ...text(
        'ID',
        'reads this account instead of those of the organization, e.g. where there is none; can be repeated',
      ),
      multiple: true,
      read: (id, wrong) => {
        if (!isAccountId(id)) wrong('give an AWS account ID of 12 digits, such as 111122223333');
        return id;
      },
    },
    region: {
      ...text(
        'REGION',
        'reads this region; can be repeated (default: the regions of all accounts of the inventory, or AWS_REGION)',
      ),
      multiple: true,
      read: (region, wrong) => {
        if (!isRegion(region)) wrong('give the code of an AWS region, such as eu-central-1');
        return region;
      },
    },
    'environment-tag': { ...text('KEY', "tag of clusters that has the cluster's environment"), default: 'environment' },
    namespaces: flag('also report the namespaces of associations for which the inventory has no owner'),
    output: { ...text('FORMAT', 'form of the standard output'), choices: ['json', 'table'], default: 'json' },
    [detailedExitCode]: flag(
      'exit with 0 if the inventory lacks nothing, 2 if it lacks something, and 1 for any error',
    ),
  },
  settings: {
    variables: [
      ['AWS_REGION', 'region of the STS endpoint, and the one to read if nothing else names one'],
      ['AWS_ENDPOINT_URL', 'URL of another endpoint for EKS, STS and Organizations'],
      ['AWS_PROFILE', 'AWS credentials, or the other variables that the AWS CLI reads'],
    ],
    read: (reader) => {
      // The AWS SDK uses it.
      reader.url('AWS_ENDPOINT_URL', 'http://127.0.0.1:4100');
      return { region: reader.region('AWS_REGION', '') || null };
    },
  },
  examples: ['--role-name audit', '--account 111122223333 --region eu-central-1 --output table'],
  fails: "An account, a region or a cluster can't be read; the others are printed",
  request: (values): SuggestRequest => ({
    inventory: values.inventory ?? join(shippedPolicies, 'inventory.json'),
    roleName: values['role-name'] ?? null,
    accounts: [...new Set(values.account)],
    regions: [...new Set(values.region)],
    environmentTag: values['environment-tag'],
    withNamespaces: values.namespaces,
    output: values.output,
    isDetailed: values[detailedExitCode],
  }),
  run: async (request, context) => (await import('./run.ts')).run(request, context),
});
