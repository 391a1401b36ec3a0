import { timeVariables } from '../../../../src/app/time-settings.ts';
import { defaultTimes } from '../../../../src/idempotency/times.ts';
import type { InDoubtTimes } from '../../../../src/idempotency/times.ts';
import { parseRoleArn } from '../../../../src/validation/role-arns.ts';
import { command } from '../cli/command.ts';
import type { Settings } from '../cli/command.ts';
import { flag, numberOption, text } from '../options.ts';
import type { AssumptionsRequest, AssumptionsSettings } from './run.ts';

/** The times with which measurements are compared, besides the five minutes of a signature. */
const compared = ['eksProcessingMs', 'listLagMs', 'clockErrorMs'] as const;

const settings: Settings<AssumptionsSettings> = {
  variables: [
    ['AWS_REGION', 'region of the cluster, if --region is not given'],
    ['AWS_PROFILE', 'AWS credentials, or the other variables that the AWS CLI reads'],
    ['AWS_ENDPOINT_URL_EKS', 'URL of another EKS endpoint'],
    ...compared.map((time) => [timeVariables[time], `as in the gateway (default: ${defaultTimes[time]})`] as const),
  ],
  read: (reader, values) => {
    reader.url('AWS_ENDPOINT_URL_EKS', 'http://127.0.0.1:4100');
    const region = typeof values.region === 'string' ? values.region : reader.region('AWS_REGION', '');
    if (region === '') reader.problem('The region is missing: give --region, or set AWS_REGION.');
    const times = compared.map((time) => [time, reader.number(timeVariables[time], defaultTimes[time])]);
    return {
      region,
      times: { ...defaultTimes, ...(Object.fromEntries(times) as Pick<InDoubtTimes, (typeof compared)[number]>) },
    };
  },
};

function roleOption(help: string) {
  return {
    ...text('ARN', help),
    required: true,
    read: (arn: string, wrong: (advice: string) => void) => {
      if (parseRoleArn(arn) === null) wrong('give the ARN of a role');
      return arn;
    },
  } as const;
}

export const assumptions = command({
  name: 'assumptions',
  summary: 'Tries in your account what the gateway assumes of EKS, with associations of its own.',
  details:
    'It takes a few minutes. Every association is in a namespace of its own, which need not exist, and has a service ' +
    'account that begins with assumption-trial-. All of these are deleted at the end, after Ctrl-C, and when the ' +
    'command is started again after it was killed: run it once at a time in a cluster. deploy/iam/assumptions.yml ' +
    'has the role to run it with and the two roles of its options. Run it before the service control policies are ' +
    'attached, which deny it; a gateway that serves the cluster reports its associations as drift.',
  options: {
    cluster: { ...text('NAME', 'cluster of the trials'), required: true },
    'role-arn': roleOption('a role that trusts EKS Pod Identity, and may do nothing (the output RoleArn of the stack)'),
    'target-role-arn': roleOption('a role that trusts that one only, and may do nothing (the output TargetRoleArn)'),
    namespace: { ...text('NAME', 'namespace of the associations'), default: 'pod-identity-assumptions' },
    region: text('REGION', 'region of the cluster (default: AWS_REGION)'),
    tries: { ...numberOption('how often each assumption is tried', 1, 100), default: '3' },
    only: { ...text('ID', 'try this assumption only; can be repeated'), multiple: true },
    'with-throttling': flag('also send lists until EKS throttles the account, which disturbs its other clients'),
    json: flag('print the results as JSON'),
  },
  settings,
  examples: [
    '--cluster apps-dev --region eu-central-1 --role-arn arn:aws:iam::111122223333:role/pod --target-role-arn ' +
      'arn:aws:iam::111122223333:role/target',
  ],
  fails: 'An assumption is refuted',
  unable: 'the trials could not be run',
  request: (values): AssumptionsRequest => ({
    clusterName: values.cluster,
    namespace: values.namespace,
    roleArn: values['role-arn'],
    targetRoleArn: values['target-role-arn'],
    tries: values.tries,
    only: values.only,
    withThrottling: values['with-throttling'],
    isJson: values.json,
  }),
  run: async (request, context) => (await import('./run.ts')).run(request, context),
});
