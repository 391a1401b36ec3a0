import {
  CreatePodIdentityAssociationCommand,
  DeletePodIdentityAssociationCommand,
  DescribePodIdentityAssociationCommand,
  EKSClient,
  EKSServiceException,
  ListPodIdentityAssociationsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdatePodIdentityAssociationCommand,
} from '@aws-sdk/client-eks';
import type {
  CreatePodIdentityAssociationRequest,
  ListPodIdentityAssociationsRequest,
  PodIdentityAssociation,
  UpdatePodIdentityAssociationRequest,
} from '@aws-sdk/client-eks';
import { startEksSimulator } from '../src/simulator.ts';
import type { EksSimulator, EksSimulatorOptions } from '../src/simulator.ts';

/** A role of the shipped world that EKS accepts. */
export const roleArn = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';

/** A second such role. */
export const otherRoleArn = 'arn:aws:iam::111122223333:role/pods/payments/payments-worker';

/** A role of another account. */
export const targetRoleArn = 'arn:aws:iam::444455556666:role/data/ledger-reader';

/** A session policy. */
export const policy = '{"Version":"2012-10-17","Statement":[]}';

/** A valid association to create over the control API. */
export const directAssociation = {
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'payments-api',
  roleArn,
};

/** A valid create in the shipped world. */
export const goodRequest: CreatePodIdentityAssociationRequest = { ...directAssociation };

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

/** The operations of the SDK client, with defaults. */
export interface Client {
  readonly create: (change?: Partial<CreatePodIdentityAssociationRequest>) => Promise<PodIdentityAssociation>;
  readonly describe: (associationId: string, clusterName?: string) => Promise<PodIdentityAssociation>;
  readonly list: (
    change?: Partial<ListPodIdentityAssociationsRequest>,
  ) => Promise<{ names: string[]; nextToken?: string }>;
  readonly update: (
    associationId: string,
    change: Partial<UpdatePodIdentityAssociationRequest>,
  ) => Promise<PodIdentityAssociation>;
  readonly remove: (associationId: string, clusterName?: string) => Promise<PodIdentityAssociation>;
  readonly tag: (resourceArn: string, tags: Record<string, string>) => Promise<unknown>;
  readonly untag: (resourceArn: string, tagKeys: string[]) => Promise<unknown>;
  readonly tagsOf: (resourceArn: string) => Promise<Record<string, string> | undefined>;
}

/** The real SDK client, without retries. `clockOffsetMs` shifts its signing clock. */
export function clientOf(
  { url }: Pick<EksSimulator, 'url'>,
  { region = 'eu-central-1', accessKeyId = 'simulator', timeoutMs = 60_000, clockOffsetMs = 0 } = {},
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
    update: async (associationId, change) => {
      const input = { clusterName: 'apps-dev', associationId, ...change };
      const { association } = await eks.send(new UpdatePodIdentityAssociationCommand(input));
      return some(association);
    },
    remove: async (associationId, clusterName = 'apps-dev') => {
      const { association } = await eks.send(new DeletePodIdentityAssociationCommand({ clusterName, associationId }));
      return some(association);
    },
    tag: (resourceArn, tags) => eks.send(new TagResourceCommand({ resourceArn, tags })),
    untag: (resourceArn, tagKeys) => eks.send(new UntagResourceCommand({ resourceArn, tagKeys })),
    tagsOf: async (resourceArn) => (await eks.send(new ListTagsForResourceCommand({ resourceArn }))).tags,
  };
}

/** Exception name, message and HTTP status of an error. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
}

/** Resolves with the error of a call; throws when the call succeeds. */
export async function failure(call: Promise<unknown>): Promise<Failure> {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error('The call succeeded');
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

/** Sends a signed request that the SDK can't send. */
export async function sendSigned(url: string, method: string, body?: string | Uint8Array<ArrayBuffer>) {
  const response = await fetch(url, { method, headers: signedHeaders(), ...(body === undefined ? {} : { body }) });
  const json: unknown = await response.json();
  const error = response.headers.get('x-amzn-errortype');
  return { status: response.status, error, json, requestId: response.headers.get('x-amzn-requestid') };
}

/** Sends a request to the control API; `request` is method and path, e.g. `POST faults`. */
export async function sendControl(
  url: string,
  request: string,
  body?: unknown,
): Promise<{ status: number; json: unknown }> {
  const [method = '', path] = request.split(' ');
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${url}/_simulator/${path}`, { method, ...(body === undefined ? {} : { body: text }) });
  return { status: response.status, json: await response.json() };
}

/** A map with the given number of valid tags. */
export function manyTags(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, 'value']));
}

/** Waits until `reached` returns true. Throws after a minute. */
export async function until(reached: () => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; !reached();) {
    if (Date.now() > end) throw new Error('The condition was not reached in a minute');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Returns a value that must not be null or undefined. */
export function some<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('The value is missing');
  return value;
}
