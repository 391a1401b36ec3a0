import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { homeAccount, operatorRoles } from './deployment.ts';
import type { PolicyDocument } from './simulate.ts';

const script = join(import.meta.dirname, '..', '..', 'deploy', 'fill-policy.ts');

/** Runs `npm run scp` with these arguments. */
export function scp(...args: readonly string[]) {
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
}

const deployers =
  'DEPLOYER-ROLE=pod-identity-gateway-deployer-prod-eu-central-1,pod-identity-gateway-deployer-prod-us-east-1';
const operators = `OPERATOR-ROLE=${operatorRoles.map((arn) => arn.replace(/^.*:role\//, '')).join(',')}`;

/** The values that an organization gives for each policy: gateways in two regions, two operators, both kinds of stack sets. */
export const organizationValues = {
  'protect-gateway': [
    'API-ID=a1b2c3d4e5,f6g7h8i9j0',
    'STAGE-REGION=prod-eu-central-1,prod-us-east-1',
    deployers,
    'BREAK-GLASS-ROLE=break-glass',
    operators,
  ],
  'protect-tables': [
    'STAGE-REGION=prod-eu-central-1,prod-us-east-1',
    'BREAK-GLASS-ROLE=break-glass',
    operators,
    'ALARM-TOPIC=alarms',
  ],
  'associations-scp': [
    `GATEWAY-ACCOUNT=${homeAccount}`,
    'STAGE-REGION=prod-eu-central-1,prod-us-east-1',
    deployers,
    'BREAK-GLASS-ROLE=break-glass',
    'STACKSETS-ROLE=AWSCloudFormationStackSetExecutionRole,stacksets-exec-0123456789abcdef0123456789abcdef',
  ],
} as const;

/** All service control policies as `npm run scp` prints them for this organization. */
export function allServicePolicies(): PolicyDocument[] {
  return (['protect-gateway', 'protect-tables', 'associations-scp'] as const).map(servicePolicy);
}

/** A service control policy as `npm run scp` prints it for this organization. */
export function servicePolicy(name: keyof typeof organizationValues): PolicyDocument {
  const { status, stdout, stderr } = scp(name, ...organizationValues[name]);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as PolicyDocument;
}
