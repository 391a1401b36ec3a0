import { problem } from './problems.ts';
import type { Problem, Settings } from './problems.ts';
import { partitionOf } from './rendered.ts';

/** Where a deployment goes, and under which name. */
export interface Placement {
  /** The service in serverless.yml. */
  readonly service: string;
  readonly stage: string;
  readonly region: string;
  /** The account of the deployment; null when it is not known. */
  readonly accountId: string | null;
}

/**
 * Settings that name a resource which must be in the account of the deployment, and whether it must
 * be in its region too.
 */
const resources: Readonly<Record<string, 'region' | 'account'>> = {
  alarmTopicArn: 'region',
  auditStreamArn: 'region',
  breakGlassRoleArn: 'account',
  erasureRoleArn: 'account',
  certificateArn: 'region',
  checkpointKeyArn: 'region',
  codeSigningConfigArn: 'region',
  permissionsBoundaryArn: 'account',
  tableKeyArn: 'region',
  webhookSecretArn: 'region',
};

/**
 * Stages whose names fit into those of all resources: the longest is that of the bucket, which has
 * 63 characters with a region of 14 and the account.
 */
const stageName = /^[a-z][a-z0-9-]{0,13}$/;

/**
 * Settings that do not fit the place of the deployment, and a stage that can't be part of names.
 */
export function placementProblems(settings: Settings, placement: Placement): Problem[] {
  const { stage } = placement;
  const elsewhere = Object.entries(resources).flatMap(([setting, place]) => {
    const value = settings[setting] ?? '';
    return value === '' ? [] : misplaced(setting, value, place, placement);
  });
  if (stageName.test(stage)) return elsewhere;
  const what = `The stage is "${stage}", which can't be part of the names of all resources.`;
  const fix = 'Give up to 14 lower-case letters, digits and hyphens, a letter first.';
  return [{ what, where: '--stage', fix }, ...elsewhere];
}

/**
 * An ARN has these parts: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`. A managed policy of AWS
 * is of the account `aws`.
 */
function misplaced(setting: string, arn: string, place: 'region' | 'account', placement: Placement): Problem[] {
  const [, partition = '', , region = '', accountId = ''] = arn.split(':');
  const inOther = (what: string, own: string) =>
    problem(setting, `${setting} is in ${what}, and the deployment in ${own}.`, `Give one of ${own}.`);
  const own = partitionOf(placement.region);
  if (partition !== own) return [inOther(`the partition ${partition}`, `the partition ${own}`)];
  return [
    ...(place === 'region' && region !== placement.region
      ? [inOther(`the region ${region}`, `the region ${placement.region}`)]
      : []),
    ...(placement.accountId !== null && ![placement.accountId, 'aws'].includes(accountId)
      ? [inOther(`the account ${accountId}`, `the account ${placement.accountId}`)]
      : []),
  ];
}
