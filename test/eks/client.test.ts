import { fromEnv } from '@aws-sdk/credential-providers';
import { connectEks, eksOf } from '../../src/eks/client.ts';
import type { Eks } from '../../src/eks/eks.ts';
import { changeFailure } from '../../src/eks/errors.ts';
import { answerError } from '../support/answering-server.ts';
import { association, call, cluster, incompleteBody, operationId, request, withServer } from './eks-samples.ts';

describe('a create', () => {
  test('sends the request, the ownership tag and a client request token with the operation id', () =>
    withServer(
      (response) => response.end(JSON.stringify({ association })),
      async (eks, { seen }) => {
        await eks.create(call());
        expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
          namespace: 'payments',
          serviceAccount: 'api',
          roleArn: request.roleArn,
          clientRequestToken: `pod-identity-gateway-${operationId}`,
          tags: { team: '', 'pod-identity-gateway/operation': operationId },
          disableSessionTags: false,
        });
      },
    ));

  test('omits the ownership tag when the request has 50 tags', () =>
    withServer(
      (response) => response.end(JSON.stringify({ association })),
      async (eks, { seen }) => {
        const tags = Array.from({ length: 50 }, (_, index) => ({ key: `key-${index}`, value: '' }));
        await eks.create(call({ request: { ...request, tags } }));
        const body = JSON.parse(seen[0]?.body ?? '') as { tags: object };
        expect(Object.keys(body.tags)).toEqual(tags.map(({ key }) => key));
      },
    ));

  test('returns the association as a domain object', () =>
    withServer(
      (response) => response.setHeader('x-amzn-requestid', 'request-1').end(JSON.stringify({ association })),
      async (eks) => {
        expect(await eks.create(call())).toEqual({
          kind: 'done',
          requestId: 'request-1',
          association: {
            ...association,
            ...cluster,
            tags: [
              { key: 'a-first', value: 'x' },
              { key: 'team', value: '' },
            ],
            createdAt: '2026-11-18T11:06:40.123Z',
            modifiedAt: '2026-11-18T11:06:40.123Z',
            ownerArn: null,
            disableSessionTags: null,
            targetRoleArn: null,
            externalId: null,
            policy: null,
          },
        });
      },
    ));

  test('a create is signed with its own date while others are sent', () =>
    withServer(
      (response) => void setTimeout(() => response.end(JSON.stringify({ association })), 20),
      async (eks, { seen }) => {
        const dates = [1, 2, 3, 4].map((hour) => Date.parse(`2026-11-24T0${hour}:00:00Z`));
        await Promise.all(dates.map((signingDate) => eks.create(call({ signingDate }))));
        const sent = seen.map(({ headers }) => String(headers['x-amz-date'])).sort();
        expect(sent).toEqual([1, 2, 3, 4].map((hour) => `20261124T0${hour}0000Z`));
      },
    ));

  test('a create is signed with the given date, whatever the date of the server', () =>
    withServer(
      (response) => response.setHeader('date', 'Mon, 01 Jan 2024 00:00:00 GMT').end(JSON.stringify({ association })),
      async (eks, { seen }) => {
        const signingDate = Date.parse('2026-11-24T10:00:00Z');
        await eks.create(call({ signingDate }));
        await eks.create(call({ signingDate }));
        expect(seen.map(({ headers }) => headers['x-amz-date'])).toEqual(['20261124T100000Z', '20261124T100000Z']);
      },
    ));

  test.each([
    [409, 'ResourceInUseException', 'Association already exists: a-kyevsbqhrnchy79jw', 'in-use'],
    [400, 'InvalidParameterException', 'Role provided in the request does not exist', 'ROLE_NOT_FOUND'],
    [400, 'InvalidParameterException', 'Trust policy of the role provided is invalid.', 'TRUST_POLICY_INVALID'],
    [404, 'ResourceNotFoundException', 'No cluster found for name: apps-dev.', 'not-found'],
    [400, 'ResourceLimitExceededException', 'Too many.', 'ASSOCIATION_LIMIT_EXCEEDED'],
    [400, 'InvalidRequestException', 'No.', 'EKS_REFUSED'],
    [403, 'AccessDeniedException', 'Not authorized to perform: iam:PassRole', 'GATEWAY_ACCESS_DENIED'],
    [403, 'InvalidSignatureException', 'Signature expired', 'GATEWAY_ACCESS_DENIED'],
    [401, 'UnrecognizedClientException', 'The security token is invalid.', 'GATEWAY_ACCESS_DENIED'],
    [429, 'SlowDown', 'Rate exceeded', 'THROTTLED'],
    [400, 'ThrottlingException', 'Rate exceeded', 'THROTTLED'],
    [400, 'TooManyRequestsException', 'Rate exceeded', 'THROTTLED'],
    [400, 'Throttling', 'Rate exceeded', 'THROTTLED'],
    [408, 'RequestTimeoutException', 'Too slow.', 'unknown'],
    [500, 'ServerException', 'Internal error', 'unknown'],
    [503, 'ServiceUnavailableException', 'Later', 'unknown'],
  ])('with response %i %s (%s) results in %s and is not sent again', (status, exception, message, expected) =>
    withServer(
      (response) => answerError(response, status, exception, message),
      async (eks, { seen }) => {
        const result = await eks.create(call());
        expect(result.kind === 'rejected' ? result.outcome : result.kind).toBe(expected);
        expect(result).toMatchObject({ error: { exception, message, requestId: 'request-1' } });
        expect(seen).toHaveLength(1);
      },
    ),
  );

  test('returns the id of the existing association if the message of EKS contains it', async () => {
    const conflict = (message: string) =>
      withServer(
        (response) => answerError(response, 409, 'ResourceInUseException', message),
        async (eks) =>
          expect(await eks.create(call())).toMatchObject({
            associationId: /[a-z]-[a-z0-9]{17}/.exec(message)?.[0] ?? null,
          }),
      );
    await conflict('Association already exists: a-kyevsbqhrnchy79jw');
    await conflict('Association already exists: c-kyevsbqhrnchy79jw');
    await conflict('Something is in use.');
  });

  test.each([
    ['a broken connection', (response: { destroy(): unknown }) => response.destroy()],
    ['no response in time', () => undefined],
    ['a response without an association', (response: { end(body: string): unknown }) => response.end('{}')],
    ['an incomplete association', (response: { end(body: string): unknown }) => response.end(incompleteBody)],
    ['a response that is not JSON', (response: { end(body: string): unknown }) => response.end('<html>')],
  ])('with %s is unknown and is not sent again', (_, answer) =>
    withServer(answer, async (eks, { seen }) => {
      expect(await eks.create(call({ deadline: Date.now() + 300 }))).toMatchObject({ kind: 'unknown' });
      expect(seen).toHaveLength(1);
    }),
  );

  test.each([
    ['another namespace', { namespace: 'search' }],
    ['another service account', { serviceAccount: 'api-2' }],
    ['another cluster', { clusterName: 'apps-prod' }],
    ['an ARN of another cluster', { associationArn: association.associationArn.replace('apps-dev', 'apps-prod') }],
    ['a malformed id', { associationId: 'a-1' }],
    ['a role that is not a text', { roleArn: 1 }],
  ])('answered with an association with %s is unknown', (_, fields) =>
    withServer(
      (response) => response.end(JSON.stringify({ association: { ...association, ...fields } })),
      async (eks) =>
        expect(await eks.create(call())).toMatchObject({ kind: 'unknown', error: { exception: 'UnexpectedResponse' } }),
    ),
  );

  test.each([400, 401, 403, 404, 409, 413, 429])(
    'answered with status %i by something other than EKS is unknown',
    async (status) => {
      for (const body of ['<html>Blocked by the proxy.</html>', '{"message":"Blocked"}', '{"code":403}', '']) {
        await withServer(
          (response) => response.writeHead(status, { 'content-type': 'application/json' }).end(body),
          async (eks, { seen }) => {
            expect(await eks.create(call())).toMatchObject({
              kind: 'unknown',
              error: {
                exception: 'UnexpectedResponse',
                message: `The response with HTTP status ${status} does not have the format of AWS.`,
              },
            });
            expect(seen).toHaveLength(1);
          },
        );
      }
    },
  );

  test('answered with the exception of EKS in the body, not in a header, is rejected', () =>
    withServer(
      (response) =>
        response.writeHead(400).end(JSON.stringify({ __type: 'InvalidParameterException', message: 'No.' })),
      async (eks) => expect(await eks.create(call())).toMatchObject({ kind: 'rejected', outcome: 'EKS_REFUSED' }),
    ));

  test('returns the texts of an exception cut to a length that can be stored', () =>
    withServer(
      (response) =>
        response
          .writeHead(400, { 'x-amzn-errortype': 'E'.repeat(5_000), 'x-amzn-requestid': 'r'.repeat(5_000) })
          .end(JSON.stringify({ message: '😀'.repeat(500_000) })),
      async (eks) => {
        expect(await eks.create(call())).toEqual({
          kind: 'rejected',
          outcome: 'EKS_REFUSED',
          error: {
            exception: `${'E'.repeat(127)}…`,
            message: `${'😀'.repeat(1_023)}…`,
            requestId: `${'r'.repeat(127)}…`,
          },
        });
      },
    ));

  test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])(
    'that cannot connect (%s) is rejected, because it was not sent',
    (code) => {
      expect(changeFailure({ name: 'Error', code, message: '' })).toMatchObject({
        kind: 'rejected',
        outcome: 'EKS_UNREACHABLE',
        error: { exception: code, message: code },
      });
    },
  );

  test.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])('that loses its connection (%s) is unknown', (code) => {
    expect(changeFailure({ name: 'Error', code, message: '' })).toMatchObject({ kind: 'unknown' });
  });

  test('without credentials is rejected and not sent', () =>
    withServer(
      () => undefined,
      async (_, { endpoint, seen }) => {
        const { AWS_ACCESS_KEY_ID: before } = process.env;
        delete process.env.AWS_ACCESS_KEY_ID;
        const connection = connectEks({ region: 'eu-central-1', endpoint, credentials: fromEnv(), clock: Date.now });
        const result = await eksOf(connection, cluster).create(call());
        if (before !== undefined) process.env.AWS_ACCESS_KEY_ID = before;
        expect(result).toMatchObject({
          kind: 'rejected',
          outcome: 'CREDENTIALS_DENIED',
          error: { message: 'Unable to find environment variable credentials.' },
        });
        expect(seen).toEqual([]);
      },
    ));
});

describe.each(['update', 'delete'] as const)('the %s of an association', (operation) => {
  const send = (eks: Eks, associationId: string) => {
    const change = { ...cluster, associationId, changes: {}, expectedModifiedAt: null };
    return eks[operation]({ ...call(), request: change });
  };

  test('a change is done if the response has the association', () =>
    withServer(
      (response) => response.end(JSON.stringify({ association })),
      async (eks) => expect(await send(eks, association.associationId)).toMatchObject({ kind: 'done' }),
    ));

  test('a change is unknown if the response has another association', () =>
    withServer(
      (response) => response.end(JSON.stringify({ association })),
      async (eks) => expect(await send(eks, 'a-22222222222222222')).toMatchObject({ kind: 'unknown' }),
    ));
});

describe('an update', () => {
  test('sends the changes, a cleared field as an empty string, and a client request token with the operation id', () =>
    withServer(
      (response) => response.end(JSON.stringify({ association })),
      async (eks, { seen }) => {
        const { associationId } = association;
        const changes = { roleArn: request.roleArn, policy: null };
        const update = { ...cluster, associationId, changes, expectedModifiedAt: null };
        expect(await eks.update({ ...call(), request: update })).toMatchObject({ kind: 'done' });
        expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
          roleArn: request.roleArn,
          policy: '',
          clientRequestToken: `pod-identity-gateway-${operationId}`,
        });
      },
    ));
});
