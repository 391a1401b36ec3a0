import {
  CreatePodIdentityAssociationCommand,
  DescribePodIdentityAssociationCommand,
  EKSClient,
  EKSServiceException,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import type {
  CreatePodIdentityAssociationRequest,
  ListPodIdentityAssociationsRequest,
  PodIdentityAssociation,
} from '@aws-sdk/client-eks';
import { startEksSimulator } from '../../../src/local/simulator/simulator.ts';
import type { EksSimulator, EksSimulatorOptions } from '../../../src/local/simulator/simulator.ts';

/** A role of the shipped world that EKS accepts. */
export const roleArn = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';

/** A good create in the shipped world. */
export const goodRequest: CreatePodIdentityAssociationRequest = {
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'payments-api',
  roleArn,
};

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

/** Starts a simulator that is closed after the test. */
export async function simulate(options: EksSimulatorOptions = {}): Promise<EksSimulator> {
  const simulator = await startEksSimulator(options);
  open.push(simulator.close);
  return simulator;
}

/** What a test says to the SDK client. */
export interface Client {
  readonly create: (change?: Partial<CreatePodIdentityAssociationRequest>) => Promise<PodIdentityAssociation>;
  readonly describe: (associationId: string, clusterName?: string) => Promise<PodIdentityAssociation>;
  readonly list: (
    change?: Partial<ListPodIdentityAssociationsRequest>,
  ) => Promise<{ names: string[]; nextToken?: string }>;
}

/** The real SDK client, without retries. `clockOffsetMs` sets the clock that it signs by. */
export function clientOf(
  { url }: EksSimulator,
  { region = 'eu-central-1', accessKeyId = 'simulator', timeoutMs = 5000, clockOffsetMs = 0 } = {},
): Client {
  const eks = new EKSClient({
    region,
    endpoint: url,
    credentials: { accessKeyId, secretAccessKey: 'x' },
    maxAttempts: 1,
    requestHandler: { requestTimeout: timeoutMs, throwOnRequestTimeout: true },
    systemClockOffset: clockOffsetMs,
  });
  open.push(() => {
    eks.destroy();
    return Promise.resolve();
  });
  return {
    create: async (change = {}) => {
      const { association } = await eks.send(new CreatePodIdentityAssociationCommand({ ...goodRequest, ...change }));
      return some(association);
    },
    describe: async (associationId, clusterName = 'apps-dev') => {
      const { association } = await eks.send(new DescribePodIdentityAssociationCommand({ clusterName, associationId }));
      return some(association);
    },
    list: async (change = {}) => {
      const command = new ListPodIdentityAssociationsCommand({ clusterName: 'apps-dev', ...change });
      const { associations, nextToken } = await eks.send(command);
      const names = some(associations).map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`);
      return { names: names.sort(), ...(nextToken === undefined ? {} : { nextToken }) };
    },
  };
}

/** What a test sees of an error: the exception, its words, its HTTP status. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
}

/** The error that a call ends with; throws when there is none. */
export async function failure(call: Promise<unknown>): Promise<Failure> {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error('There was no error');
  const status = error instanceof EKSServiceException ? error.$metadata.httpStatusCode : undefined;
  return { name: error.name, message: error.message, status };
}

/** Headers with a signature of the given time, for requests that the SDK can't send. */
export function signedHeaders(time: number = Date.now()): Record<string, string> {
  const amzDate = new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${amzDate.slice(0, 8)}/eu-central-1/eks/aws4_request`;
  return {
    'x-amz-date': amzDate,
    authorization: `AWS4-HMAC-SHA256 Credential=simulator/${scope}, SignedHeaders=host;x-amz-date, Signature=00`,
  };
}

/** Waits until `reached` gives true, and no longer than two seconds. */
export async function until(reached: () => boolean): Promise<void> {
  for (const end = Date.now() + 2000; !reached();) {
    if (Date.now() > end) throw new Error('It was not reached in two seconds');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Unwraps what must be there. */
export function some<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('There is nothing');
  return value;
}
