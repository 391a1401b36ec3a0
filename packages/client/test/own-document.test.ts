import { roleArn } from '../../../test/support/gateway.ts';
import { bearer, LostAnswerError, makeGatewayClient } from '../src/index.ts';
import type { GatewayClient, GatewayDocument } from '../src/index.ts';
import { gateway, openFaultyRoute, route, variablesOf } from './gateway.ts';

openFaultyRoute();

const clientOf = (name = 'alice', retries = {}): GatewayClient =>
  makeGatewayClient({ url: route.url, authentication: bearer(() => gateway.tokenOf(name)), retries });

const create = `mutation Create($input: CreatePodIdentityAssociationInput!) {
  created: createPodIdentityAssociation(input: $input) { status replayed association { serviceAccount } retryAfterSeconds }
}`;
const inputOf = (serviceAccount: string, clientRequestToken: string | null = null) => ({
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount,
  roleArn: roleArn('payments/payments-api'),
  tags: [{ key: 'team', value: 'payments' }],
  ...(clientRequestToken === null ? {} : { clientRequestToken }),
});
const answerOf = (body: object) => ({ status: 200, body: JSON.stringify(body) });

test('a document determines the types of its data and variables', async () => {
  const text = 'query ($kind: String!) { viewer { id kind @include(if: true) } __type(name: $kind) { name } }';
  const document: GatewayDocument<{ viewer: { id: string } }, { kind: string }> = text;
  const { viewer } = await clientOf().request(document, { kind: 'Query' });
  expect(viewer.id.toUpperCase()).toBe('HTTPS://ISSUER.EXAMPLE#ALICE');
});

test('a query is sent again after a lost answer', async () => {
  route.faults.push('lost answer', { status: 503, body: '{"message":"Service Unavailable"}' });
  expect(await clientOf().request('{ viewer { kind } }')).toEqual({ viewer: { kind: 'USER' } });
});

test('a mutation with a token is sent again until its status is final', async () => {
  const inProgress = { data: { created: { status: 'IN_PROGRESS', retryAfterSeconds: 0 } } };
  const refused = { data: { created: { status: 'REFUSED', retryAfterSeconds: 0 } } };
  route.faults.push('lost answer', answerOf(inProgress), answerOf(refused));
  route.seen.length = 0;
  const variables = { input: inputOf('own-retried', 'own-retried-1') };
  expect(await clientOf().request(create, variables)).toEqual({
    created: expect.objectContaining({ status: 'SUCCEEDED', replayed: true }),
  });
  expect(route.seen.map(variablesOf)).toEqual([variables, variables, variables, variables]);
});

test('a mutation without a token is not sent again', async () => {
  const variables = { input: inputOf('own-single') };
  route.seen.length = 0;
  route.faults.push('lost request');
  await expect(clientOf().request(create, variables)).rejects.toThrow(LostAnswerError);
  const inProgress = { created: { status: 'IN_PROGRESS', retryAfterSeconds: 0 } };
  route.faults.push(answerOf({ data: inProgress }));
  expect(await clientOf().request(create, variables)).toEqual(inProgress);
  const unavailable = { code: 'LEDGER_UNAVAILABLE', retryable: true, retryAfterSeconds: 0 };
  route.faults.push(answerOf({ errors: [{ message: 'm', extensions: unavailable }], data: null }));
  await expect(clientOf().request(create, variables)).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  expect(route.seen).toHaveLength(3);
});

test('an error is thrown, with the data beside it', async () => {
  const forbidden = '{ podIdentityAssociations(clusterName: "apps-dev") { nodes { associationId } } }';
  await expect(clientOf().request(forbidden)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  const data = { viewer: { kind: 'USER' }, operation: null };
  const errors = [{ message: 'm', path: ['operation'], extensions: { code: 'FORBIDDEN', retryable: false } }];
  route.faults.push(answerOf({ errors, data }));
  const sent = clientOf().request('{ viewer { kind } operation(id: "o") { status } }');
  await expect(sent).rejects.toMatchObject({ name: 'GatewayError', code: 'FORBIDDEN', data });
});

test('a query is sent again if an error beside its data is retryable', async () => {
  const extensions = { code: 'EKS_READ_FAILED', retryable: true, retryAfterSeconds: 0 };
  route.faults.push(answerOf({ errors: [{ message: 'm', path: ['a'], extensions }], data: { a: null, b: 1 } }));
  expect(await clientOf().request('{ viewer { kind } }')).toEqual({ viewer: { kind: 'USER' } });
});

test('one operation of a document with several is executed', async () => {
  const document = 'query A { viewer { id } } query B { viewer { kind } }';
  expect(await clientOf().request(document, {}, { operationName: 'B' })).toEqual({ viewer: { kind: 'USER' } });
});
