import { EKSClient, UpdatePodIdentityAssociationCommand } from '@aws-sdk/client-eks';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { runCommand, UsageError } from '../../../../tools/command.ts';
import { iamClient, jwtClient, signedPost } from './client.ts';
import { runSteps } from './steps.ts';
import type { Connections, StepResult } from './steps.ts';

const help = `Tries a deployment: both routes, a create, its replay, a denied create, drift, reconciliation and a delete.

Usage: npm run --silent smoke -- --url URL --cluster NAME --namespace NAME --role-arn ARN [OPTIONS]

  --url URL                   address of POST /graphql (the output GraphqlUrl of the stack)
  --cluster NAME              cluster of the association that is created and deleted again
  --namespace NAME            namespace that the token's principal owns
  --role-arn ARN              role that it may use there
  --service-account NAME      service account, without an association yet (default: smoke-test)
  --denied-namespace NAME     namespace that it does not own (default: kube-system)
  --tag KEY=VALUE             tag of the association, as your policies demand; can be repeated
  --account-id ID             account of the cluster (default: the account of the gateway)
  --region REGION             region of the cluster, the API and the function (default: AWS_REGION)
  --iam-url URL               address of POST /iam/graphql; without it, that route is not tried
  --direct                    change the association in EKS with your own AWS credentials, to see the drift (associations-scp.json denies it)
  --reconcile-function NAME   run the reconciler, a function of Lambda, with your own AWS credentials (protect-gateway.json denies it)
  -h, --help                  print this text

Environment variables:
  TOKEN                    JWT of the principal
  AWS_REGION               region, if --region is not given
  AWS_ACCESS_KEY_ID etc.   credentials for --iam-url, --direct and --reconcile-function, as the AWS CLI reads them
  AWS_ENDPOINT_URL_EKS     another endpoint of EKS
  AWS_ENDPOINT_URL_LAMBDA  another endpoint of Lambda

Exits with 0 when no step fails, with 1 when one does, with 2 when the arguments are wrong.
`;

/** A table of the results for the terminal. */
function tableOf(results: readonly StepResult[]): string {
  const rows = results.map(({ name, outcome, milliseconds, detail }) => [
    ...[name, outcome, outcome === 'skipped' ? '' : String(milliseconds), detail.replaceAll('\n', ' ')],
  ]);
  const all = [['step', 'result', 'ms', 'detail'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row.map((cell, column) => (column === 2 ? cell.padStart(widths[2] ?? 0) : cell.padEnd(widths[column] ?? 0))),
    )
    .map((row) => `${row.join('  ').trimEnd()}\n`)
    .join('');
}

process.exitCode = await runCommand({
  help,
  options: {
    url: { type: 'string' },
    cluster: { type: 'string' },
    namespace: { type: 'string' },
    'role-arn': { type: 'string' },
    'service-account': { type: 'string', default: 'smoke-test' },
    'denied-namespace': { type: 'string', default: 'kube-system' },
    tag: { type: 'string', multiple: true, default: [] },
    'account-id': { type: 'string' },
    region: { type: 'string' },
    'iam-url': { type: 'string' },
    direct: { type: 'boolean', default: false },
    'reconcile-function': { type: 'string' },
  },
  run: async (values) => {
    const needed = (name: 'url' | 'cluster' | 'namespace' | 'role-arn') => {
      const value = values[name];
      if (value === undefined) throw new UsageError(`--${name} is missing.`);
      return value;
    };
    const target = {
      clusterName: needed('cluster'),
      accountId: values['account-id'],
      region: values.region,
      namespace: needed('namespace'),
      serviceAccount: values['service-account'],
      roleArn: needed('role-arn'),
      tags: values.tag.map(parseTag),
      deniedNamespace: values['denied-namespace'],
    };
    const { TOKEN: token, AWS_REGION: defaultRegion } = process.env;
    if (token === undefined || token === '') throw new UsageError('TOKEN is not set: give a JWT of the principal.');
    const region = values.region ?? defaultRegion;
    const url = needed('url');
    const credentials = fromNodeProviderChain();
    const { 'iam-url': iamUrl, 'reconcile-function': functionName } = values;
    const withRegion = (): string => {
      if (region === undefined) throw new UsageError('--region is missing.');
      return region;
    };
    const connections: Connections = {
      jwt: jwtClient(url, token),
      iam: iamUrl === undefined ? null : iamClient(iamUrl, withRegion(), credentials),
      changeDirectly: values.direct ? changeDirectly(target.clusterName, withRegion()) : null,
      reconcile:
        functionName === undefined
          ? null
          : async () => {
              const service = { service: 'lambda', region: withRegion(), credentials } as const;
              const endpoint = process.env.AWS_ENDPOINT_URL_LAMBDA ?? `https://lambda.${withRegion()}.amazonaws.com`;
              const response = await signedPost(
                `${endpoint}/2015-03-31/functions/${functionName}/invocations`,
                '{}',
                service,
              );
              const text = await response.text();
              if (!response.ok) throw new Error(`HTTP ${response.status}: ${text.slice(0, 200)}`);
              return JSON.parse(text) as Record<string, unknown>;
            },
    };
    const results = await runSteps(connections, target);
    process.stdout.write(tableOf(results));
    return results.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
  },
});

function parseTag(text: string): { readonly key: string; readonly value: string } {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined)
    throw new UsageError('--tag takes KEY=VALUE, such as --tag team=platform.');
  return { key, value };
}

/** Turns session tags off, which the gateway's create leaves on. */
function changeDirectly(clusterName: string, region: string) {
  const client = new EKSClient({ region });
  return async (associationId: string) => {
    await client.send(
      new UpdatePodIdentityAssociationCommand({ clusterName, associationId, disableSessionTags: true }),
    );
  };
}
