import { clusterFindings } from '../../../../src/validation/names.ts';
import { command } from '../cli/command.ts';
import { flag, reasonOption, text } from '../options.ts';
import { existingLedger } from '../settings.ts';
import type { ConfirmRequest } from './run.ts';

export const confirmGone = command({
  name: 'confirm-gone',
  summary: 'Confirms that a cluster is gone that EKS does not find, and that scans hold.',
  details:
    'For the last cluster of an account and region, and where more than three are missing at once: a wrong role or region gives the same answers. Look in the ' +
    'account first. The next scan ends the associations, and one that finds the cluster takes that back. Without --confirm, the command only shows what the ' +
    'scans saw. Refused unless the last scan, DescribeCluster and AWS STS agree that the cluster does not exist.',
  options: {
    cluster: { ...text('NAME', 'the cluster'), required: true },
    account: { ...text('ID', 'its account'), required: true },
    region: { ...text('REGION', 'its region'), required: true },
    reason: { ...reasonOption('for the audit trail: how you know'), required: true },
    confirm: flag('confirms'),
  },
  settings: existingLedger,
  examples: [
    "--cluster apps-old --account 111122223333 --region eu-central-1 --reason 'Deleted, change 42'",
    "--cluster apps-old --account 111122223333 --region eu-central-1 --reason 'Deleted, change 42' --confirm",
  ],
  fails: 'The cluster is not known to be missing, a scan runs, or the ledger or AWS fails',
  request: ({ cluster: clusterName, account: accountId, region, reason, confirm }, _, problem): ConfirmRequest => {
    const cluster = { accountId, region, clusterName };
    for (const { message, advice } of clusterFindings(cluster)) problem(`${message} ${advice}`);
    return { cluster, reason, isConfirmed: confirm };
  },
  run: async (request, context) => (await import('./run.ts')).run(request, context),
});
