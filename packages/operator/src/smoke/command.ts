import { command } from '../cli/command.ts';
import type { Settings } from '../cli/command.ts';
import { flag, text } from '../options.ts';
import type { SmokeRequest, SmokeSettings } from './run.ts';

const needingRegion = ['iam-url', 'direct', 'reconcile-function'];

const settings: Settings<SmokeSettings> = {
  variables: [
    ['TOKEN', 'JWT of the principal'],
    ['AWS_REGION', 'region, if --region is not given'],
    [
      'AWS_PROFILE',
      'credentials for --iam-url, --direct and --reconcile-function, or the other variables of the AWS CLI',
    ],
    ['AWS_ENDPOINT_URL_EKS', 'URL of another EKS endpoint'],
    ['AWS_ENDPOINT_URL_LAMBDA', 'URL of another Lambda endpoint'],
  ],
  read: (reader, values) => {
    const token = reader.text('TOKEN', '');
    if (token === '') reader.problem('TOKEN is not set: give a JWT of the principal.');
    reader.url('AWS_ENDPOINT_URL_EKS', 'http://127.0.0.1:4100');
    const region = typeof values.region === 'string' ? values.region : reader.region('AWS_REGION', '');
    const needed = needingRegion.filter((name) => values[name] !== undefined && values[name] !== false);
    if (region === '' && needed.length > 0) {
      reader.problem(`--${needed.join(', --')} needs a region: give --region, or set AWS_REGION.`);
    }
    return { token, region, lambdaEndpoint: reader.url('AWS_ENDPOINT_URL_LAMBDA', 'http://127.0.0.1:9001') };
  },
};

export const smoke = command({
  name: 'smoke',
  summary: 'Tries a deployment: both routes, changes, a replay, a denial, drift and reconciliation.',
  options: {
    url: required('URL', 'address of POST /graphql (the output GraphqlUrl of the stack)'),
    cluster: required('NAME', 'cluster of the association that is created and deleted again'),
    namespace: required('NAME', "namespace that the token's principal owns"),
    'role-arn': required('ARN', 'role that it may use there'),
    'service-account': {
      ...text('NAME', 'service account, without an association yet'),
      default: 'smoke-test',
    },
    'denied-namespace': { ...text('NAME', 'namespace that it does not own'), default: 'kube-system' },
    tag: {
      ...text('KEY=VALUE', 'tag of the association, as your policies demand; can be repeated'),
      multiple: true,
      read: (tag, wrong) => {
        const [, key = '', tagValue = ''] = /^([^=]+)=(.*)$/s.exec(tag) ?? [];
        if (key === '') wrong('give KEY=VALUE, such as team=platform');
        return { key, value: tagValue };
      },
    },
    'account-id': text('ID', 'account of the cluster (default: the account of the gateway)'),
    region: text('REGION', 'region of the cluster, the API and the function (default: AWS_REGION)'),
    'iam-url': text('URL', 'address of POST /iam/graphql; without it, that route is not tried'),
    direct: flag(
      'change the association in EKS with your own AWS credentials, to see the drift (associations-scp.json denies it)',
    ),
    'reconcile-function': text(
      'NAME',
      'run the reconciler, a function of Lambda, with your own AWS credentials (protect-gateway.json denies it)',
    ),
  },
  settings,
  examples: [
    '--url https://API-ID.execute-api.eu-central-1.amazonaws.com/graphql --cluster apps-dev --namespace payments --role-arn ARN',
  ],
  fails: 'A step fails',
  request: (values): SmokeRequest => ({
    target: {
      clusterName: values.cluster,
      accountId: values['account-id'],
      region: values.region,
      namespace: values.namespace,
      serviceAccount: values['service-account'],
      roleArn: values['role-arn'],
      tags: values.tag,
      deniedNamespace: values['denied-namespace'],
    },
    url: values.url,
    iamUrl: values['iam-url'] ?? null,
    changesDirectly: values.direct,
    reconcileFunction: values['reconcile-function'] ?? null,
  }),
  run: async (request, context) => (await import('./run.ts')).run(request, context),
});

function required(placeholder: string, help: string) {
  return { ...text(placeholder, help), required: true } as const;
}
