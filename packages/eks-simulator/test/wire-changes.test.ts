import { directAssociation, roleArn, sendSigned, simulate, some } from './simulation.ts';

const path = '/clusters/apps-dev/pod-identity-associations';

test.each([
  ['an update whose body is not JSON', `${path}/a-abcdefghijklmnop1`, '{"roleArn":'],
  ['an update with an empty body', `${path}/a-abcdefghijklmnop1`, ''],
  ['an update with a number for a string', `${path}/a-abcdefghijklmnop1`, '{"policy":1}'],
  ['an update with a string for a boolean', `${path}/a-abcdefghijklmnop1`, '{"disableSessionTags":"true"}'],
  ['tags that are not a map', `/tags/${encodeURIComponent('arn')}`, '{"tags":["team"]}'],
  ['a number for the value of a new tag', `/tags/${encodeURIComponent('arn')}`, '{"tags":{"team":1}}'],
])('refuses %s', async (_, changePath, body) => {
  const { url } = await simulate();
  const refused = await sendSigned(`${url}${changePath}`, 'POST', body);
  expect(refused).toMatchObject({ status: 400, error: 'SerializationException' });
});

test('an update ignores tags and unknown fields, and treats null as absent', async () => {
  const { url, control } = await simulate();
  const { associationId } = control.createAssociation({
    ...directAssociation,
    tags: { team: 'payments' },
    policy: '{}',
  });
  const body = {
    roleArn,
    policy: null,
    tags: { team: 1 },
    namespace: 'search',
    ownerArn: 'x',
    disableSessionTags: true,
  };
  const { status, json } = await sendSigned(`${url}${path}/${associationId}`, 'POST', JSON.stringify(body));
  expect(status).toBe(200);
  const { associationArn } = some(control.associations()[0]);
  const kept = {
    ...directAssociation,
    associationArn,
    associationId,
    tags: { team: 'payments' },
    ownerArn: null,
    policy: '{}',
  };
  expect(json).toEqual({ association: expect.objectContaining({ ...kept, disableSessionTags: true }) as unknown });
});

test('delete returns all 14 fields; tagging returns an empty object, and errors with a message only', async () => {
  const { url, control } = await simulate();
  const association = control.createAssociation(directAssociation);
  const { associationArn, associationId } = association;
  const tagsPath = `${url}/tags/${encodeURIComponent(associationArn)}`;
  expect(await sendSigned(tagsPath, 'POST', '{"tags":{"team":"payments"}}')).toMatchObject({ status: 200, json: {} });
  expect(await sendSigned(tagsPath, 'GET')).toMatchObject({ status: 200, json: { tags: { team: 'payments' } } });
  expect((await sendSigned(`${tagsPath}?tagKeys=team&tagKeys=owner`, 'DELETE')).json).toEqual({});

  const { json } = await sendSigned(`${url}${path}/${associationId}`, 'DELETE');
  const { accountId: _, region: __, visibleFrom: ___, ...fields } = association;
  expect(json).toEqual({ association: fields });
  const refused = await sendSigned(tagsPath, 'GET');
  expect(refused).toMatchObject({ status: 404, error: 'NotFoundException' });
  expect(refused.json).toEqual({ message: `No pod identity association found for id: ${associationId}.` });
});

test('a tag with the key __proto__ is added and removed like others', async () => {
  const { url, control } = await simulate();
  const { associationArn } = control.createAssociation(directAssociation);
  const tagsPath = `${url}/tags/${encodeURIComponent(associationArn)}`;
  await sendSigned(tagsPath, 'POST', '{"tags":{"__proto__":"x"}}');
  expect(Object.entries(some(control.associations()[0]).tags)).toEqual([['__proto__', 'x']]);
  await sendSigned(`${tagsPath}?tagKeys=__proto__`, 'DELETE');
  expect(Object.entries(some(control.associations()[0]).tags)).toEqual([]);
});
