import { connectEks, eksOf } from '../../src/eks/client.ts';
import type { CreateCall, Eks } from '../../src/eks/eks.ts';
import type { CreateRequest } from '../../src/model/association.ts';
import { startAnsweringServer } from '../support/answering-server.ts';

/** The cluster of the samples. */
export const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };

/** A create request. */
export const request: CreateRequest = {
  ...cluster,
  namespace: 'payments',
  serviceAccount: 'api',
  roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-api',
  targetRoleArn: null,
  disableSessionTags: false,
  policy: null,
  tags: [{ key: 'team', value: '' }],
};

/** An association, as EKS returns it in JSON. */
export const association = {
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'api',
  roleArn: request.roleArn,
  associationArn: 'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/a-12345678901234567',
  associationId: 'a-12345678901234567',
  tags: { team: '', 'a-first': 'x' },
  createdAt: 1_795_000_000.123,
  modifiedAt: 1_795_000_000.123,
  targetRoleArn: '',
};

/** A response body with an association that lacks a field which EKS always returns. */
export const incompleteBody = JSON.stringify({ association: { ...association, serviceAccount: undefined } });

/** An operation id. */
export const operationId = '01J00000000000000000000000';
/** The principal of the calls. */
export const principalId = 'https://issuer.example#alice';
/** Credentials that any test server accepts. */
export const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** A create call with three seconds to its deadline. */
export function call(fields: Partial<CreateCall> = {}): CreateCall {
  return { request, operationId, principalId, signingDate: Date.now(), deadline: Date.now() + 3_000, ...fields };
}

/** Runs `use` with EKS behind a server that responds with `answer`. */
export async function withServer(
  answer: Parameters<typeof startAnsweringServer>[0],
  use: (eks: Eks, server: Awaited<ReturnType<typeof startAnsweringServer>>) => Promise<void>,
) {
  const server = await startAnsweringServer(answer);
  try {
    await use(
      eksOf(connectEks({ region: 'eu-central-1', endpoint: server.endpoint, credentials, clock: Date.now }), cluster),
      server,
    );
  } finally {
    await server.stop();
  }
}
