import { connect } from 'node:net';
import { goodRequest, roleArn, sendSigned, signedHeaders, simulate, some } from './simulation.ts';

const path = '/clusters/apps-dev/pod-identity-associations';
const { namespace, serviceAccount } = goodRequest;

test('returns all 14 fields: times as fractional seconds, null for absent values', async () => {
  const now = Math.floor(Date.now() / 1000) * 1000 + 250;
  const { url } = await simulate({ clock: () => now });
  const { status, json } = await sendSigned(
    `${url}${path}`,
    'POST',
    JSON.stringify({ namespace, serviceAccount, roleArn }),
  );
  expect(status).toBe(200);
  expect(json).toEqual({
    association: {
      clusterName: 'apps-dev',
      namespace,
      serviceAccount,
      roleArn,
      associationArn: expect.stringMatching(
        /^arn:aws:eks:eu-central-1:111122223333:podidentityassociation\/apps-dev\/a-/,
      ) as string,
      associationId: expect.stringMatching(/^a-[a-z0-9]{17}$/) as string,
      tags: {},
      createdAt: now / 1000,
      modifiedAt: now / 1000,
      ownerArn: null,
      disableSessionTags: false,
      targetRoleArn: null,
      externalId: null,
      policy: null,
    },
  });
});

test('lists summaries of six fields', async () => {
  const { url, control } = await simulate();
  const created = control.createAssociation({
    clusterName: 'apps-dev',
    namespace: 'payments',
    serviceAccount: 'a',
    roleArn,
  });
  const { json } = await sendSigned(`${url}${path}`, 'GET');
  const { associationArn, associationId } = created;
  const summary = {
    clusterName: 'apps-dev',
    namespace,
    serviceAccount: 'a',
    associationArn,
    associationId,
    ownerArn: null,
  };
  expect(json).toEqual({ associations: [summary], nextToken: null });
});

test('returns errors in rest-json: type in a header, message and cluster in the body', async () => {
  const { url } = await simulate();
  const refused = await sendSigned(`${url}/clusters/apps-test/pod-identity-associations`, 'GET');
  expect(refused).toMatchObject({
    status: 404,
    error: 'ResourceNotFoundException',
    json: { clusterName: 'apps-test', message: 'No cluster found for name: apps-test.' },
  });
});

test('gives every answer a different request id', async () => {
  const { url } = await simulate();
  const ids = [
    (await sendSigned(`${url}${path}`, 'GET')).requestId,
    (await sendSigned(`${url}/nowhere`, 'GET')).requestId,
    (await fetch(`${url}${path}`)).headers.get('x-amzn-requestid'),
    (await sendSigned(`${url}/_simulator/requests`, 'GET')).requestId,
  ];
  expect(new Set(ids).size).toBe(4);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
});

test.each([
  ['an unknown path', 'GET', '/addons'],
  ['an unknown method', 'PUT', path],
  ['an operation that is not simulated', 'GET', '/clusters/apps-dev/access-entries'],
  ['tags without an ARN', 'GET', '/tags/'],
  ['a path with an invalid percent-encoding', 'GET', '/clusters/%zz/pod-identity-associations'],
  ['a longer path', 'GET', `${path}/a-abcdefghijklmnop1/more`],
])('refuses %s', async (_, method, unknownPath) => {
  const { url } = await simulate();
  const refused = await sendSigned(`${url}${unknownPath}`, method);
  expect(refused).toMatchObject({ status: 404, error: 'UnknownOperationException' });
});

test.each([
  ['invalid JSON', '{"namespace":'],
  ['empty', ''],
  ['a list', '[]'],
  ['a number for a string', '{"namespace":1}'],
  ['a string for a boolean', '{"disableSessionTags":"true"}'],
  ['a list for a map', '{"tags":["team"]}'],
  ['a number for the value of a tag', '{"tags":{"team":1}}'],
  ['bytes that are not UTF-8', Buffer.from(`{"namespace":"\xff"}`, 'latin1')],
])('refuses a create whose body is %s', async (_, body) => {
  const { url } = await simulate();
  const refused = await sendSigned(`${url}${path}`, 'POST', body);
  expect(refused).toMatchObject({ status: 400, error: 'SerializationException' });
});

test('refuses a create without its required fields', async () => {
  const { url } = await simulate();
  const refused = await sendSigned(`${url}${path}`, 'POST', '{}');
  expect(refused).toMatchObject({ status: 400, error: 'InvalidParameterException' });
  expect(refused.json).toEqual({ clusterName: 'apps-dev', message: 'namespace is required' });
});

test('refuses maxResults that is not a number', async () => {
  const { url } = await simulate();
  const refused = await sendSigned(`${url}${path}?maxResults=ten`, 'GET');
  expect(refused).toMatchObject({ status: 400, error: 'InvalidParameterException' });
});

test('ignores unknown fields and treats null as absent', async () => {
  const { url } = await simulate();
  const body = { namespace, serviceAccount, roleArn, tags: null, policy: null, colour: 'blue' };
  expect((await sendSigned(`${url}${path}`, 'POST', JSON.stringify(body))).status).toBe(200);
});

test('keeps a tag whose key is __proto__', async () => {
  const { url, control } = await simulate();
  const body = JSON.stringify({ namespace, serviceAccount, roleArn, tags: 0 }).replace(
    '"tags":0',
    '"tags":{"__proto__":"x"}',
  );
  expect((await sendSigned(`${url}${path}`, 'POST', body)).status).toBe(200);
  expect(Object.entries(some(control.associations()[0]).tags)).toEqual([['__proto__', 'x']]);
});

test('accepts a body of 1 MB and refuses a longer one', async () => {
  const { url } = await simulate();
  const bodyOf = (bytes: number) => JSON.stringify({ namespace }).padEnd(bytes);
  expect((await sendSigned(`${url}${path}`, 'POST', bodyOf(1_048_576))).status).toBe(400);
  const refused = await sendSigned(`${url}${path}`, 'POST', bodyOf(1_048_577));
  expect(refused).toMatchObject({ status: 413, error: 'RequestEntityTooLargeException' });
});

test('ignores a request whose client disconnects before its end', async () => {
  const { url, control } = await simulate();
  const { hostname, port } = new URL(url);
  const headers = Object.entries(signedHeaders()).map(([name, value]) => `${name}: ${value}`);
  const body = JSON.stringify({ namespace, serviceAccount, roleArn });
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      const head = [`POST ${path} HTTP/1.1`, 'host: simulator', `content-length: ${body.length + 1}`, ...headers];
      socket.write(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
    }).on('close', () => resolve());
  });
  await sendSigned(`${url}${path}`, 'GET');
  expect(control.associations()).toEqual([]);
  expect(control.requests().map(({ method }) => method)).toEqual(['GET']);
});
