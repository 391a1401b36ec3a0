import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readProperties } from '../src/properties.ts';
import type { Fields } from '../src/properties.ts';
import { identityOfId, idOf, stackDeclaration } from '../src/target.ts';

const needed = {
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'api',
  roleArn: 'arn:aws:iam::1:role/r',
};

test.each([
  ['the API', { ...needed, waitForApprovalMinutes: 3, onBehalfOf: 'alice' }],
  [
    'CloudFormation',
    {
      ClusterName: 'apps-dev',
      Namespace: 'payments',
      ServiceAccount: 'api',
      RoleArn: 'arn:aws:iam::1:role/r',
      WaitForApprovalMinutes: '3',
      OnBehalfOf: 'alice',
    },
  ],
])('properties can be written as %s writes them', (_, given) => {
  expect(readProperties(given)).toEqual({ ...needed, waitForApprovalMinutes: 3, onBehalfOf: 'alice' });
});

test.each([
  ['true', true],
  ['false', false],
  [true, true],
  [false, false],
])('a flag can be %j', (given, flag) => {
  expect(readProperties({ ...needed, takeOver: given, DisableSessionTags: given })).toMatchObject({
    takeOver: flag,
    disableSessionTags: flag,
  });
});

test.each([null, ''])('%j is not given; as expiresAt, it is no expiry', (given) => {
  const empty = { accountId: given, tags: given, takeOver: given, policy: given, waitForApprovalMinutes: given };
  expect(readProperties({ ...needed, ...empty })).toEqual(needed);
  expect(readProperties({ ...needed, expiresAt: given })).toEqual({ ...needed, expiresAt: null });
});

test.each([
  ['a list of CloudFormation', [{ Key: 'team', Value: 'payments' }]],
  ['a list', [{ key: 'team', value: 'payments' }]],
  ['an object', { team: 'payments' }],
])('tags are %s', (_, tags) => {
  expect(readProperties({ ...needed, tags })).toEqual({ ...needed, tags: [{ key: 'team', value: 'payments' }] });
});

test('no tags are an empty list, and a key keeps its letters', () => {
  expect(readProperties({ ...needed, tags: [] })).toMatchObject({ tags: [] });
  expect(readProperties({ ...needed, tags: {} })).toMatchObject({ tags: [] });
  expect(readProperties({ ...needed, tags: { Cost_center: '' } }).tags).toEqual([{ key: 'Cost_center', value: '' }]);
});

test.each<[string, Fields, string]>([
  [
    'all that is unknown',
    { ...needed, ClusterNam: 'x', role: 'y' },
    'Unknown: clusterNam, role. The properties are clusterName,',
  ],
  ['a declaration, which CloudFormation gives', { ...needed, declaration: 'x' }, 'Unknown: declaration.'],
  ['names of objects', { toString: 'x', constructor: 'y' }, 'Unknown: toString, constructor.'],
  [
    'all that is missing',
    { namespace: '' },
    'clusterName is required. namespace is required. serviceAccount is required. roleArn is',
  ],
  ['a number in place of a text', { ...needed, accountId: 111122223333 }, 'accountId has to be a text.'],
  ['a text in place of a flag', { ...needed, takeOver: 'yes' }, 'takeOver has to be true or false.'],
  ['a wait that is too long', { ...needed, waitForApprovalMinutes: '15' }, 'waitForApprovalMinutes has to be 0 to 14.'],
  [
    'a wait of a part of a minute',
    { ...needed, waitForApprovalMinutes: 1.5 },
    'waitForApprovalMinutes has to be 0 to 14.',
  ],
  [
    'a wait that is no number',
    { ...needed, waitForApprovalMinutes: true },
    'waitForApprovalMinutes has to be 0 to 14.',
  ],
  ['tags that are a text', { ...needed, tags: 'team' }, 'tags has to be a list or an object.'],
  ['a tag that is a text', { ...needed, tags: ['team'] }, 'tags.0.key needs a key and a value.'],
  ['a tag without a value', { ...needed, tags: [{ Key: 'team' }] }, 'tags.0.value needs a key and a value.'],
  [
    'a tag with more',
    { ...needed, tags: [{ Key: 'a', Value: 'b', More: 'c' }] },
    'tags.0.more needs a key and a value.',
  ],
  ['a value of a tag that is not a text', { ...needed, tags: { team: 1 } }, 'tags.0.value has to be a text.'],
  ['nothing', {}, 'clusterName is required.'],
])('names %s', (_, given, message) => {
  expect(() => readProperties(given)).toThrow(message);
});

test('the README declares a resource that can be read', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const [, block = ''] = /^```yaml\n([^]*?)^```/m.exec(readme) ?? [];
  const template = parse(block.replace('!GetAtt Role.Arn', needed.roleArn)) as Record<string, { Properties: Fields }>;
  const { ServiceToken: _token, ...properties } = template.Api?.Properties ?? {};
  expect(readProperties(properties)).toEqual({ ...needed, tags: [{ key: 'team', value: 'payments' }] });
});

describe('a physical id', () => {
  const identity = {
    accountId: '111122223333',
    region: 'eu-central-1',
    clusterName: 'apps-dev',
    namespace: 'payments',
    serviceAccount: 'api.v2',
  };

  test('names account, region, cluster, namespace and service account, and is read again', () => {
    const id = '111122223333/eu-central-1/apps-dev/payments/api.v2';
    expect(idOf({ declaration: 'x', properties: identity })).toBe(id);
    expect(identityOfId(id)).toEqual(identity);
  });

  test.each([
    'not-created/cf15d8aa',
    'stack-Api-1ABCDEF',
    '',
    '1/r/c/n/s',
    '111122223333/r/c/n/',
    '111122223333/r/c/n/s/x',
  ])('that is %j names no association', (id) => {
    expect(identityOfId(id)).toBeNull();
  });
});

describe('the declaration of a resource', () => {
  const uniqueId = '0be779b0-16d1-11ef-a3b1-0634a5b1d8ed';
  const stackId = (name: string) => `arn:aws:cloudformation:eu-central-1:111122223333:stack/${name}/${uniqueId}`;

  test('is name and unique id of the stack with the logical id', () => {
    expect(stackDeclaration(stackId('payments'), 'Api')).toBe(`payments/${uniqueId}/Api`);
  });

  test('that would be too long differs by its end', () => {
    const [one, other] = ['A', 'B'].map((end) =>
      stackDeclaration(stackId('s'.repeat(128)), `${'l'.repeat(250)}${end}`),
    );
    expect([one, other]).toEqual([expect.stringMatching(/^s{95}#[0-9a-f]{32}$/), expect.stringMatching(/^.{128}$/)]);
    expect(one).not.toBe(other);
  });
});
