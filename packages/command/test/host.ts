import {
  DescribePodIdentityAssociationCommand,
  EKSClient,
  EKSServiceException,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import type { Value, ValueMap } from '../src/aws/value.ts';
import type { Host, Request } from '../src/host.ts';
import { runCommandLine, ServiceError } from '../src/index.ts';

/** What a command line wrote, and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const environment = {
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_REGION: 'eu-central-1',
};

/** Runs a command line in this process. By default a request fails the test: nothing should be sent. */
export async function runLine(args: readonly string[], change: Partial<Host> = {}): Promise<Outcome> {
  let [stdout, stderr] = ['', ''];
  const code = await runCommandLine(args, {
    environment,
    write: (text) => (stdout += text),
    writeError: (text) => (stderr += text),
    terminalColumns: null,
    version: 'pod-identity/0.0.0',
    prompter: null,
    call: ({ command }) => Promise.reject(new Error(`${command.name} was sent.`)),
    ...change,
  });
  return { code, stdout, stderr };
}

/** Sends reads to the EKS API at the endpoint URL by the SDK client, as the AWS CLI does. */
export async function callEks({ command, input, connection }: Request): Promise<ValueMap> {
  const eks = new EKSClient({
    region: connection.region ?? '',
    endpoint: connection.endpointUrl ?? '',
    credentials: { accessKeyId: 'simulator', secretAccessKey: 'x' },
    maxAttempts: 1,
  });
  try {
    return await send(eks, command.operation, input);
  } catch (error) {
    if (error instanceof EKSServiceException) throw new ServiceError(error.name, command.operation, error.message);
    throw error;
  } finally {
    eks.destroy();
  }
}

async function send(eks: EKSClient, operation: string, input: ValueMap): Promise<ValueMap> {
  const fields = input as Readonly<Record<string, never>>;
  const { clusterName, associationId } = fields;
  const answer: object = await (operation === 'DescribePodIdentityAssociation'
    ? eks.send(new DescribePodIdentityAssociationCommand({ clusterName, associationId }))
    : eks.send(new ListPodIdentityAssociationsCommand({ ...fields, clusterName })));
  return answer as Readonly<Record<string, Value>>;
}
